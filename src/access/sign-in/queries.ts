import type { Db } from '../../db/connection.ts'
import type { Role } from '../../http/server/roles.ts'

export type SigningIn = {
  id: number
  account_id: number
  password_hash: string | null
  role: Role
  event_ids: number[] | null
}

export async function findUserByEmail(db: Db, email: string): Promise<SigningIn | undefined> {
  const [user] = await db<SigningIn[]>`
    select id, account_id, password_hash, role, event_ids::float8[] as event_ids from users
    where lower(email) = lower(${email}) and forgotten_at is null`
  return user
}

export async function findPassword(db: Db, user_id: number): Promise<string | null> {
  const [row] = await db<
    { password_hash: string | null }[]
  >`select password_hash from users where id = ${user_id}`
  return row?.password_hash ?? null
}

export async function setPassword(db: Db, user_id: number, password_hash: string): Promise<void> {
  await db`update users set password_hash = ${password_hash} where id = ${user_id}`
}

/** A link that works once. Those whose time is over go. */
export async function insertLink(
  db: Db,
  link: { token_hash: Buffer; user_id: number; created_at: Date; expires_at: Date },
): Promise<void> {
  await db`
    with expired as (delete from user_links where expires_at < ${link.created_at} or user_id = ${link.user_id})
    insert into user_links ${db(link)}`
}

/** Ends the link of a user, if there is one. */
export async function deleteLinks(db: Db, user_id: number): Promise<void> {
  await db`delete from user_links where user_id = ${user_id}`
}

/** Whose link this is; it is used up. Undefined for one that is unknown, used or expired. */
export async function takeLink(
  db: Db,
  token_hash: Buffer,
  now: Date,
): Promise<{ id: number; account_id: number } | undefined> {
  const [link] = await db<{ id: number; account_id: number }[]>`
    delete from user_links l using users u
    where l.token_hash = ${token_hash} and l.expires_at > ${now} and u.id = l.user_id and u.forgotten_at is null
    returning u.id, u.account_id`
  return link
}

export async function insertSession(
  db: Db,
  session: { token_hash: Buffer; user_id: number; agent: string | null; created_at: Date; expires_at: Date },
): Promise<void> {
  await db`
    with expired as (
      delete from user_sessions where id = any(array(
        select id from user_sessions where expires_at < ${session.created_at} order by expires_at limit 10 for update skip locked)))
    insert into user_sessions ${db({ ...session, seen_at: session.created_at })}`
}

export type SessionCaller = SigningIn & { session_id: number; seen_at: string; expires_at: string }

/** Whose session this is; one that was not used since `idle` is over. */
export async function findSession(
  db: Db,
  token_hash: Buffer,
  now: Date,
  idle: Date,
): Promise<SessionCaller | undefined> {
  const [session] = await db<SessionCaller[]>`
    select u.id, u.account_id, u.role, u.event_ids::float8[] as event_ids, s.id as session_id, s.seen_at, s.expires_at
    from user_sessions s join users u on u.id = s.user_id
    where s.token_hash = ${token_hash} and s.expires_at > ${now} and s.seen_at > ${idle} and u.forgotten_at is null`
  return session
}

export async function touchSession(db: Db, id: number, now: Date): Promise<void> {
  await db`update user_sessions set seen_at = ${now} where id = ${id}`
}

/** Sessions of a user that are not over, the latest first. */
export function listSessions(
  db: Db,
  user_id: number,
  now: Date,
  idle: Date,
): Promise<{ id: number; agent: string | null; created_at: string; seen_at: string }[]> {
  return db<{ id: number; agent: string | null; created_at: string; seen_at: string }[]>`
    select id, agent, created_at, seen_at from user_sessions
    where user_id = ${user_id} and expires_at > ${now} and seen_at > ${idle} order by id desc`
}

/** Ends one session of a user, or all but one; returns how many. */
export async function endSessions(
  db: Db,
  user_id: number,
  which: { only: number } | { except: number | null },
): Promise<number> {
  const condition = 'only' in which ? db`id = ${which.only}` : db`id is distinct from ${which.except}::bigint`
  const rows = await db`delete from user_sessions where user_id = ${user_id} and ${condition} returning id`
  return rows.length
}

/** What the account of a caller is called, and what a credential is called. */
export async function findNames(
  db: Db,
  account_id: number,
  credential_id: number,
): Promise<{ account_name: string; credential_name: string | null }> {
  const [row] = await db<{ account_name: string; credential_name: string | null }[]>`
    select a.name as account_name, (select name from credentials where id = ${credential_id}) as credential_name
    from accounts a where a.id = ${account_id}`
  return row!
}

/** Whether a link still works; it is not used up. */
export async function isLinkOpen(db: Db, token_hash: Buffer, now: Date): Promise<boolean> {
  const [link] = await db`select from user_links where token_hash = ${token_hash} and expires_at > ${now}`
  return link !== undefined
}
