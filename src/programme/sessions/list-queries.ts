import type { Db } from '../../db/connection.ts'
import { areShort, columnsOf, type Listing, storedFields } from '../../http/lists/listing.ts'
import { readPage } from '../../http/lists/page-size.ts'
import { type OwnEvent, pageOfEvent } from '../../records/events/queries.ts'
import { sessionsConflict } from '../../seats/ledger/conflict-queries.ts'
import { oneWithNames, type SessionRow, withNames } from './queries.ts'
import { sessionLists } from './schema.ts'
import { written } from './write-queries.ts'

/** Columns that lists read. */
const listed = [
  ...written,
  ...['id', 'version', 'selected_count', 'held_count', 'offered_count', 'waitlisted_count'],
]

/** A page of the sessions of an event. */
export async function listSessions(db: Db, event: OwnEvent, listing: Listing) {
  const page = pageOfEvent(db, 's.event_id', event, listing)
  const columns = columnsOf(db, 's', listed, sessionLists, listing)
  const source = db`sessions s`
  const read = {
    columns: storedFields(sessionLists, listing) ? db`${columns} from ${source}` : withNames(db, columns),
    source,
    ...page,
  }
  return readPage<SessionRow>(db, read, areShort(sessionLists, listing))
}

/** Sessions of any account, by their ids. */
export async function findSessions(db: Db, ids: number[]): Promise<Map<number, SessionRow>> {
  const sessions = await db<
    SessionRow[]
  >`select ${oneWithNames(db)} from sessions s where s.id = any(${ids}::bigint[])`
  return new Map(sessions.map(session => [session.id, session]))
}

/**
 * Pairs of conflicting sessions of one event: both take place, they overlap, and at least one of the two prevents conflicts.
 * `registrants` is how many people have seats in both, because one was moved after they had them.
 */
export function listConflicts(
  db: Db,
  ids: number[],
): Promise<{ id: number; other_id: number; name: string; registrants: number }[]> {
  return db<{ id: number; other_id: number; name: string; registrants: number }[]>`
    with pairs as (
        select s.id, o.id as other_id, o.name, o.starts_at
        from sessions s join sessions o on o.event_id = s.event_id and ${sessionsConflict(db)}
        where s.id = any(${ids}::bigint[])),
      shared as (
        select a.session_id as id, b.session_id as other_id, count(*)::int as registrants
        from selections a join selections b on b.registrant_id = a.registrant_id and b.session_id <> a.session_id
        where a.session_id = any(${ids}::bigint[]) and a.state in ('selected', 'held') and b.state in ('selected', 'held')
        group by a.session_id, b.session_id)
    select id, other_id, name, coalesce(registrants, 0) as registrants
    from pairs left join shared using (id, other_id) order by id, starts_at, other_id`
}
