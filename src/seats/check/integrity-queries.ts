import type { Db, Fragment } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../../records/changes/log.ts'
import { sessionsConflict } from '../ledger/conflict-queries.ts'
import { counts } from '../ledger/counted-queries.ts'

/** Lets a transaction see one moment of the database, and change nothing. First statement of it. */
export async function beSnapshot(db: Db): Promise<void> {
  await db`set transaction isolation level repeatable read read only`
}

export type Amounts = { events: number; sessions: number; registrants: number; selections: number }

/** How much there is to check. */
export async function countLedger(db: Db): Promise<Amounts> {
  const [row] = await db<Amounts[]>`
    select (select count(*)::int from events) as events, (select count(*)::int from sessions) as sessions,
      (select count(*)::int from registrants) as registrants, (select count(*)::int from selections) as selections`
  return row!
}

/** Sessions with their counters and what there is: counters as stored, `_counted` as recounted. */
const recountedSessions = (db: Db, where: Fragment) => db`
  select s.id, s.event_id, s.capacity, s.overbooked, s.selected_count, s.held_count, s.offered_count, s.waitlisted_count,
    count(*) filter (where x.state = 'selected')::int as selected_counted,
    count(*) filter (where x.state = 'held')::int as held_counted,
    count(*) filter (where x.state = 'offered')::int as offered_counted,
    count(*) filter (where x.state = 'waitlisted')::int as waitlisted_counted
  from sessions s left join selections x on x.session_id = s.id ${where} group by s.id`

const isMiscounted = (db: Db) => db`
  (selected_count, held_count, offered_count, waitlisted_count)
    is distinct from (selected_counted, held_counted, offered_counted, waitlisted_counted)`

const isOversold = (db: Db) => db`selected_counted + held_counted + offered_counted > capacity + overbooked`

/** Registrants of an event, or of a type, who may have seats. */
const whoMaySit = (db: Db) => db`count(r.id) filter (where ${counts(db, 'r')})::int`

const recountedEvents = (db: Db, where: Fragment) => db`
  select e.id, e.id as event_id, e.registrants_count, ${whoMaySit(db)} as registrants_counted
  from events e left join registrants r on r.event_id = e.id ${where} group by e.id`

const recountedTypes = (db: Db, where: Fragment) => db`
  select t.id, t.event_id, t.registrants_count, ${whoMaySit(db)} as registrants_counted
  from reg_types t left join registrants r on r.reg_type_id = t.id ${where} group by t.id`

export type SessionCounts = {
  id: number
  event_id: number
  capacity: number | null
  overbooked: number
} & Record<`${'selected' | 'held' | 'offered' | 'waitlisted'}_${'count' | 'counted'}`, number>

/** Sessions whose counters are not what a recount gives. */
export const listMiscountedSessions = (db: Db): Promise<SessionCounts[]> =>
  db<SessionCounts[]>`select * from (${recountedSessions(db, db``)}) s where ${isMiscounted(db)} order by id`

/** Sessions in which more people have seats than capacity and overrides allow. */
export const listOversoldSessions = (db: Db): Promise<SessionCounts[]> =>
  db<SessionCounts[]>`select * from (${recountedSessions(db, db``)}) s where ${isOversold(db)} order by id`

export type Headcount = {
  object: 'event' | 'reg_type'
  id: number
  event_id: number
  registrants_count: number
  registrants_counted: number
}

/** Events and types whose number of registrants is not what a recount gives. */
export const listMiscountedRegistrants = (db: Db): Promise<Headcount[]> =>
  db<Headcount[]>`
    select * from (
      select 'event' as object, * from (${recountedEvents(db, db``)}) e
      union all select 'reg_type', * from (${recountedTypes(db, db``)}) t) counts
    where registrants_count <> registrants_counted order by event_id, object, id`

type SelectionKey = { event_id: number; registrant_id: number; session_id: number }

/** Registrants who are in a session more than once. */
export const listDuplicates = (db: Db): Promise<SelectionKey[]> =>
  db<SelectionKey[]>`
    select event_id, registrant_id, session_id from selections
    group by event_id, registrant_id, session_id having count(*) > 1 order by registrant_id, session_id`

/** Registrants with seats in two sessions that conflict, although neither changed after they had both seats. */
export const listUnexplainedConflicts = (db: Db): Promise<(SelectionKey & { other_id: number })[]> =>
  db<(SelectionKey & { other_id: number })[]>`
    with conflicting as (
      select a.event_id, a.registrant_id, a.session_id, b.session_id as other_id, a.id as a_id, b.id as b_id
      from selections a join selections b on b.registrant_id = a.registrant_id and b.session_id > a.session_id
      join sessions s on s.id = a.session_id join sessions o on o.id = b.session_id
      where a.state in ('selected', 'held') and b.state in ('selected', 'held')
        and ${sessionsConflict(db)}),
    seated as (
      select object_id, max(id) as id from changes
      where object = 'selection' and after ->> 'state' in ('selected', 'held')
        and coalesce(before ->> 'state', '') not in ('selected', 'held') group by object_id),
    moved as (
      select object_id, max(id) as id from changes
      where object = 'session' and action = 'update'
        and (before -> 'starts_at', before -> 'ends_at', before -> 'prevent_session_conflicts', before -> 'session_status')
          is distinct from (after -> 'starts_at', after -> 'ends_at', after -> 'prevent_session_conflicts', after -> 'session_status') group by object_id)
    select c.event_id, c.registrant_id, c.session_id, c.other_id
    from conflicting c
    left join seated sa on sa.object_id = c.a_id left join seated sb on sb.object_id = c.b_id
    left join moved ma on ma.object_id = c.session_id left join moved mb on mb.object_id = c.other_id
    where coalesce(greatest(ma.id, mb.id), 0) <= coalesce(greatest(sa.id, sb.id), 0)
    order by c.registrant_id, c.session_id, c.other_id`

export type Holding = SelectionKey & { state: string; registration_status: string }

/** Seats and places of registrants whose status does not allow them. */
export const listWrongHolders = (db: Db): Promise<Holding[]> =>
  db<Holding[]>`
    select x.event_id, x.registrant_id, x.session_id, x.state, r.registration_status
    from selections x join registrants r on r.id = x.registrant_id
    where r.registration_status in ('cancelled', 'denied', 'expired')
      or (x.state = 'held' and r.registration_status <> 'in_progress')
      or (x.state = 'selected' and r.registration_status = 'in_progress')
    order by x.registrant_id, x.session_id`

/** Ids of all accounts. */
export async function listAccountIds(db: Db): Promise<number[]> {
  const rows = await db<{ id: number }[]>`select id from accounts order by id`
  return rows.map(row => row.id)
}

export type StoredSelection = SelectionKey & { id: number; state: string }

/** All selections, in parts. */
export const selectionsInParts = (db: Db): AsyncIterable<StoredSelection[]> =>
  db<
    StoredSelection[]
  >`select id, event_id, registrant_id, session_id, state from selections order by id`.cursor(1000)

/**
 * Events in which a session has free seats although it has a waitlist, or is not in it although every registrant is
 * part of it; and those with an open offer.
 */
export async function listEventsThatWait(db: Db): Promise<number[]> {
  const rows = await db<{ event_id: number }[]>`
    select distinct event_id from sessions s
    where offered_count > 0 or (capacity is null or selected_count + held_count + offered_count < capacity) and (
      waitlisted_count > 0 or selection_control = 'included'
        and selected_count + held_count < (select registrants_count from events e where e.id = s.event_id))
    order by event_id`
  return rows.map(row => row.event_id)
}

/** The account of an event. */
export async function findAccountOfEvent(db: Db, event_id: number): Promise<number | undefined> {
  const [row] = await db<{ account_id: number }[]>`select account_id from events where id = ${event_id}`
  return row?.account_id
}

/** Writes recounted counters into sessions; those that a recount shows to be oversold stay as they are. */
export async function recountSessions(db: Db, actor: Actor, event_id: number): Promise<void> {
  await db`
    with wrong as (
        select * from (${recountedSessions(db, db`where s.event_id = ${event_id}`)}) s
        where ${isMiscounted(db)} and (${isOversold(db)}) is not true),
      before as (select s.* from sessions s join wrong using (id)),
      after as (
        update sessions s set selected_count = selected_counted, held_count = held_counted, offered_count = offered_counted,
          waitlisted_count = waitlisted_counted
        from wrong w where w.id = s.id returning s.*)
    ${logged(db, actor, 'session', 'update')}`
}

/** Writes the recounted number of registrants into an event and its types. */
export async function recountRegistrants(db: Db, actor: Actor, event_id: number): Promise<void> {
  await db`
    with wrong as (select * from (${recountedEvents(db, db`where e.id = ${event_id}`)}) e where registrants_count <> registrants_counted),
      before as (select e.* from events e join wrong using (id)),
      after as (update events e set registrants_count = registrants_counted from wrong w where w.id = e.id returning e.*)
    ${logged(db, actor, 'event', 'update')}`
  await db`
    with wrong as (select * from (${recountedTypes(db, db`where t.event_id = ${event_id}`)}) t where registrants_count <> registrants_counted),
      before as (select t.* from reg_types t join wrong using (id)),
      after as (update reg_types t set registrants_count = registrants_counted from wrong w where w.id = t.id returning t.*)
    ${logged(db, actor, 'reg_type', 'update')}`
}

/** Something that is of another event than what it refers to, or a session with too many speakers. */
export type Misplaced = { object: string; object_id: number; event_id: number; session_id: number }

/** What a session has besides seats, and is not of its event. */
export const listMisplaced = (db: Db): Promise<Misplaced[]> => db<Misplaced[]>`
  select 'session_speaker' as object, a.id as object_id, a.event_id, a.session_id
    from session_speakers a join sessions s on s.id = a.session_id join speakers p on p.id = a.speaker_id
    where (a.event_id, a.event_id) <> (s.event_id, p.event_id)
  union all
  select 'session_attendance', a.id, a.event_id, a.session_id
    from session_attendances a join sessions s on s.id = a.session_id join registrants r on r.id = a.registrant_id
    where (a.event_id, a.event_id) <> (s.event_id, r.event_id)
  union all
  select 'session_fee', f.id, f.event_id, f.session_id
    from session_fees f join sessions s on s.id = f.session_id where f.event_id <> s.event_id
  union all
  select 'cfs_speaker', c.id, c.event_id, c.session_id
    from cfs_speakers c join sessions s on s.id = c.session_id where c.event_id <> s.event_id or s.submitted_at is null
  union all
  select 'cfs_review', v.id, v.event_id, v.submission_id
    from cfs_reviews v join sessions s on s.id = v.submission_id join cfs_contacts c on c.id = v.reviewer_id
    where (v.event_id, v.event_id) <> (s.event_id, c.event_id) or s.submitted_at is null
  order by object, object_id`
