import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { Event, OnConflict, Registrant, RegType, SelectionState, Session } from '../rules/state.ts'
import type { RegistrationStatus } from '../schema.ts'
import { counts } from './counted-queries.ts'

export const seatsChannel = 'lectern_seats'

/** Tells every process, when this transaction is committed, that seats of an event have changed. */
export async function announceSeats(db: Db, event_id: number): Promise<void> {
  await db`select pg_notify(${seatsChannel}, ${String(event_id)})`
}

/**
 * Statements of this transaction use an index wherever there is one, by a plan that is made once. A plan from before a
 * rush, when the table was small, would read all of it for every batch until the table is analysed; and planning anew
 * for each list of ids took a quarter of a millisecond of a claim that comes alone.
 */
export async function preferIndexes(db: Db): Promise<void> {
  await db`select set_config('enable_seqscan', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)`
}

export type LedgerEvent = Event & { account_id: number }

/** What the rules need of an event. Read after its lock was taken (docs/seats.md §5: lock, then look). */
export async function readEvent(db: Db, event_id: number): Promise<LedgerEvent | undefined> {
  type Row = Omit<LedgerEvent, 'closes' | 'registrants'> & {
    status: string
    close_date: string | null
    close_time: string | null
    timezone: string
    registrants_count: number
  }
  const [row] = await db<Row[]>`
    select id, account_id, status, capacity, registrants_count, waitlist_mode, waitlist_offer_minutes, close_date, close_time,
      timezone
    from events where id = ${event_id}`
  return row && { ...row, registrants: row.registrants_count, closes: closingMoment(row) }
}

/** Registration closes at the close time, or with the end of the close day; a closed or archived event has closed before. */
function closingMoment({
  status,
  close_date,
  close_time,
  timezone,
}: {
  status: string
  close_date: string | null
  close_time: string | null
  timezone: string
}): number | null {
  if (status === 'closed' || status === 'archived') return 0
  if (!close_date) return null
  const day = Temporal.PlainDate.from(close_date)
  const moment = close_time ? day.toPlainDateTime(close_time) : day.add({ days: 1 }).toPlainDateTime()
  return moment.toZonedDateTime(timezone).epochMilliseconds
}

/**
 * The sessions that wishes are about: the named ones, those that the registrants have, with `included` those that every
 * registrant is part of, and, for registrants who come in, those that are selected by default.
 */
export function readSessions(
  db: Db,
  event_id: number,
  {
    session_ids,
    registrant_ids,
    included,
    comingIn,
  }: { session_ids: number[]; registrant_ids: number[]; included: boolean; comingIn: boolean },
): Promise<Session[]> {
  return db<Session[]>`
    select id, name, capacity, selected_count as selected, held_count as held, offered_count as offered,
      waitlisted_count as waitlisted, session_status, selection_control, selected_by_default, locked_when_saved,
      prevent_session_conflicts, sold_out_message,
      (extract(epoch from starts_at) * 1000)::float8 as starts, (extract(epoch from ends_at) * 1000)::float8 as ends
    from sessions
    where event_id = ${event_id} and id = any(${session_ids}::bigint[]
      || array(select session_id from selections where registrant_id = any(${registrant_ids}::bigint[]))
      ${included ? db`|| array(select id from sessions where event_id = ${event_id} and selection_control = 'included')` : db``}
      ${comingIn ? db`|| array(select id from sessions where event_id = ${event_id} and selected_by_default = 1)` : db``})
    order by id`
}

/** Which of these sessions exist in other events of the account. */
export async function findElsewhere(db: Db, account_id: number, session_ids: number[]): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    select id from sessions where account_id = ${account_id} and id = any(${session_ids}::bigint[])`
  return rows.map(row => row.id)
}

export type RegistrantRow = Omit<Registrant, 'selections' | 'status' | 'removed'> & {
  registration_status: RegistrationStatus
  version: number
  removed: number[]
}

/** The registrants of an event, locked against changes of their own fields. */
export function lockRegistrants(db: Db, event_id: number, ids: number[]): Promise<RegistrantRow[]> {
  return db<RegistrantRow[]>`
    select id, registration_status, reg_type_id, group_id, version, forgotten_at is not null as forgotten, expired_session_ids,
      array(select session_id from removals where registrant_id = registrants.id) as removed
    from registrants
    where event_id = ${event_id} and id = any(${ids}::bigint[]) order by id for no key update`
}

export type SelectionRow = {
  id: number
  registrant_id: number
  session_id: number
  state: SelectionState
  on_conflict: OnConflict
  /** of an offer, in milliseconds since 1970 */
  until: number | null
  expires: number | null
}

/** In no order: with one, a plan from when the table was empty reads all of it along the primary key. */
export function readSelections(db: Db, registrant_ids: number[]): Promise<SelectionRow[]> {
  return db<SelectionRow[]>`
    select id, registrant_id, session_id, state, on_conflict, (extract(epoch from offered_until) * 1000)::float8 as until,
      (extract(epoch from expires_at) * 1000)::float8 as expires
    from selections
    where registrant_id = any(${registrant_ids}::bigint[])`
}

export function readRegTypes(db: Db, event_id: number, ids: number[]): Promise<RegType[]> {
  return db<RegType[]>`
    select id, name, capacity, registrants_count as registrants, max_group_size, sold_out_message
    from reg_types where event_id = ${event_id} and id = any(${ids}::bigint[])`
}

/** Who counts for these groups. */
export function readMembers(
  db: Db,
  group_ids: number[],
): Promise<{ id: number; group_id: number; max_group_size: number | null }[]> {
  return db<{ id: number; group_id: number; max_group_size: number | null }[]>`
    select r.id, r.group_id, t.max_group_size from registrants r left join reg_types t on t.id = r.reg_type_id
    where r.group_id = any(${group_ids}::bigint[])
      and ${counts(db, 'r')}`
}

/** Registrations whose time to finish is over. */
export async function readExpiredHolds(db: Db, event_id: number, now: Date): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    select id from registrants where event_id = ${event_id} and hold_expires_at <= ${now} and registration_status = 'in_progress' order by hold_expires_at, id`
  return rows.map(row => row.id)
}

/** Offers that were not answered in time. */
export function readExpiredOffers(
  db: Db,
  event_id: number,
  now: Date,
): Promise<{ registrant_id: number; session_id: number }[]> {
  return db<{ registrant_id: number; session_id: number }[]>`
    select registrant_id, session_id from selections
    where expires_at <= ${now} and state = 'offered' and event_id = ${event_id} order by expires_at, id`
}

/** Events in which something has expired. */
export async function readEventsWithExpired(db: Db, now: Date): Promise<number[]> {
  const rows = await db<{ event_id: number }[]>`
    select event_id from registrants where hold_expires_at <= ${now} and registration_status = 'in_progress'
    union select event_id from selections where expires_at <= ${now} and state = 'offered'`
  return rows.map(row => row.event_id)
}

/**
 * Active registrants who are not in a session, and whom no organiser took out of it: first those who wait for it or were
 * offered a seat, in order.
 */
export async function readOutsiders(db: Db, event_id: number, session_id: number): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    select r.id from registrants r left join selections s on s.registrant_id = r.id and s.session_id = ${session_id}
    where r.event_id = ${event_id} and ${counts(db, 'r')}
      and (s.state is null or s.state in ('waitlisted', 'offered'))
      and not exists (select from removals m where m.registrant_id = r.id and m.session_id = ${session_id})
    order by s.id, r.id`
  return rows.map(row => row.id)
}

/** Where a registrant is registered. */
export type Membership = { account_id: number; event_id: number }

/** The memberships of registrants, by their ids. */
export async function findMemberships(db: Db, ids: number[]): Promise<Map<number, Membership>> {
  const rows = await db<({ id: number } & Membership)[]>`
    select id, account_id, event_id from registrants where id = any(${ids}::bigint[])`
  return new Map(rows.map(row => [row.id, row]))
}

/** Takes everybody out of a session, or an event, that is about to be deleted. */
export async function deleteSelectionsOf(
  db: Db,
  actor: Actor,
  kind: 'session' | 'event',
  id: number,
): Promise<void> {
  await db`
    with gone as (delete from selections where ${db(`${kind}_id`)} = ${id} returning *),
      renewed as (
        update registrants r set version = version + 1, updated_at = ${actor.now}, updated_by = ${actor.actor_id} from gone where r.id = gone.registrant_id)
    insert into changes (account_id, event_id, object, object_id, action, actor_id, request_id, before, created_at)
    select account_id, event_id, 'selection', id, 'delete', ${actor.actor_id}, ${actor.request_id},
      jsonb_build_object('registrant_id', registrant_id, 'session_id', session_id, 'state', state, 'why', ${`${kind}_deleted`}::text),
      ${actor.now}
    from gone order by id`
}
