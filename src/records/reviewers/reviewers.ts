import { type Db, transaction } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { newSecureId } from '../secure-id.ts'
import {
  findReviewerOf,
  insertReviewers,
  listEventsToReview,
  type ReviewingUser,
  updateReviewers,
} from './queries.ts'

/**
 * Makes a user a reviewer of these events, or of all that have a call for speakers (null): each gets a contact that is linked
 * by the user's id, or the one that is linked already is brought up to date. A contact that has the same address, and no
 * link, is somebody else. Called when a user gets the role `reviewer`, other events, or another name or address.
 */
export async function makeReviewer(
  db: Db,
  actor: Actor,
  user: ReviewingUser,
  event_ids: number[] | null,
): Promise<void> {
  await transaction(db, async tx => {
    const events = await listEventsToReview(tx, actor.account_id, event_ids)
    await updateReviewers(tx, actor, events, user)
    const places = events.map(event_id => ({ event_id, secure_id: newSecureId() }))
    await insertReviewers(tx, actor, places, user)
  })
}

/** The contact that a user is as a reviewer of an event, made when there is none yet. */
export async function reviewerOf(db: Db, actor: Actor, event_id: number, user_id: number): Promise<number> {
  const known = await findReviewerOf(db, event_id, user_id)
  if (known) return known.id
  await makeReviewer(db, actor, { id: user_id, email: null, first_name: null, last_name: null }, [event_id])
  return (await findReviewerOf(db, event_id, user_id))!.id
}
