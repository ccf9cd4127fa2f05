import type { Db, Fragment } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { RegistrationStatus } from '../../seats/schema.ts'
import { minutesOf } from '../attendance/queries.ts'

/** Who was scanned, where, and whether they have a seat there. */
export type Scanned = {
  registrant_id: number
  event_id: number
  registration_status: RegistrationStatus
  secure_id: string
  ext_token: string | null
  /** nothing about who they are is stored, or will be */
  forgotten: boolean
}

/** Registrants of the account, by what devices know of them; each way has an index of its own. */
export function findScanned(
  db: Db,
  account_id: number,
  by: { ids: number[]; secure_ids: string[]; tokens: string[] },
): Promise<Scanned[]> {
  const those = (condition: Fragment) => db`
    select id as registrant_id, event_id, registration_status, secure_id, ext_token, forgotten_at is not null as forgotten from registrants
    where account_id = ${account_id} and ${condition}`
  const byId = those(db`id = any(${by.ids}::bigint[])`)
  if (by.secure_ids.length + by.tokens.length === 0) return db<Scanned[]>`${byId} order by id`
  return db<Scanned[]>`
    ${byId} union ${those(db`secure_id = any(${by.secure_ids}::text[])`)}
    union ${those(db`ext_token = any(${by.tokens}::text[])`)} order by registrant_id`
}

/** Sessions of the account. */
export function findScannedSessions(
  db: Db,
  account_id: number,
  ids: number[],
): Promise<{ id: number; event_id: number }[]> {
  return db<{ id: number; event_id: number }[]>`
    select id, event_id from sessions where account_id = ${account_id} and id = any(${ids}::bigint[])`
}

/** Who of these has a seat in which of these sessions. */
export function findSeats(
  db: Db,
  session_ids: number[],
  registrant_ids: number[],
): Promise<{ session_id: number; registrant_id: number }[]> {
  return db<{ session_id: number; registrant_id: number }[]>`
    select session_id, registrant_id from selections
    where registrant_id = any(${registrant_ids}::bigint[]) and session_id = any(${session_ids}::bigint[])
      and state in ('selected', 'held')`
}

/** Which events refuse scans of those who are not expected. */
export async function isStrict(db: Db, event_id: number): Promise<boolean> {
  const [row] = await db<{ strict_scans: number }[]>`select strict_scans from events where id = ${event_id}`
  return row?.strict_scans === 1
}

/** The attendances that scans with these ids have become. */
export async function findScans(
  db: Db,
  account_id: number,
  client_ids: string[],
): Promise<Map<string, { attendance_id: number; unexpected: number }>> {
  const rows = await db<{ client_id: string; attendance_id: number; unexpected: number }[]>`
    select s.client_id, s.attendance_id, a.unexpected from scans s join session_attendances a on a.id = s.attendance_id
    where s.account_id = ${account_id} and s.client_id = any(${client_ids}::text[])`
  return new Map(rows.map(({ client_id, ...scan }) => [client_id, scan]))
}

/** A scan as it is kept. */
export type KeptScan = {
  client_id: string
  attendance_id: number
  direction: 'in' | 'out'
  scanned_at: string
  device: string | null
}

/** Waits for other scans of devices of the account: a client_id counts once, whichever events are named. */
export async function lockScansOf(db: Db, account_id: number): Promise<void> {
  await db`select pg_advisory_xact_lock(hashtextextended(${`scans ${account_id}`}, 2))`
}

export async function insertScans(db: Db, actor: Actor, scans: KeptScan[]): Promise<void> {
  if (scans.length === 0) return
  const rows = scans.map(scan => ({ ...scan, account_id: actor.account_id, created_at: actor.now }))
  await db`insert into scans ${db(rows)}`
}

export type Turnout = {
  session_id: number
  name: string
  seats: number
  present: number
  unexpected: number
  no_shows: number | null
  minutes: number
}

/** Who came to each session of an event, in the order of the programme. */
export function readTurnout(db: Db, event_id: number, now: Date): Promise<Turnout[]> {
  return db<Turnout[]>`
    select s.id as session_id, s.name, s.selected_count + s.held_count as seats, coalesce(t.present, 0) as present,
      coalesce(t.unexpected, 0) as unexpected, coalesce(t.minutes, 0) as minutes,
      case when s.ends_at < ${now} then greatest(0, s.selected_count + s.held_count - coalesce(t.seated, 0)) end as no_shows
    from sessions s left join (
      select a.session_id, count(*)::int as present, count(*) filter (where a.unexpected = 1)::int as unexpected,
        count(x.registrant_id)::int as seated, coalesce(sum(a.was_minutes + coalesce(${minutesOf(db)}, 0)), 0)::float8 as minutes
      from session_attendances a left join selections x
        on x.session_id = a.session_id and x.registrant_id = a.registrant_id and x.state in ('selected', 'held')
      where a.event_id = ${event_id}
        and (a.was_present = 1 or coalesce(a.check_in_date, a.check_out_date, a.on_demand_date) is not null)
      group by a.session_id) t on t.session_id = s.id
    where s.event_id = ${event_id} order by s.date, s.start_time, s.id`
}
