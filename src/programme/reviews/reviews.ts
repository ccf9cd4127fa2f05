import { type Db, transaction } from '../../db/connection.ts'
import { type Fault, mustBeValid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import type { Caller } from '../../http/server/auth.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { type Body, blank, readNew, readUpdate } from '../../http/values/draft.ts'
import { faultOf } from '../../http/values/values.ts'
import { reviewerOf } from '../../records/reviewers/reviewers.ts'
import {
  deleteReviews,
  findReview,
  findReviewBy,
  insertReview,
  isReviewer,
  lockSubmission,
  type ReviewRow,
  updateReview,
} from './queries.ts'
import { ReviewInput } from './schema.ts'
import { viewpointOf } from './viewpoint.ts'

/** Who writes a review. */
export type Writer = Pick<Caller, 'account_id' | 'user'>

/**
 * Records what a reviewer thinks of a submission; a second time it replaces the first. A user who reviews does so for
 * themselves. Throws 422 for what is no submission, for who is no reviewer of its event, and for a rating that is not in halves.
 */
export async function createReview(
  db: Db,
  actor: Actor,
  caller: Writer,
  body: Body,
): Promise<{ review: ReviewRow; isNew: boolean }> {
  const draft = readNew(ReviewInput, body)
  return transaction(db, async tx => {
    const { event_id, submission_id = 0, rating, notes = null } = draft.given
    const submission = submission_id ? await lockSubmission(tx, actor.account_id, submission_id) : undefined
    const view = submission && (await viewpointOf(tx, caller, submission.event_id))
    const isOwn = caller.user !== undefined && view !== undefined && view !== 'organiser'
    const own = isOwn ? await reviewerOf(tx, actor, submission!.event_id, caller.user!.id) : undefined
    const reviewer_id = draft.given.reviewer_id ?? own
    mustBeValid([
      ...draft.faults,
      ...faultsOfRating(rating),
      ...(submission_id && !submission ? [unknown('submission_id', 'Submission does not exist.')] : []),
      ...(event_id && submission && event_id !== submission.event_id
        ? [unknown('event_id', 'Submission does not belong to this event.')]
        : []),
      ...(reviewer_id || draft.faults.some(({ field }) => field === 'reviewer_id')
        ? []
        : [faultOf('reviewer_id', blank)]),
      ...(own && reviewer_id !== own ? [notYours] : []),
      ...(submission && reviewer_id && !(await isReviewer(tx, submission.event_id, reviewer_id))
        ? [unknown('reviewer_id', 'Reviewer does not belong to this event.')]
        : []),
    ])
    const opinion = { rating: rating!, notes: notes ?? null }
    const known = await findReviewBy(tx, submission_id, reviewer_id!)
    if (known) return { review: await replace(tx, actor, known, opinion), isNew: false }
    const pair = { event_id: submission!.event_id, submission_id, reviewer_id: reviewer_id! }
    return { review: await insertReview(tx, actor, { ...pair, ...opinion }), isNew: true }
  })
}

/** Changes the rating and the notes of a review. Throws 404, also for another reviewer's, 412, 422. */
export async function changeReview(
  db: Db,
  actor: Actor,
  caller: Writer,
  id: number,
  body: Body,
): Promise<ReviewRow> {
  return transaction(db, async tx => {
    const review = await mustLock(tx, actor, caller, id)
    const { given, faults } = readUpdate(ReviewInput, body, review)
    mustBeValid([
      ...faults.filter(({ field }) => field === 'rating' || field === 'notes'),
      ...faultsOfRating(given.rating),
    ])
    const { rating = review.rating, notes = review.notes } = given
    return replace(tx, actor, review, { rating, notes: notes ?? null })
  })
}

/** Deletes a review. Throws 404, also for another reviewer's, and 412. */
export async function removeReview(db: Db, actor: Actor, caller: Writer, id: number): Promise<void> {
  await transaction(db, async tx => {
    await mustLock(tx, actor, caller, id)
    await deleteReviews(tx, actor, 'id', id)
  })
}

/** The review, which a reviewer sees when it is theirs, or when they have reviewed the same submission. Throws 404. */
export async function mustFindReview(db: Db, caller: Writer, id: number): Promise<ReviewRow> {
  const review = await findReview(db, caller.account_id, id)
  if (!review) throw notFound('Review', id)
  const view = await viewpointOf(db, caller, review.event_id)
  if (view === 'organiser' || review.reviewer_id === view.reviewer) return review
  const own = view.reviewer && (await findReviewBy(db, review.submission_id, view.reviewer))
  if (!own) throw notFound('Review', id)
  return review
}

/** A review changes under the lock of its submission; a reviewer changes their own. */
async function mustLock(db: Db, actor: Actor, caller: Writer, id: number): Promise<ReviewRow> {
  const { submission_id } = await mustFindReview(db, caller, id)
  await lockSubmission(db, actor.account_id, submission_id)
  const review = await mustFindReview(db, caller, id)
  const view = await viewpointOf(db, caller, review.event_id)
  if (view !== 'organiser' && review.reviewer_id !== view.reviewer) throw notFound('Review', id)
  mustMatchVersion(actor.ifMatch, review.version)
  return review
}

async function replace(
  db: Db,
  actor: Actor,
  known: ReviewRow,
  opinion: { rating: number; notes: string | null },
): Promise<ReviewRow> {
  const isSame = known.rating === opinion.rating && known.notes === opinion.notes
  return isSame ? known : updateReview(db, actor, known.id, opinion)
}

function faultsOfRating(rating: number | undefined): Fault[] {
  if (rating === undefined || Number.isInteger(rating * 2)) return []
  return [{ field: 'rating', type: 'halves', message: 'Rating must be in halves, such as 3.5.' }]
}

const unknown = (field: string, message: string): Fault => ({ field, type: 'not_found', message })
const notYours: Fault = {
  field: 'reviewer_id',
  type: 'not_yours',
  message: 'A reviewer reviews for themselves only.',
}
