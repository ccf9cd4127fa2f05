import type { Db } from '../../db/connection.ts'

export type Account = { id: number; name: string; created_at: string }
export type Credential = {
  id: number
  account_id: number
  name: string
  key: string
  secret_hash: Buffer
  scopes: string[]
  strict: boolean
  created_at: string
  revoked_at: string | null
}

export async function insertAccount(db: Db, name: string): Promise<Account> {
  const [account] = await db<
    Account[]
  >`insert into accounts (name) values (${name}) returning id, name, created_at`
  return account!
}

export function listAccounts(db: Db): Promise<(Account & { events: number; credentials: number })[]> {
  return db<(Account & { events: number; credentials: number })[]>`
    select a.id, a.name, a.created_at, (select count(*)::int from events where account_id = a.id) as events,
      (select count(*)::int from credentials where account_id = a.id and revoked_at is null) as credentials
    from accounts a order by id`
}

export async function findAccountByName(db: Db, name: string): Promise<Account | undefined> {
  const [account] = await db<Account[]>`select id, name, created_at from accounts where name = ${name}`
  return account
}

export async function insertCredential(
  db: Db,
  credential: Pick<Credential, 'account_id' | 'name' | 'key' | 'secret_hash' | 'scopes' | 'strict'>,
): Promise<Credential> {
  const [row] = await db<Credential[]>`insert into credentials ${db(credential)} returning *`
  return row!
}

export function listCredentials(db: Db): Promise<(Credential & { account: string })[]> {
  return db<(Credential & { account: string })[]>`
    select c.*, a.name as account from credentials c join accounts a on a.id = c.account_id order by c.id`
}

export async function findCredentialByKey(db: Db, key: string): Promise<Credential | undefined> {
  const [credential] = await db<
    Credential[]
  >`select * from credentials where key = ${key} and revoked_at is null`
  return credential
}

/** Revokes a credential, and with it its tokens; undefined when no valid credential has this key. */
export async function revokeCredential(db: Db, key: string): Promise<Credential | undefined> {
  const [credential] = await db<Credential[]>`
    update credentials set revoked_at = now() where key = ${key} and revoked_at is null returning *`
  return credential
}

/** Locks this account until the transaction ends; other writes go on. */
export async function lockAccount(db: Db, id: number): Promise<void> {
  await db`select from accounts where id = ${id} for no key update`
}
