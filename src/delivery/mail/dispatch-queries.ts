import type { Db } from '../../db/connection.ts'
import type { MailKind } from '../../records/outbox/schema.ts'
import type { RegistrationStatus } from '../../seats/schema.ts'

/** A letter that this process has taken, and what is needed to write it. */
export type ClaimedLetter = {
  id: number
  kind: MailKind
  registrant_id: number
  event_id: number
  session_id: number | null
  dropped_session_ids: number[]
  attempts: number
  delivered: string[]
  refused: string[]
  created_at: string
  email: string
  cc_email: string | null
  first_name: string | null
  last_name: string | null
  registration_status: RegistrationStatus
  hold_expires_at: string | null
  secure_id: string
  forgotten_at: string | null
  event_name: string
  event_timezone: string
}

type Claim = {
  now: Date
  lease: Date
  limit: number
  /** letters that this process has already, whatever became of their lease while the database was away */
  inHand: number[]
}

/**
 * Takes letters whose turn has come, until `lease`: those that wait, and those of a dispatcher that died. The calendar that an
 * earlier attempt wrote is gone: it is written anew. What another
 * process is taking at this moment is passed over, and so are letters to people who are being forgotten or deleted: what
 * does that waits for the letter, while this would wait for the person.
 */
export async function claimLetters(db: Db, { now, lease, limit, inHand }: Claim): Promise<ClaimedLetter[]> {
  const letters = await db<ClaimedLetter[]>`
    with due as (
      select o.id from outbox o join registrants r on r.id = o.registrant_id
      where o.state in ('waiting', 'sending') and o.next_attempt_at <= ${now} and o.id <> all(${inHand}::bigint[])
      order by o.next_attempt_at, o.id limit ${limit} for update of o skip locked for key share of r skip locked)
    update outbox o set state = 'sending', attempts = o.attempts + 1, next_attempt_at = ${lease}, calendar = null
    from due, registrants r, events e
    where o.id = due.id and r.id = o.registrant_id and e.id = o.event_id
    returning o.id, o.kind, o.registrant_id, o.event_id, o.session_id, o.dropped_session_ids, o.attempts, o.delivered, o.refused,
      o.created_at, r.email, r.cc_email, r.first_name, r.last_name, r.registration_status, r.hold_expires_at, r.secure_id,
      r.forgotten_at,
      e.name as event_name, e.timezone as event_timezone`
  return letters.sort((a, b) => a.id - b.id)
}

/** What becomes of a letter when its turn comes. */
export type WrittenLetter = {
  id: number
  state: 'sending' | 'kept' | 'dropped' | 'failed'
  recipients: string[]
  subject: string | null
  body_text: string | null
  body_html: string | null
  calendar: string | null
  /** the sessions that the calendar has, and does not cancel */
  calendar_session_ids: number[] | null
  last_error: string | null
}

/** Stores what was written. */
export async function storeLetters(db: Db, letters: WrittenLetter[]): Promise<void> {
  if (letters.length === 0) return
  await db`
    update outbox o set state = l.state, recipients = array(select jsonb_array_elements_text(l.recipients)),
      subject = l.subject, body_text = l.body_text, body_html = l.body_html, calendar = l.calendar,
      calendar_session_ids = l.calendar_session_ids, last_error = l.last_error
    from jsonb_to_recordset(${db.json(letters as never)}) as l (id bigint, state text, recipients jsonb, subject text,
      body_text text, body_html text, calendar text, calendar_session_ids bigint[], last_error text)
    where o.id = l.id`
}

/** Says that this process still has these letters in hand. */
export async function renewLeases(db: Db, ids: number[], lease: Date): Promise<void> {
  await db`
    update outbox set next_attempt_at = ${lease} where id = any(${ids}::bigint[]) and state = 'sending'`
}

export type Settlement = {
  state: 'sent' | 'failed' | 'waiting'
  delivered: string[]
  refused: string[]
  last_error: string | null
  next_attempt_at: Date
}

/** Writes what came of an attempt, unless another process has taken the letter meanwhile. */
export async function settleLetter(
  db: Db,
  { id, attempts }: { id: number; attempts: number },
  { state, delivered, refused, last_error, next_attempt_at }: Settlement,
  now: Date,
): Promise<void> {
  await db`
    update outbox set state = ${state}, delivered = ${delivered}::text[], refused = ${refused}::text[],
      last_error = ${last_error}, next_attempt_at = ${next_attempt_at}, sent_at = ${state === 'sent' ? now : null}
    where id = ${id} and state = 'sending' and attempts = ${attempts}`
}
