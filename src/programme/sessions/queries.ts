import type { Db, Fragment } from '../../db/connection.ts'
import type { StoredValues } from '../../records/custom-fields/values.ts'
import type { SessionInput } from './input-schema.ts'
import type { ResolvedTimes } from './times.ts'

/** What is stored of a session. */
export type StoredSession = Required<SessionInput> &
  ResolvedTimes & {
    timezone: string
    use_event_timezone: number
    secure_id: string
    custom_fields: StoredValues
  } & Partial<OfSubmission>

/** What a session has that was submitted; null for all others. `contact_id` is the submitter. */
type OfSubmission = { submitted_at: string | null; cfs_answer: string | null; contact_id: number | null }

/** A session as it was read, with the names of its track and location. */
export type SessionRow = StoredSession & {
  id: number
  account_id: number
  version: number
  track_name: string | null
  location_name: string | null
  seats_taken: number
  selected_count: number
  held_count: number
  offered_count: number
  waitlisted_count: number
  created_at: string
  updated_at: string
  created_by: number | null
  updated_by: number | null
}

/** What a new session has to fit into. */
export type Placement = { timezone: string; track_name: string | null; location_name: string | null }

/** The event's zone, and the names of track and location when they are of this event; undefined without the event. */
export async function findPlacement(
  db: Db,
  account_id: number,
  {
    event_id,
    track_id,
    location_id,
  }: { event_id: number; track_id: number | null; location_id: number | null },
): Promise<Placement | undefined> {
  const [placement] = await db<Placement[]>`
    select e.timezone, t.name as track_name, l.name as location_name
    from events e
    left join tracks t on t.id = ${track_id}::bigint and t.event_id = e.id
    left join locations l on l.id = ${location_id}::bigint and l.event_id = e.id
    where e.account_id = ${account_id} and e.id = ${event_id}`
  return placement
}

/** For a single row subqueries take less than joins (docs/decisions/010); for a list it is the other way round. */
export const oneWithNames = (db: Db) => db`
  s.*, (select t.name from tracks t where t.id = s.track_id) as track_name,
  (select l.name from locations l where l.id = s.location_id) as location_name, s.selected_count + s.held_count + s.offered_count as seats_taken`

export const withNames = (db: Db, columns: Fragment = db`s.*`) => db`
  ${columns}, t.name as track_name, l.name as location_name, s.selected_count + s.held_count + s.offered_count as seats_taken
  from sessions s left join tracks t on t.id = s.track_id left join locations l on l.id = s.location_id`

export async function findSession(db: Db, account_id: number, id: number): Promise<SessionRow | undefined> {
  const [session] = await db<
    SessionRow[]
  >`select ${oneWithNames(db)} from sessions s where s.account_id = ${account_id} and s.id = ${id}`
  return session
}

export async function findSessionByExternalId(
  db: Db,
  account_id: number,
  event_id: number,
  externalId: string,
): Promise<{ id: number } | undefined> {
  const [session] = await db<{ id: number }[]>`
    select id from sessions where account_id = ${account_id} and event_id = ${event_id} and external_id = ${externalId}`
  return session
}

/**
 * The session, locked until the transaction ends. Its event is locked before it, as everywhere: a session is never
 * changed while the zone of its event changes, and there is no deadlock.
 */
export async function lockSession(db: Db, account_id: number, id: number): Promise<SessionRow | undefined> {
  await db`
    select from events e join sessions s on s.event_id = e.id
    where s.account_id = ${account_id} and s.id = ${id} for key share of e`
  const [session] = await db<SessionRow[]>`
    select ${withNames(db)} where s.account_id = ${account_id} and s.id = ${id} for update of s`
  return session
}

/** Waits for changes of sessions of this event, and keeps others out until the transaction ends. */
export async function lockSessionsOfEvent(db: Db, event_id: number): Promise<void> {
  await db`select from sessions where event_id = ${event_id} order by id for update`
}

export function listSessionsOfEvent(db: Db, event_id: number): Promise<SessionRow[]> {
  return db<SessionRow[]>`select ${withNames(db)} where s.event_id = ${event_id} order by s.id`
}
