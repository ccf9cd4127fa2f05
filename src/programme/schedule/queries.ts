import type { Static } from 'typebox'
import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { Listing } from '../../http/lists/listing.ts'
import { readPage } from '../../http/lists/page-size.ts'
import { logged } from '../../records/changes/log.ts'
import { type OwnEvent, pageOfEvent } from '../../records/events/queries.ts'
import { type Placement, type SessionRow, withNames } from '../sessions/queries.ts'
import { type Beginning, effectsSince } from './effects-queries.ts'
import type { ScheduleChange, ScheduleNotice } from './schema.ts'

export type ScheduleChangeRow = Static<typeof ScheduleChange> & { account_id: number; version: number }
export type ScheduleNoticeRow = Static<typeof ScheduleNotice> & { account_id: number; version: number }

/** These sessions of an event. */
export function listSessionsNamed(db: Db, event_id: number, ids: number[]): Promise<SessionRow[]> {
  return db<SessionRow[]>`
    select ${withNames(db)} where s.event_id = ${event_id} and s.id = any(${ids}::bigint[]) order by s.id`
}

/** The same, locked until the transaction ends. */
export function lockSessionsNamed(db: Db, event_id: number, ids: number[]): Promise<SessionRow[]> {
  return db<SessionRow[]>`
    select ${withNames(db)} where s.event_id = ${event_id} and s.id = any(${ids}::bigint[]) order by s.id for update of s`
}

/** The zone of an event, and what its tracks and locations are called. */
export async function readPlacements(
  db: Db,
  event_id: number,
): Promise<(track_id: number | null, location_id: number | null) => Placement> {
  const [[event], tracks, locations] = await Promise.all([
    db<{ timezone: string }[]>`select timezone from events where id = ${event_id}`,
    db<{ id: number; name: string }[]>`select id, name from tracks where event_id = ${event_id}`,
    db<{ id: number; name: string }[]>`select id, name from locations where event_id = ${event_id}`,
  ])
  const [track_names, location_names] = [tracks, locations].map(
    rows => new Map(rows.map(({ id, name }) => [id, name])),
  )
  return (track_id, location_id) => ({
    timezone: event!.timezone,
    track_name: track_names!.get(track_id ?? 0) ?? null,
    location_name: location_names!.get(location_id ?? 0) ?? null,
  })
}

type NewChange = Pick<ScheduleChangeRow, 'event_id' | 'undoes' | 'sessions'>

export async function insertScheduleChange(db: Db, actor: Actor, change: NewChange): Promise<number> {
  const { event_id, undoes, sessions } = change
  const [row] = await db<{ id: number }[]>`
    with after as (
        insert into schedule_changes (account_id, event_id, undoes, sessions, actor_id, created_at, updated_at)
        values (${actor.account_id}, ${event_id}, ${undoes}, ${db.json(sessions as never)}, ${actor.actor_id}, ${actor.now}, ${actor.now})
        returning *),
      logged as (${logged(db, actor, 'schedule_change', 'create')})
    select id from after`
  return row!.id
}

/** A change of the schedule of an event, locked until the transaction ends. */
export async function lockScheduleChange(
  db: Db,
  event_id: number,
  id: number,
): Promise<ScheduleChangeRow | undefined> {
  const [row] = await db<ScheduleChangeRow[]>`
    select * from schedule_changes where event_id = ${event_id} and id = ${id} for update`
  return row
}

export async function findScheduleChange(
  db: Db,
  account_id: number,
  id: number,
): Promise<ScheduleChangeRow | undefined> {
  const [row] = await db<ScheduleChangeRow[]>`
    select * from schedule_changes where account_id = ${account_id} and id = ${id}`
  return row
}

export async function markUndone(db: Db, actor: Actor, id: number): Promise<void> {
  await db`
    with before as (select * from schedule_changes where id = ${id}),
      after as (
        update schedule_changes set undone_at = ${actor.now}, updated_at = ${actor.now}, version = version + 1
        where id = ${id} returning *)
    ${logged(db, actor, 'schedule_change', 'update')}`
}

/**
 * Puts on record what a change did to registrants: all who were written to and, whoever was, those whose seats are gone or at the
 * same time since.
 */
export async function insertNotices(
  db: Db,
  actor: Actor,
  change_id: number,
  beginning: Beginning,
  mail: boolean,
): Promise<void> {
  await db`
    with ${effectsSince(db, beginning)},
      facts as (
        select registrant_id, session_id as own_id, null::bigint as other_id, null as kind from places
        where is_changed and was is not null
        union all select registrant_id, null, other_id, null from pairs
        union all select registrant_id, null, null, kind from effects
        union all select registrant_id, null, null, 'told' from outbox
        where ${mail} and event_id = ${beginning.event_id} and created_at = ${actor.now} and state = 'waiting'
          and kind in ('rescheduled', 'withdrawn', 'restored')),
      notices as (
        select registrant_id, case when bool_or(kind = 'without_seat') then 'without_seat'
            when bool_or(kind = 'in_conflict') then 'in_conflict' else 'moved' end as effect,
          array_agg(distinct own_id order by own_id) filter (where own_id is not null) as session_ids,
          coalesce(array_agg(distinct other_id order by other_id) filter (where other_id is not null), '{}') as conflicts_with,
          coalesce(bool_or(kind = 'told'), false)::int as told
        from facts group by registrant_id
        having count(own_id) > 0 and bool_or(kind in ('told', 'without_seat', 'in_conflict'))),
      after as (
        insert into schedule_notices (account_id, event_id, change_id, registrant_id, effect, session_ids, conflicts_with, told,
          created_at, updated_at)
        select ${actor.account_id}, ${beginning.event_id}, ${change_id}, registrant_id, effect, session_ids, conflicts_with, told,
          ${actor.now}, ${actor.now}
        from notices order by registrant_id
        returning *)
    ${logged(db, actor, 'schedule_notice', 'create')}`
}

/**
 * What a registrant chose, in the notices of changes that stand: an answer, and the sessions that they gave up. Who answered
 * has nothing to keep any more. Returns how many notices it answers.
 */
export async function answerNotices(
  db: Db,
  actor: Actor,
  registrant_id: number,
  { answer, gave_up, notice_id }: { answer: 'keep' | 'give_up'; gave_up: number[]; notice_id: number | null },
): Promise<number> {
  const { count } = await db`
    with before as (
        select n.* from schedule_notices n join schedule_changes c on c.id = n.change_id and c.undone_at is null
        where n.registrant_id = ${registrant_id} and (n.id = ${notice_id}::bigint and n.answer is null
          or (n.session_ids || n.conflicts_with) && ${gave_up}::bigint[]) for update of n),
      after as (
        update schedule_notices n set answer = ${answer}, answered_at = ${actor.now}, updated_at = ${actor.now},
          version = n.version + 1, gave_up_ids = array(
            select distinct id from unnest(n.gave_up_ids || ${gave_up}::bigint[]) g (id)
            where id = any(n.session_ids || n.conflicts_with) order by id)
        from before b where n.id = b.id returning n.*)
    ${logged(db, actor, 'schedule_notice', 'update')}`
  return count
}

/** Offers of repetitions that a change made and that still stand; of those only who are concerned by no other session than `among`. */
export function listOffersOf(
  db: Db,
  change_id: number,
  among: number[] | null,
): Promise<{ registrant_id: number; session_id: number }[]> {
  return db<{ registrant_id: number; session_id: number }[]>`
    select x.registrant_id, x.session_id from schedule_notices n join schedule_changes c on c.id = n.change_id
    join selections x on x.registrant_id = n.registrant_id and x.state = 'offered' and x.created_at = c.created_at
    where n.change_id = ${change_id} and (${among}::bigint[] is null or n.session_ids <@ ${among}::bigint[])
    order by x.registrant_id, x.session_id`
}

/** Seats that registrants gave up since a change, because of it. */
export function listGivenUp(
  db: Db,
  change_id: number,
): Promise<{ registrant_id: number; session_id: number }[]> {
  return db<{ registrant_id: number; session_id: number }[]>`
    select n.registrant_id, g.session_id from schedule_notices n, unnest(n.gave_up_ids) g (session_id)
    where n.change_id = ${change_id}
      and not exists (select from selections x where x.registrant_id = n.registrant_id and x.session_id = g.session_id)
    order by n.answered_at, n.id, g.session_id`
}

/** A page of one of the lists of an event. */
function pageOf<Row extends Record<string, unknown>>(
  db: Db,
  table: string,
  event: OwnEvent,
  listing: Listing,
) {
  const source = db`${db(table)} n`
  const page = pageOfEvent(db, 'n.event_id', event, listing)
  return readPage<Row>(db, { columns: db`n.* from ${source}`, source, ...page })
}

export const listScheduleChanges = (db: Db, event: OwnEvent, listing: Listing) =>
  pageOf<ScheduleChangeRow>(db, 'schedule_changes', event, listing)

export const listScheduleNotices = (db: Db, event: OwnEvent, listing: Listing) =>
  pageOf<ScheduleNoticeRow>(db, 'schedule_notices', event, listing)
