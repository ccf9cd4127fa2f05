import { hash, randomBytes } from 'node:crypto'
import { type Db, transaction } from '../db/connection.ts'
import { invalid } from '../errors.ts'
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
}

/** What is stored of a secret. Secrets are 256 random bits, so a fast hash gives nothing away. */
export function hashSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer')
}

/** Creates an account. Throws 422 when the name is empty or taken. */
export async function createAccount(db: Db, name: string): Promise<Account> {
  const trimmed = name.trim()
  if (!/^[^\0]{1,255}$/.test(trimmed))
    throw invalid([{ field: 'name', type: 'required', message: 'Name must have 1 to 255 characters.' }])
  return insertAccount(db, trimmed)
}

/** Creates a credential; its secret exists in this answer only. */
export async function createCredential(
  db: Db,
  account_id: number,
  name: string,
  granted: readonly string[],
): Promise<NewCredential> {
  const key = randomBytes(12).toString('base64url')
  const secret = randomBytes(32).toString('base64url')
  const credential = { account_id, name, key, secret_hash: hashSecret(secret), scopes: [...granted] }
  await insertCredential(db, credential)
  return { key, secret, account_id, name, scopes: credential.scopes }
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
  if (accounts.length !== 1)
    throw wrong(`There are ${accounts.length} accounts: say which with --account <name>.`)
  return accounts[0]!
}
