import type { Db } from '../../db/connection.ts'
import { areShort, columnsOf, type Listing, storedFields } from '../../http/lists/listing.ts'
import { readPage } from '../../http/lists/page-size.ts'
import { type OwnEvent, pageOfEvent } from '../../records/events/queries.ts'
import { oneWithNames, type SessionRow, withNames, written } from './queries.ts'
import { sessionLists } from './schema.ts'

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
