import type { Db } from '../../db/connection.ts'
import { addressHash } from '../../registration/personal-links/queries.ts'

/** A link before it is stored: whose it is, for which address, and the hash of its token in hex. */
export type NewLink = { contact_id: number; email: string; token_hash: string }

/**
 * Stores links for the addresses that submitters have; returns whose were stored: not those of people who are forgotten, or are
 * being changed at this moment. Those of everybody that have expired go.
 */
export async function insertLinks(db: Db, links: NewLink[], now: Date, expires_at: Date): Promise<number[]> {
  if (links.length === 0) return []
  await db`
    delete from cfs_links where token_hash in (
      select token_hash from cfs_links where expires_at <= ${now} for update skip locked)`
  const rows = await db<{ contact_id: number }[]>`
    with people as (
      select id from cfs_contacts where id = any(${links.map(link => link.contact_id)}::bigint[]) and forgotten_at is null
      order by id for key share skip locked)
    insert into cfs_links (token_hash, contact_id, email_hash, created_at, expires_at)
    select decode(l.token_hash, 'hex'), p.id, ${addressHash(db, db`l.email`)}, ${now}, ${expires_at}
    from people p join jsonb_to_recordset(${db.json(links as never)}) as l (contact_id bigint, email text, token_hash text)
      on l.contact_id = p.id
    returning contact_id`
  return rows.map(row => row.contact_id)
}

/** Ends every link of a submitter. */
export async function deleteLinksOf(db: Db, contact_id: number): Promise<void> {
  await db`delete from cfs_links where contact_id = ${contact_id}`
}

/** A submitter as a link leads to them, with the call of their event. */
export type LinkedSubmitter = {
  id: number
  account_id: number
  event_id: number
  email: string
  first_name: string | null
  last_name: string | null
  event_name: string
  event_timezone: string
  cfs_opens: string | null
  cfs_closes: string | null
  cfs_text: string | null
  cfs_fields: number[]
}

/** Whom a link leads to, as long as it is valid: until its time is over, or the submitter has another address. */
export async function findLinked(
  db: Db,
  token_hash: Buffer,
  now: Date,
): Promise<LinkedSubmitter | undefined> {
  const [submitter] = await db<LinkedSubmitter[]>`
    select c.id, c.account_id, c.event_id, c.email, c.first_name, c.last_name, e.name as event_name,
      e.timezone as event_timezone, e.cfs_opens, e.cfs_closes, e.cfs_text, e.cfs_fields
    from cfs_links l join cfs_contacts c on c.id = l.contact_id join events e on e.id = c.event_id
    where l.token_hash = ${token_hash} and l.expires_at > ${now} and c.forgotten_at is null
      and l.email_hash = ${addressHash(db, db`c.email`)}`
  return submitter
}
