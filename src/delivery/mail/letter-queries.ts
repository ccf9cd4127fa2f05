import type { Db } from '../../db/connection.ts'
import type { MovedSession } from '../../records/outbox/queries.ts'
import type { MailKind } from '../../records/outbox/schema.ts'
import type { RegistrationStatus } from '../../seats/schema.ts'
import type { Job, QueueTable } from '../queue/queries.ts'

/** E-mails as a queue. The calendar that an earlier attempt wrote is not one that anybody has: it is written anew. */
export const outbox: QueueTable = {
  name: 'outbox',
  owner: { table: 'registrants', column: 'registrant_id' },
  columns: [
    'kind',
    'registrant_id',
    'event_id',
    'session_id',
    'dropped_session_ids',
    'moved',
    'delivered',
    'refused',
  ],
  ofOneAttempt: ['calendar'],
}

/** A letter that this process has taken. */
export type TakenLetter = Job & {
  kind: MailKind
  registrant_id: number
  event_id: number
  session_id: number | null
  dropped_session_ids: number[]
  /** what a letter of the kind `rescheduled` tells */
  moved: MovedSession[]
  delivered: string[]
  refused: string[]
}

/** Whom a letter is to, as they are now. */
export type Addressee = {
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

/** A letter, and what is needed to write it. */
export type ClaimedLetter = TakenLetter & Addressee

/** The addressees of letters, by the id of the registrant. */
export async function readAddressees(db: Db, letters: TakenLetter[]): Promise<Map<number, Addressee>> {
  const ids = letters.map(letter => letter.registrant_id)
  const rows = await db<(Addressee & { id: number })[]>`
    select r.id, r.email, r.cc_email, r.first_name, r.last_name, r.registration_status, r.hold_expires_at, r.secure_id,
      r.forgotten_at, e.name as event_name, e.timezone as event_timezone
    from registrants r join events e on e.id = r.event_id where r.id = any(${ids}::bigint[])`
  return new Map(rows.map(({ id, ...addressee }) => [id, addressee]))
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
