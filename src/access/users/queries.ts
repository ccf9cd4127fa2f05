import type { Static } from 'typebox'
import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { type Listing, pageWithin } from '../../http/lists/listing.ts'
import { readPage } from '../../http/lists/page-size.ts'
import { withholdAnswers } from '../../http/once.ts'
import type { Role } from '../../http/server/roles.ts'
import { logged } from '../../records/changes/log.ts'
import type { User } from './schema.ts'

export type UserRow = Omit<Static<typeof User>, 'role'> & { account_id: number; version: number; role: Role }

/** The members of a user that are no secret. */
const visible = (db: Db) => db`
  id, account_id, email, first_name, last_name, role, event_ids::float8[] as event_ids, password_hash is not null as has_password,
  forgotten_at, created_at, updated_at, created_by, updated_by, version`

/** A user as the change log has them: without their password. */
const recorded = (db: Db, table: 'before' | 'after') => db`
  ${db(table)} as (
    select null::bigint as event_id, id, email, first_name, last_name, role, event_ids, forgotten_at, created_at, updated_at,
      created_by, updated_by, version from ${db(`${table}_row`)})`

export async function insertUser(
  db: Db,
  actor: Actor,
  user: Pick<UserRow, 'email' | 'first_name' | 'last_name' | 'role' | 'event_ids'>,
): Promise<UserRow> {
  const { account_id, actor_id, now } = actor
  const row = {
    ...user,
    account_id,
    created_at: now,
    updated_at: now,
    created_by: actor_id,
    updated_by: actor_id,
  }
  const [written] = await db<UserRow[]>`
    with after_row as (insert into users ${db(row)} returning *), ${recorded(db, 'after')},
      logged as (${logged(db, actor, 'user', 'create')})
    select ${visible(db)} from after_row`
  return written!
}

/** Changes a user who is locked. */
export async function updateUser(
  db: Db,
  actor: Actor,
  id: number,
  given: Partial<Pick<UserRow, 'email' | 'first_name' | 'last_name' | 'role' | 'event_ids'>>,
): Promise<UserRow> {
  const set = { ...given, updated_at: actor.now, updated_by: actor.actor_id }
  const [written] = await db<UserRow[]>`
    with before_row as (select * from users where id = ${id}),
      after_row as (update users set ${db(set)}, version = version + 1 where id = ${id} returning *),
      ${recorded(db, 'before')}, ${recorded(db, 'after')}, logged as (${logged(db, actor, 'user', 'update')})
    select ${visible(db)} from after_row`
  return written!
}

export async function deleteUser(db: Db, actor: Actor, id: number): Promise<void> {
  await db`
    with before_row as (delete from users where id = ${id} returning *), ${recorded(db, 'before')}
    ${logged(db, actor, 'user', 'delete')}`
}

export async function findUser(db: Db, account_id: number, id: number): Promise<UserRow | undefined> {
  const [user] = await db<UserRow[]>`
    select ${visible(db)} from users where account_id = ${account_id} and id = ${id}`
  return user
}

/** The user, locked until the transaction ends. */
export async function lockUser(db: Db, account_id: number, id: number): Promise<UserRow | undefined> {
  const [user] = await db<UserRow[]>`
    select ${visible(db)} from users where account_id = ${account_id} and id = ${id} for update`
  return user
}

export function listUsers(db: Db, account_id: number, listing: Listing) {
  const page = pageWithin(db, 'u.account_id', account_id, listing)
  return readPage<UserRow>(db, { columns: db`${visible(db)} from users u`, source: db`users u`, ...page })
}

/** How many users of an account are owners of all its events, under a lock that others who count take as well. */
export async function countOwners(db: Db, account_id: number): Promise<number> {
  const [row] = await db<{ owners: number }[]>`
    select count(*)::int as owners from users
    where account_id = ${account_id} and role = 'owner' and event_ids is null and forgotten_at is null`
  return row!.owners
}

/** Which of these are events of the account. */
export async function listOwnEvents(db: Db, account_id: number, ids: number[]): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    select id from events where account_id = ${account_id} and id = any(${ids}::bigint[])`
  return rows.map(row => row.id)
}

/** Empties the name and the address of a user, also in the change log and in remembered answers. */
export async function blankUser(db: Db, actor: Actor, { id, email }: UserRow): Promise<UserRow> {
  const blank = `forgotten-user-${id}@invalid`
  const blanked = await updateUser(db, actor, id, { email: blank, first_name: null, last_name: null })
  await db`update users set password_hash = null, forgotten_at = ${actor.now} where id = ${id}`
  const names = { email: blank, first_name: null, last_name: null }
  await db`
    update changes set before = before || ${db.json(names)}, after = after || ${db.json(names)}
    where account_id = ${actor.account_id} and object = 'user' and object_id = ${id}`
  const text = JSON.stringify(email)
  await withholdAnswers(db, db`account_id = ${actor.account_id} and strpos(body, ${text}) > 0`)
  return {
    ...blanked,
    has_password: false,
    forgotten_at: actor.now.toISOString().slice(0, 19).replace('T', ' '),
  }
}

/** The users of every account, apart from those who are forgotten. */
export function listEveryUser(db: Db): Promise<(UserRow & { account: string })[]> {
  return db<(UserRow & { account: string })[]>`
    select u.*, a.name as account from (select ${visible(db)} from users where forgotten_at is null) u
    join accounts a on a.id = u.account_id order by u.id`
}
