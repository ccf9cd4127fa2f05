import type { Db, Fragment } from '../../db/connection.ts'
import { folded, lowered } from '../../http/lists/attributes.ts'

export type Named = { id: number; event_id: number; registration_status: string | null }

/** The registrant of an event with this address: of several, the one who is not cancelled, then the newest. */
export async function findRegistrantByEmail(
  db: Db,
  account_id: number,
  event_id: number,
  email: string,
): Promise<Named | undefined> {
  const [registrant] = await db<Named[]>`
    select id, event_id, registration_status from registrants
    where account_id = ${account_id} and event_id = ${event_id} and forgotten_at is null
      and ${folded(db, db`email`)} = ${lowered(db, db`${email.normalize()}::text`)}
    order by registration_status in ('cancelled', 'denied', 'expired'), id desc limit 1`
  return registrant
}

/**
 * Stores a link for the address that the person has now; those of everybody that have expired go. Undefined for a person
 * who is forgotten.
 */
export async function insertLink(
  db: Db,
  registrant_id: number,
  token_hash: Buffer,
  now: Date,
  expires_at: Date,
): Promise<{ expires_at: string } | undefined> {
  await db`delete from resume_tokens where expires_at <= ${now}`
  const [row] = await db<{ expires_at: string }[]>`
    insert into resume_tokens (token_hash, registrant_id, email_hash, created_at, expires_at)
    select ${token_hash}, id, ${addressHash(db, db`email`)}, ${now}, ${expires_at} from registrants where id = ${registrant_id} and forgotten_at is null
    returning expires_at`
  return row
}

/** Those who ask for the same address of an event come one after the other, until the transaction ends. */
export async function lockAddress(db: Db, event_id: number, email: string): Promise<void> {
  await db`select pg_advisory_xact_lock(hashtextextended(lower(${`${event_id} ${email}`}), 2))`
}

/** What is kept of the address that a link is for; letter case makes no other address. */
export const addressHash = (db: Db, email: Fragment): Fragment =>
  db`sha256(convert_to(lower(${email}), 'UTF8'))`

/** Ends every link to the page of a registrant. */
export async function deleteLinksOf(db: Db, registrant_id: number): Promise<void> {
  await db`delete from resume_tokens where registrant_id = ${registrant_id}`
}

export type LinkedRegistrant = {
  id: number
  first_name: string | null
  last_name: string | null
  registration_status: string
  event_name: string
  event_timezone: string
}

/** Whom a link leads to, as long as it is valid: until its time is over, or the person has another address. */
export async function findLinked(
  db: Db,
  token_hash: Buffer,
  now: Date,
): Promise<LinkedRegistrant | undefined> {
  const [registrant] = await db<LinkedRegistrant[]>`
    select r.id, r.first_name, r.last_name, r.registration_status, e.name as event_name, e.timezone as event_timezone
    from resume_tokens t join registrants r on r.id = t.registrant_id join events e on e.id = r.event_id
    where t.token_hash = ${token_hash} and t.expires_at > ${now} 
      and (t.email_hash is null or t.email_hash = ${addressHash(db, db`r.email`)})`
  return registrant
}
