import { hash, randomBytes } from 'node:crypto'
import { type Db, transaction } from '../../db/connection.ts'
import { invalid } from '../../errors.ts'
import { deleteTokensOf } from '../oauth/queries.ts'
import {
  type Account,
  findAccountByName,
  insertAccount,
  insertCredential,
  listAccounts,
  revokeCredential,
} from './queries.ts'

export const scopes = ['read', 'write'] as const
export type Scope = (typeof scopes)[number]
export type NewCredential = {
  key: string
  secret: string
  account_id: number
  name: string
  scopes: string[]
  strict: boolean
}

/** What is stored of a secret. Secrets are 256 random bits, so a fast hash gives nothing away. */
export function hashSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}

/** Creates an account. Throws 422 when the name is empty or taken. */
export async function createAccount(db: Db, name: string): Promise<Account> {
  return insertAccount(db, mustBeName(name))
}

/**
 * Creates a credential; its secret exists in this answer only. Requests of a `strict` one are refused when they name what
 * is unknown. Throws 422 when the name is empty.
 */
export async function createCredential(
  db: Db,
  account_id: number,
  name: string,
  granted: readonly string[],
  strict = false,
): Promise<NewCredential> {
  const key = newKey()
  const secret = randomBytes(32).toString('base64url')
  const scopes = [...granted]
  const credential = {
    account_id,
    name: mustBeName(name),
    key,
    secret_hash: hashSecret(secret),
    scopes,
    strict,
  }
  await insertCredential(db, credential)
  return { key, secret, account_id, name: credential.name, scopes, strict }
}

/** Keys are written on command lines, where a dash at the front would make an option of them. */
function newKey(): string {
  for (;;) {
    const key = randomBytes(12).toString('base64url')
    if (!key.startsWith('-')) return key
  }
}

function mustBeName(name: string): string {
  const trimmed = name.trim()
  if (/^[^\0]{1,255}$/u.test(trimmed)) return trimmed
  throw invalid([{ field: 'name', type: 'required', message: 'Name must have 1 to 255 characters.' }])
}

/** Withdraws a credential and every token it got, in all processes; false when there is no valid one with this key. */
export async function withdrawCredential(db: Db, key: string): Promise<boolean> {
  return transaction(db, async tx => {
    const credential = await revokeCredential(tx, key)
    if (credential) await deleteTokensOf(tx, credential.id)
    return credential !== undefined
  })
}

/** The account that a command means: the named one, or the only one. Throws when that is not clear. */
export async function mustFindAccount(db: Db, name: string | undefined): Promise<Account> {
  const wrong = (message: string) => invalid([{ field: 'account', type: 'not_found', message }])
  if (name !== undefined) {
    const account = await findAccountByName(db, name)
    if (!account) throw wrong(`There is no account "${name}". \`accounts list\` shows them.`)
    return account
  }
  const accounts = await listAccounts(db)
  if (accounts.length === 0)
    throw wrong('There is no account yet: `accounts create <name>` makes one, and so does the first start.')
  if (accounts.length > 1)
    throw wrong(`There are ${accounts.length} accounts: say which with --account <name>.`)
  return accounts[0]!
}
