import type { Db, Fragment } from '../../db/connection.ts'
import type { ConflictType } from './schema.ts'

/** A conflict as it is found. */
export type ConflictRow = {
  type: ConflictType
  session_ids: number[]
  names: string[]
  location_id: number | null
  location_name: string | null
  speaker_id: number | null
  speaker_name: string | null
  people: number
}

/** Sessions that are planned: those that wait for a decision, or were rejected, are in nobody's way. */
const planned = (db: Db, event_id: number): Fragment => db`
  planned as materialized (
    select s.id, s.name, s.date, s.starts_at, s.ends_at, s.location_id, s.capacity,
      s.selected_count + s.held_count + s.offered_count as seats
    from sessions s where s.event_id = ${event_id} and s.session_status in ('approved', 'converted', 'live')),
  timed as materialized (select * from planned where starts_at < ends_at)`

/** What is wrong with the programme of an event; a pair of sessions is found once, the earlier first. */
export function findConflicts(db: Db, event_id: number): Promise<ConflictRow[]> {
  const one = db`array[s.id] as session_ids, array[s.name] as names`
  const two = db`array[s.id, o.id] as session_ids, array[s.name, o.name] as names`
  const inOrder = db`(s.starts_at, s.id) < (o.starts_at, o.id)`
  const nowhere = db`null::bigint as location_id, null::text as location_name`
  const nobody = db`null::bigint as speaker_id, null::text as speaker_name`
  return db<ConflictRow[]>`
    with ${planned(db, event_id)},
      appearing as (
        select a.speaker_id, p.name as speaker_name, p.availabilities, t.*
        from session_speakers a join speakers p on p.id = a.speaker_id join timed t on t.id = a.session_id
        where a.event_id = ${event_id})
    select 'speaker_twice' as type, ${two}, ${nowhere}, s.speaker_id, s.speaker_name, s.seats + o.seats as people
      from appearing s join appearing o on o.speaker_id = s.speaker_id and ${inOrder} and o.starts_at < s.ends_at
    union all
    select 'location_twice', ${two}, s.location_id, l.name, null, null, s.seats + o.seats
      from timed s join locations l on l.id = s.location_id join timed o on o.location_id = s.location_id
        and ${inOrder} and o.starts_at < s.ends_at + l.turnaround_minutes * interval '1 minute'
    union all
    select 'seats_exceed_location', ${one}, s.location_id, l.name, null, null, s.seats
      from planned s join locations l on l.id = s.location_id where s.seats > l.capacity
    union all
    select 'speaker_unavailable', ${one}, null, null, s.speaker_id, s.speaker_name, s.seats
      from appearing s cross join events e
      where e.id = ${event_id} and jsonb_array_length(s.availabilities) > 0 and not (
        select range_agg(tsrange((w ->> 'date')::date + coalesce((w ->> 'start_time')::time, '00:00'),
          (w ->> 'date')::date + coalesce((w ->> 'end_time')::time, '24:00')))
        from jsonb_array_elements(s.availabilities) w)
        @> tsrange(s.starts_at at time zone e.timezone,
          greatest(s.starts_at at time zone e.timezone, s.ends_at at time zone e.timezone))
    union all
    select 'registrants_overlap', array[s.id, o.id], array[s.name, o.name], null, null, null, null, shared.people
      from (
        select least(a.session_id, b.session_id) as first, greatest(a.session_id, b.session_id) as second, count(*)::int as people
        from selections a join selections b on b.registrant_id = a.registrant_id and a.session_id < b.session_id
          and b.state in ('selected', 'held')
        join timed x on x.id = a.session_id
        join timed y on y.id = b.session_id and x.starts_at < y.ends_at and y.starts_at < x.ends_at
        where a.event_id = ${event_id} and a.state in ('selected', 'held') group by 1, 2) shared
      join timed s on s.id = shared.first join timed o on o.id = shared.second
    union all
    select 'outside_event', ${one}, ${nowhere}, ${nobody}, s.seats
      from planned s cross join events e
      where e.id = ${event_id} and (s.date < e.start_date or s.date > e.end_date)
    union all
    select 'capacity_exceeds_location', ${one}, s.location_id, l.name, null, null, s.seats
      from planned s join locations l on l.id = s.location_id where s.capacity > l.capacity`
}

export async function listIntended(db: Db, event_id: number): Promise<Set<string>> {
  const rows = await db<{ key: string }[]>`select key from intended_conflicts where event_id = ${event_id}`
  return new Set(rows.map(({ key }) => key))
}

export async function insertIntended(
  db: Db,
  { account_id, now }: { account_id: number; now: Date },
  event_id: number,
  key: string,
): Promise<void> {
  await db`
    insert into intended_conflicts (account_id, event_id, key, created_at)
    values (${account_id}, ${event_id}, ${key}, ${now}) on conflict do nothing`
}

export async function deleteIntended(db: Db, event_id: number, key: string): Promise<void> {
  await db`delete from intended_conflicts where event_id = ${event_id} and key = ${key}`
}
