import { hash, randomBytes } from 'node:crypto'
import { type Db, transaction } from '../../db/connection.ts'
import { ApiError, invalid, mustBeValid } from '../../errors.ts'
import type { Caller } from '../../http/server/auth.ts'
import { faultsOfPassword, hashPassword, isPassword } from './passwords.ts'
import {
  deleteLinks,
  endSessions,
  findPassword,
  findSession,
  findUserByEmail,
  insertLink,
  insertSession,
  isLinkOpen,
  setPassword,
  takeLink,
  touchSession,
} from './queries.ts'

const hour = 3_600_000
/** A session that is not used for so long is over; and every session after so long, in milliseconds. */
const idleTime = 12 * hour
const longestTime = 14 * 24 * hour
const linkTime = 7 * 24 * hour
/** How often the use of a session is noted. */
const noted = 60_000

const hashToken = (token: string) => hash('sha256', token, 'buffer')

/** A link that sets the password of a user, once; what is stored is a hash. */
export async function makeLink(db: Db, user_id: number, now: Date): Promise<string> {
  const token = randomBytes(32).toString('base64url')
  const expires_at = new Date(now.getTime() + linkTime)
  await insertLink(db, { token_hash: hashToken(token), user_id, created_at: now, expires_at })
  return token
}

export type Entry = { email?: unknown; password?: unknown; token?: unknown }

/**
 * Signs a user in, by address and password, or by a link with a new password; returns the token of the session. Throws 401,
 * which does not say what of it was wrong, and 422 for a password that is too short or too long.
 */
export async function signIn(
  db: Db,
  { email, password, token }: Entry,
  agent: string | null,
  now: Date,
): Promise<SignedIn> {
  const text = typeof password === 'string' ? password : ''
  if (typeof token === 'string' && token !== '') return signInByLink(db, token, text, agent, now)
  const user =
    typeof email === 'string' && email.length <= 320 ? await findUserByEmail(db, email.trim()) : undefined
  if (!(await isPassword(text, user?.password_hash ?? null)) || !user)
    throw new ApiError(401, 'sign_in_failed', 'The address and the password do not belong together.')
  return begin(db, user, agent, now)
}

async function signInByLink(
  db: Db,
  link: string,
  password: string,
  agent: string | null,
  now: Date,
): Promise<SignedIn> {
  mustBeValid(faultsOfPassword(password))
  const password_hash = await hashPassword(password)
  return transaction(db, async tx => {
    const user = await takeLink(tx, hashToken(link), now)
    if (!user)
      throw new ApiError(
        401,
        'link_expired',
        'This link has been used, or its time is over: ask an owner for another.',
      )
    await setPassword(tx, user.id, password_hash)
    await endSessions(tx, user.id, { except: null })
    return begin(tx, user, agent, now)
  })
}

/** A session that has begun: whose it is, and the token that stands for it. */
type SignedIn = {
  user: { account_id: number; actor_id: number; scopes: string[]; user: { id: number } }
  token: string
  expires_at: Date
}

async function begin(
  db: Db,
  { id, account_id }: { id: number; account_id: number },
  agent: string | null,
  now: Date,
): Promise<SignedIn> {
  const token = randomBytes(32).toString('base64url')
  const expires_at = new Date(now.getTime() + longestTime)
  await insertSession(db, { token_hash: hashToken(token), user_id: id, agent, created_at: now, expires_at })
  return { user: { account_id, actor_id: id, scopes: [], user: { id } }, token, expires_at }
}

/** Whom the token of a session speaks for; undefined for one that is unknown or over. Its use is noted once a minute. */
export async function callerOf(db: Db, token: string, now: Date): Promise<Caller | undefined> {
  const session = await findSession(db, hashToken(token), now, idleSince(now))
  if (!session) return undefined
  const { id, account_id, role, event_ids, session_id, seen_at, expires_at } = session
  if (now.getTime() - momentOf(seen_at) >= noted) await touchSession(db, session_id, now)
  return {
    account_id,
    actor_id: id,
    scopes: ['read', 'write'],
    expires_at: new Date(momentOf(expires_at)),
    strict: false,
    user: { id, role, event_ids, session_id },
  }
}

export const idleSince = (now: Date) => new Date(now.getTime() - idleTime)
const momentOf = (timestamp: string) => Date.parse(`${timestamp.replace(' ', 'T')}Z`)

/** Whether a link still works; looking at it does not use it up. */
export const isOpen = (db: Db, token: string, now: Date): Promise<boolean> =>
  isLinkOpen(db, hashToken(token), now)

/**
 * Gives a user a new password, for which the one so far is needed; every other session ends, and the link. Throws 422.
 */
export async function changePassword(
  db: Db,
  user: NonNullable<Caller['user']>,
  { password, current_password }: { password: string; current_password: unknown },
): Promise<void> {
  mustBeValid(faultsOfPassword(password))
  const known = await findPassword(db, user.id)
  if (!(await isPassword(typeof current_password === 'string' ? current_password : '', known)))
    throw invalid([{ field: 'current_password', type: 'wrong', message: 'Current Password is not right.' }])
  await setPassword(db, user.id, await hashPassword(password))
  await deleteLinks(db, user.id)
  await endSessions(db, user.id, { except: user.session_id })
}
