import type { Db } from '../../db/connection.ts'
import { addressHash } from './queries.ts'

/** A link before it is stored: whom it is for, at which address, and the hash of its token in hex. */
export type NewLink = { registrant_id: number; email: string; token_hash: string }

/**
 * Stores links, and returns whose were stored: not those of people who are forgotten, or are being forgotten at this
 * moment. They are passed over rather than waited for, because forgetting them waits for their letters.
 */
export async function insertLinks(db: Db, links: NewLink[], now: Date, expires_at: Date): Promise<number[]> {
  if (links.length === 0) return []
  const rows = await db<{ registrant_id: number }[]>`
    with people as (
      select id from registrants where id = any(${links.map(link => link.registrant_id)}::bigint[]) and forgotten_at is null
      order by id for key share skip locked)
    insert into resume_tokens (token_hash, registrant_id, email_hash, created_at, expires_at)
    select decode(l.token_hash, 'hex'), p.id, ${addressHash(db, db`l.email`)}, ${now}, ${expires_at}
    from people p join jsonb_to_recordset(${db.json(links as never)}) as l (registrant_id bigint, email text, token_hash text)
      on l.registrant_id = p.id
    returning registrant_id`
  return rows.map(row => row.registrant_id)
}

/** Deletes links that have expired, of everybody; those that another process is deleting are left to it. */
export async function deleteExpiredLinks(db: Db, now: Date): Promise<void> {
  await db`
    delete from resume_tokens where token_hash in (
      select token_hash from resume_tokens where expires_at <= ${now} for update skip locked)`
}
