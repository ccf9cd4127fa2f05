import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../../records/changes/log.ts'

export type ReviewRow = {
  id: number
  account_id: number
  event_id: number
  submission_id: number
  reviewer_id: number
  rating: number
  notes: string | null
  created_at: string
  updated_at: string
  version: number
}

/** What a reviewer says of a submission. */
export type Opinion = { rating: number; notes: string | null }

/** Whether the reviews of an event are blind; undefined without the event. */
export async function findBlindness(
  db: Db,
  account_id: number,
  event_id: number,
): Promise<boolean | undefined> {
  const [event] = await db<{ blind_review: number }[]>`
    select blind_review from events where account_id = ${account_id} and id = ${event_id}`
  return event && event.blind_review === 1
}

/** The event of a submission, which is locked until the transaction ends: its reviews change under this lock. */
export async function lockSubmission(
  db: Db,
  account_id: number,
  id: number,
): Promise<{ event_id: number } | undefined> {
  const [submission] = await db<{ event_id: number }[]>`
    select event_id from sessions where account_id = ${account_id} and id = ${id} and submitted_at is not null
    for no key update`
  return submission
}

/** Whether somebody is a reviewer of an event. They stay until the transaction ends. */
export async function isReviewer(db: Db, event_id: number, id: number): Promise<boolean> {
  const [contact] = await db`
    select from cfs_contacts where event_id = ${event_id} and id = ${id} and reviewer = 1 for key share`
  return contact !== undefined
}

export async function findReview(db: Db, account_id: number, id: number): Promise<ReviewRow | undefined> {
  const [review] = await db<
    ReviewRow[]
  >`select * from cfs_reviews where account_id = ${account_id} and id = ${id}`
  return review
}

/** What a reviewer said of a submission. */
export async function findReviewBy(
  db: Db,
  submission_id: number,
  reviewer_id: number,
): Promise<ReviewRow | undefined> {
  const [review] = await db<ReviewRow[]>`
    select * from cfs_reviews where submission_id = ${submission_id} and reviewer_id = ${reviewer_id}`
  return review
}

export async function insertReview(
  db: Db,
  actor: Actor,
  review: Pick<ReviewRow, 'event_id' | 'submission_id' | 'reviewer_id'> & Opinion,
): Promise<ReviewRow> {
  const row = {
    ...review,
    account_id: actor.account_id,
    created_at: actor.now,
    updated_at: actor.now,
    created_by: actor.actor_id,
    updated_by: actor.actor_id,
  }
  const [written] = await db<ReviewRow[]>`
    with after as (insert into cfs_reviews ${db(row)} returning *), logged as (${logged(db, actor, 'cfs_review', 'create')})
    select * from after`
  return written!
}

/** Changes a review whose submission is locked. */
export async function updateReview(
  db: Db,
  actor: Actor,
  id: number,
  { rating, notes }: Opinion,
): Promise<ReviewRow> {
  const [written] = await db<ReviewRow[]>`
    with before as (select * from cfs_reviews where id = ${id}),
      after as (
        update cfs_reviews set rating = ${rating}, notes = ${notes}, updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = version + 1
        where id = ${id} returning *),
      logged as (${logged(db, actor, 'cfs_review', 'update')})
    select * from after`
  return written!
}

/** Deletes reviews: one, or all of a submission or by a reviewer. */
export async function deleteReviews(
  db: Db,
  actor: Actor,
  column: 'id' | 'submission_id' | 'reviewer_id',
  id: number,
): Promise<void> {
  await db`
    with before as (delete from cfs_reviews where ${db(column)} = ${id} returning *)
    ${logged(db, actor, 'cfs_review', 'delete')}`
}
