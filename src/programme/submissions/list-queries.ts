import type { Db } from '../../db/connection.ts'
import { columnsOf, type Listable, type Listing } from '../../http/lists/listing.ts'
import { readPage } from '../../http/lists/page-size.ts'
import { type OwnEvent, pageOfEvent } from '../../records/events/queries.ts'
import { withNames } from '../sessions/queries.ts'
import { written } from '../sessions/write-queries.ts'
import type { SubmissionRow } from './queries.ts'

const counters = ['id', 'version', 'selected_count', 'held_count', 'offered_count', 'waitlisted_count']
const listed = [...written, ...counters]

/** A page of the submissions of an event. */
export async function listSubmissions(db: Db, event: OwnEvent, listing: Listing, lists: Listable) {
  const page = pageOfEvent(db, 's.event_id', event, listing)
  const columns = columnsOf(db, 's', listed, lists, listing)
  const where = db`${page.where} and s.submitted_at is not null`
  const source = db`sessions s`
  return readPage<SubmissionRow>(db, { columns: withNames(db, columns), source, ...page, where })
}

/** How many submissions an event has. */
export async function countSubmissions(db: Db, event_id: number): Promise<number> {
  const [row] = await db<{ count: number }[]>`
    select count(*)::int as count from sessions where event_id = ${event_id} and submitted_at is not null`
  return row!.count
}
