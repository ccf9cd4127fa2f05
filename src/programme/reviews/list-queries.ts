import type { Db } from '../../db/connection.ts'
import type { Listing } from '../../http/lists/listing.ts'
import { readPage } from '../../http/lists/page-size.ts'
import { type OwnEvent, pageOfEvent } from '../../records/events/queries.ts'
import type { ReviewRow } from './queries.ts'

/** Whose reviews a list has. `by`: as this reviewer sees them, who does not see others' before they have reviewed it. */
export type Chosen = {
  submission_id?: number | undefined
  reviewer_id?: number | undefined
  by: number | null | undefined
}

/** A page of the reviews of an event. */
export async function listReviews(
  db: Db,
  event: OwnEvent,
  listing: Listing,
  { submission_id, reviewer_id, by }: Chosen,
) {
  const page = pageOfEvent(db, 'r.event_id', event, listing)
  const seen = db`and (r.reviewer_id = ${by ?? 0} or exists (
    select from cfs_reviews o where o.submission_id = r.submission_id and o.reviewer_id = ${by ?? 0}))`
  const where = db`${page.where} ${submission_id ? db`and r.submission_id = ${submission_id}` : db``}
    ${reviewer_id ? db`and r.reviewer_id = ${reviewer_id}` : db``} ${by === undefined ? db`` : seen}`
  const source = db`cfs_reviews r`
  return readPage<ReviewRow>(db, { columns: db`r.* from ${source}`, source, ...page, where })
}

/** The event of a submission, or of a reviewer, of an account. */
export async function findEventOf(
  db: Db,
  account_id: number,
  kind: 'submission' | 'reviewer',
  id: number,
): Promise<number | undefined> {
  const [row] = await db<{ event_id: number }[]>`
    select event_id from ${db(kind === 'submission' ? 'sessions' : 'cfs_contacts')}
    where account_id = ${account_id} and id = ${id} ${kind === 'submission' ? db`and submitted_at is not null` : db``}`
  return row?.event_id
}
