import type { Static } from 'typebox'
import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { columnsOf, type Listing } from '../../http/lists/listing.ts'
import { readPage } from '../../http/lists/page-size.ts'
import { logged } from '../../records/changes/log.ts'
import { type OwnEvent, pageOfEvent } from '../../records/events/queries.ts'
import { type Attendance, attendanceLists } from './schema.ts'

export type AttendanceRow = Omit<Static<typeof Attendance>, 'duration'> & {
  account_id: number
  version: number
  /** whether the times of a registrant who is forgotten were taken out */
  forgotten: number
}

/** Members that are moments. */
export const moments = ['waiting_room_date', 'check_in_date', 'check_out_date', 'on_demand_date'] as const
export type Moments = { [M in (typeof moments)[number]]?: string | null }

/** An attendance that is written: of whom, where, and when. */
export type NewAttendance = { session_id: number; registrant_id: number; unexpected: number } & Moments

const columns = [
  'id',
  'event_id',
  'session_id',
  'registrant_id',
  ...moments,
  'unexpected',
  'created_at',
  'updated_at',
  'created_by',
  'updated_by',
]

/** A page of the attendances of an event; with `own` only those of a session or a registrant. */
export async function listAttendances(
  db: Db,
  event: OwnEvent,
  listing: Listing,
  own: { session_id?: number | undefined; registrant_id?: number | undefined; isScan?: boolean },
) {
  const page = pageOfEvent(db, 'a.event_id', event, listing)
  const where = db`${page.where}
    ${own.session_id ? db`and a.session_id = ${own.session_id}` : db``}
    ${own.registrant_id ? db`and a.registrant_id = ${own.registrant_id}` : db``}
    ${own.isScan ? db`and a.check_in_date is not null` : db``}`
  const source = db`session_attendances a`
  const selected = columnsOf(db, 'a', columns, { ...attendanceLists, stored: [] }, listing)
  return readPage<AttendanceRow>(db, {
    columns: db`${selected} from ${source}`,
    source,
    ...page,
    where,
  })
}

export async function findAttendance(
  db: Db,
  account_id: number,
  id: number,
): Promise<AttendanceRow | undefined> {
  const [row] = await db<AttendanceRow[]>`
    select * from session_attendances where account_id = ${account_id} and id = ${id}`
  return row
}

/** The attendances of these registrants in these sessions. */
export function findAttendances(
  db: Db,
  session_ids: number[],
  registrant_ids: number[],
): Promise<AttendanceRow[]> {
  return db<AttendanceRow[]>`
    select * from session_attendances
    where session_id = any(${session_ids}::bigint[]) and registrant_id = any(${registrant_ids}::bigint[]) order by id`
}

/** Of these sessions, as texts by session: who attended. */
export function listAttendancesOf(db: Db, session_ids: number[]): Promise<AttendanceRow[]> {
  return db<AttendanceRow[]>`
    select * from session_attendances where session_id = any(${session_ids}::bigint[]) order by session_id, id`
}

export async function insertAttendances(
  db: Db,
  actor: Actor,
  event_id: number,
  given: NewAttendance[],
): Promise<AttendanceRow[]> {
  if (given.length === 0) return []
  const rows = given.map(row => ({
    waiting_room_date: null,
    check_in_date: null,
    check_out_date: null,
    on_demand_date: null,
    ...row,
    account_id: actor.account_id,
    event_id,
    created_at: actor.now,
    updated_at: actor.now,
    created_by: actor.actor_id,
    updated_by: actor.actor_id,
  }))
  return db<AttendanceRow[]>`
    with after as (insert into session_attendances ${db(rows)} returning *),
      logged as (${logged(db, actor, 'session_attendance', 'create')})
    select * from after order by id`
}

/** Writes the moments of attendances; `given` has each with all of its own. */
export async function updateAttendances(
  db: Db,
  actor: Actor,
  given: ({ id: number } & Required<Moments>)[],
): Promise<AttendanceRow[]> {
  if (given.length === 0) return []
  return db<AttendanceRow[]>`
    with w as (
        select * from jsonb_to_recordset(${db.json(given as never)}) as w (id bigint, waiting_room_date timestamptz,
          check_in_date timestamptz, check_out_date timestamptz, on_demand_date timestamptz)),
      before as (select a.* from session_attendances a join w using (id)),
      after as (
        update session_attendances a set waiting_room_date = w.waiting_room_date, check_in_date = w.check_in_date,
          check_out_date = w.check_out_date, on_demand_date = w.on_demand_date, updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = a.version + 1
        from w where w.id = a.id returning a.*),
      logged as (${logged(db, actor, 'session_attendance', 'update')})
    select * from after order by id`
}

/** Deletes attendances: one, or all of a session, a registrant or an event. */
export async function deleteAttendances(
  db: Db,
  actor: Actor,
  column: 'id' | 'session_id' | 'registrant_id' | 'event_id',
  id: number,
): Promise<void> {
  await db`
    with before as (delete from session_attendances where ${db(column)} = ${id} returning *)
    ${logged(db, actor, 'session_attendance', 'delete')}`
}

/** Whole minutes from in to out of an attendance `a`; null while one is open. */
export const minutesOf = (db: Db) =>
  db`greatest(0, floor(extract(epoch from a.check_out_date - a.check_in_date) / 60))`

/** The ids by which devices know their scans of a registrant. */
export async function listClientIdsOf(db: Db, registrant_id: number): Promise<string[]> {
  const rows = await db<{ client_id: string }[]>`
    select s.client_id from scans s join session_attendances a on a.id = s.attendance_id
    where a.registrant_id = ${registrant_id}`
  return rows.map(({ client_id }) => client_id)
}

/** The scans that devices made of a registrant, in order. */
export function listScansOf(db: Db, registrant_id: number): Promise<object[]> {
  return db<object[]>`
    select a.session_id, s.client_id, s.direction, s.scanned_at, s.device from scans s
    join session_attendances a on a.id = s.attendance_id where a.registrant_id = ${registrant_id} order by s.scanned_at, s.client_id`
}

/** The attendances of a registrant, in order. */
export function listAttendancesOfPerson(db: Db, registrant_id: number): Promise<AttendanceRow[]> {
  return db<
    AttendanceRow[]
  >`select * from session_attendances where registrant_id = ${registrant_id} order by id`
}

/** Takes the times and devices of a person who is forgotten out of their attendances, which still count. */
export async function forgetAttendances(db: Db, actor: Actor, registrant_id: number): Promise<void> {
  await db`
    delete from scans where attendance_id in (select id from session_attendances where registrant_id = ${registrant_id})`
  await db`
    with before as (select * from session_attendances where registrant_id = ${registrant_id} and forgotten = 0),
      after as (
        update session_attendances a set waiting_room_date = null, check_in_date = null, check_out_date = null,
          on_demand_date = null, forgotten = 1,
          was_present = (coalesce(a.check_in_date, a.check_out_date, a.on_demand_date) is not null)::int,
          was_minutes = coalesce(${minutesOf(db)}, 0), updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = version + 1
        where registrant_id = ${registrant_id} and forgotten = 0 returning *)
    ${logged(db, actor, 'session_attendance', 'update')}`
  await db`
    update changes set
      before = before || '{"waiting_room_date": null, "check_in_date": null, "check_out_date": null, "on_demand_date": null}',
      after = after || '{"waiting_room_date": null, "check_in_date": null, "check_out_date": null, "on_demand_date": null}'
    where account_id = ${actor.account_id} and object = 'session_attendance'
      and (coalesce(after, before) ->> 'registrant_id')::bigint = ${registrant_id}`
}
