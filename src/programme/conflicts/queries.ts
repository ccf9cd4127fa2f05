import type { Db, Fragment } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../../records/changes/log.ts'
import type { ConflictType } from './schema.ts'

/** A conflict as it is found; `seats`: those that are taken in its sessions, each counted by itself. */
export type ConflictRow = {
  type: ConflictType
  session_ids: number[]
  names: string[]
  location_id: number | null
  location_name: string | null
  speaker_id: number | null
  speaker_name: string | null
  seats: number
}

/** Conflicts of a kind that are looked for: a room that is none has as many as it has pairs of sessions. */
const mostOfAKind = 10_000

/** Sessions that are planned: those that wait for a decision, or were rejected, are in nobody's way. */
const isPlanned = (db: Db, alias: string): Fragment =>
  db`${db(`${alias}.session_status`)} in ('approved', 'converted', 'live')`

/**
 * What is wrong with the programme of an event, or with these sessions of it; a pair of sessions is found once, the earlier
 * first. Of each kind at most `mostOfAKind`.
 */
export function findConflicts(db: Db, event_id: number, session_ids?: number[]): Promise<ConflictRow[]> {
  const one = db`array[s.id] as session_ids, array[s.name] as names`
  const two = db`array[s.id, o.id] as session_ids, array[s.name, o.name] as names`
  const inOrder = db`(s.starts_at, s.id) < (o.starts_at, o.id)`
  const nowhere = db`null::bigint as location_id, null::text as location_name`
  const nobody = db`null::bigint as speaker_id, null::text as speaker_name`
  const limit = db`limit ${mostOfAKind}`
  const ids = db`${session_ids ?? []}::bigint[]`
  const isAsked = session_ids ? db`s.id = any(${ids})` : db`true`
  const isPairAsked = session_ids ? db`(s.id = any(${ids}) or o.id = any(${ids}))` : db`true`
  return db<ConflictRow[]>`
    with planned as materialized (
        select s.id, s.name, s.date, s.starts_at, s.ends_at, s.location_id, s.capacity,
          s.selected_count + s.held_count + s.offered_count as seats
        from sessions s where s.event_id = ${event_id} and ${isPlanned(db, 's')}),
      timed as materialized (select * from planned where starts_at < ends_at),
      appearing as materialized (
        select a.speaker_id, p.name as speaker_name, p.availabilities, t.*
        from session_speakers a join speakers p on p.id = a.speaker_id join timed t on t.id = a.session_id
        where a.event_id = ${event_id})
    (select 'speaker_twice' as type, ${two}, ${nowhere}, s.speaker_id, s.speaker_name, s.seats + o.seats as seats
      from appearing s join appearing o on o.speaker_id = s.speaker_id and ${inOrder} and o.starts_at < s.ends_at
      where ${isPairAsked} ${limit})
    union all
    (select 'location_twice', ${two}, s.location_id, l.name, null, null, s.seats + o.seats
      from timed s join locations l on l.id = s.location_id join timed o on o.location_id = s.location_id
        and ${inOrder} and o.starts_at < s.ends_at + l.turnaround_minutes * interval '1 minute'
      where ${isPairAsked} ${limit})
    union all
    (select 'seats_exceed_location', ${one}, s.location_id, l.name, null, null, s.seats
      from planned s join locations l on l.id = s.location_id where s.seats > l.capacity and ${isAsked} ${limit})
    union all
    (select 'speaker_unavailable', ${one}, null, null, s.speaker_id, s.speaker_name, s.seats
      from appearing s cross join events e
      where e.id = ${event_id} and ${isAsked} and jsonb_array_length(s.availabilities) > 0 and not (
        select range_agg(tsrange((w ->> 'date')::date + coalesce((w ->> 'start_time')::time, '00:00'),
          (w ->> 'date')::date + coalesce(nullif((w ->> 'end_time')::time, '00:00'), '24:00')))
        from jsonb_array_elements(s.availabilities) w)
        @> tsrange(s.starts_at at time zone e.timezone,
          greatest(s.starts_at at time zone e.timezone, s.ends_at at time zone e.timezone)) ${limit})
    union all
    (select 'registrants_overlap', array[s.id, o.id], array[s.name, o.name], null, null, null, null, shared.people
      from (${sharedSeats(db, event_id, session_ids)}) shared
      join sessions s on s.id = shared.first join sessions o on o.id = shared.second ${limit})
    union all
    (select 'outside_event', ${one}, ${nowhere}, ${nobody}, s.seats
      from planned s cross join events e cross join lateral (
        select coalesce((s.starts_at at time zone e.timezone)::date, s.date) as date) d
      where e.id = ${event_id} and ${isAsked} and (d.date < e.start_date or d.date > e.end_date) ${limit})
    union all
    (select 'capacity_exceeds_location', ${one}, s.location_id, l.name, null, null, s.seats
      from planned s join locations l on l.id = s.location_id where s.capacity > l.capacity and ${isAsked} ${limit})`
}

/** Pairs of planned sessions at the same time that registrants have seats in, and how many have them. */
const sharedSeats = (db: Db, event_id: number, session_ids: number[] | undefined): Fragment => {
  const isAsked = session_ids
    ? db`a.session_id = any(${session_ids}::bigint[])
        and (a.session_id < b.session_id or b.session_id <> all(${session_ids}::bigint[]))`
    : db`a.event_id = ${event_id} and a.session_id < b.session_id`
  return db`
    select least(a.session_id, b.session_id) as first, greatest(a.session_id, b.session_id) as second, count(*)::int as people
    from selections a join selections b on b.registrant_id = a.registrant_id and b.session_id <> a.session_id
      and b.state in ('selected', 'held')
    join sessions x on x.id = a.session_id and ${isPlanned(db, 'x')} and x.starts_at < x.ends_at
    join sessions y on y.id = b.session_id and ${isPlanned(db, 'y')} and y.starts_at < y.ends_at
      and x.starts_at < y.ends_at and y.starts_at < x.ends_at
    where ${isAsked} and a.state in ('selected', 'held') group by 1, 2`
}

/** How many registrants have seats in any session of each of these lists. */
export async function countSeated(db: Db, lists: number[][]): Promise<number[]> {
  const rows = await db<{ people: number }[]>`
    select count(distinct x.registrant_id)::int as people
    from jsonb_array_elements(${db.json(lists)}) with ordinality as l (ids, place)
    left join selections x on x.session_id = any(array(select jsonb_array_elements_text(l.ids)::bigint))
      and x.state <> 'waitlisted'
    group by l.place order by l.place`
  return rows.map(({ people }) => people)
}

export async function listIntended(db: Db, event_id: number): Promise<Set<string>> {
  const rows = await db<{ key: string }[]>`select key from intended_conflicts where event_id = ${event_id}`
  return new Set(rows.map(({ key }) => key))
}

/** Marks a conflict as intended, unless it is. */
export async function insertIntended(db: Db, actor: Actor, event_id: number, key: string): Promise<void> {
  await db`
    with after as (
      insert into intended_conflicts (account_id, event_id, key, created_at)
      values (${actor.account_id}, ${event_id}, ${key}, ${actor.now}) on conflict do nothing returning *)
    ${logged(db, actor, 'intended_conflict', 'create')}`
}

export async function deleteIntended(db: Db, actor: Actor, event_id: number, key: string): Promise<void> {
  await db`
    with before as (delete from intended_conflicts where event_id = ${event_id} and key = ${key} returning *)
    ${logged(db, actor, 'intended_conflict', 'delete')}`
}
