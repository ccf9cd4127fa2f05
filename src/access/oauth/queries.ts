import type { Db } from '../../db/connection.ts'

/** Announces tokens that are no longer valid, by their hash in hex; `*` for all. */
export const tokenChannel = 'lectern_tokens'

export type Token = {
  /** the credential that it was given to */
  actor_id: number
  account_id: number
  scopes: string[]
  created_at: string
  expires_at: string
  key: string
  strict: boolean
}

export async function insertToken(
  db: Db,
  token: { token_hash: Buffer; credential_id: number; scopes: string[]; created_at: Date; expires_at: Date },
): Promise<void> {
  // Two expired ones go for each new one, so that the table stays as large as it has to be.
  await db`
    with expired as (
      delete from tokens where token_hash = any(array(
        select token_hash from tokens where expires_at < ${token.created_at}::timestamptz
        order by expires_at limit 2 for update skip locked)))
    insert into tokens ${db(token)}`
}

export async function findToken(db: Db, tokenHash: Buffer): Promise<Token | undefined> {
  const [token] = await db<Token[]>`
    select t.credential_id as actor_id, c.account_id, c.key, c.strict, t.scopes, t.created_at, t.expires_at
    from tokens t join credentials c on c.id = t.credential_id
    where t.token_hash = ${tokenHash} and c.revoked_at is null`
  return token
}

/** Deletes a token of this credential; whether there was one cannot be told from outside. */
export async function deleteToken(db: Db, tokenHash: Buffer, credential_id: number): Promise<void> {
  await db`
    with gone as (
      delete from tokens where token_hash = ${tokenHash} and credential_id = ${credential_id} returning token_hash)
    select pg_notify(${tokenChannel}, encode(token_hash, 'hex')) from gone`
}

export async function deleteTokensOf(db: Db, credential_id: number): Promise<void> {
  await db`delete from tokens where credential_id = ${credential_id}`
  await db`select pg_notify(${tokenChannel}, '*')`
}
