import type { Db } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import type { Caller } from '../../http/server/auth.ts'
import { findReviewerOf } from '../../records/reviewers/queries.ts'
import { findBlindness } from './queries.ts'

/**
 * Who looks at an event's call for speakers. An organiser sees everything; a reviewer, who is this contact of the event (null
 * until they have reviewed something), sees what `view.ts` leaves.
 */
export type Viewpoint = 'organiser' | { reviewer: number | null; isBlind: boolean }

/** From where a caller looks at an event: programs as an organiser. Throws 404 for a reviewer of other events. */
export async function viewpointOf(
  db: Db,
  { account_id, user }: Pick<Caller, 'account_id' | 'user'>,
  event_id: number,
): Promise<Viewpoint> {
  if (user?.role !== 'reviewer') return 'organiser'
  const isBlind = await findBlindness(db, account_id, event_id)
  if (isBlind === undefined || (user.event_ids && !user.event_ids.includes(event_id)))
    throw notFound('Event', event_id)
  const reviewer = await findReviewerOf(db, event_id, user.id)
  return { reviewer: reviewer?.id ?? null, isBlind }
}
