import Type from 'typebox'
import { badRequest, notFound } from '../../errors.ts'
import { recordSchemas } from '../../http/document/schemas.ts'
import { mustNameEvent, project, readListing, readProjection, renderPage } from '../../http/lists/listing.ts'
import { listQuery, projectionQuery, writeQuery } from '../../http/lists/parameters.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { readId } from '../../http/query.ts'
import { tagVersion } from '../../http/server/etag.ts'
import { Id } from '../../http/values/values.ts'
import { viewOf } from '../../http/view.ts'
import { write } from '../../http/write.ts'
import { listOfEvent } from '../../records/events/events.ts'
import { findEventOf, listReviews } from './list-queries.ts'
import type { ReviewRow } from './queries.ts'
import { changeReview, createReview, mustFindReview, removeReview } from './reviews.ts'
import { Review, ReviewInput, reviewLists } from './schema.ts'
import { maskReview } from './view.ts'
import { type Viewpoint, viewpointOf } from './viewpoint.ts'

const tag = 'Reviews'
const noun = 'Review'
const schemas = recordSchemas('CfsReview', Review, ReviewInput)
const members = viewOf(Review)
const show = (row: ReviewRow, view: Viewpoint) => members(maskReview(row, view))

export const reviewOperations: Operation[] = [
  {
    spellings: ['POST /cfs-reviews/create', 'POST /cfs-reviews'],
    id: 'createCfsReview',
    permission: { also: ['reviewer'] },
    tag,
    summary: 'Review a submission',
    description: 'A reviewer has one review of a submission: a second replaces the first, and is 200.',
    query: writeQuery,
    body: schemas.input,
    success: { 201: schemas.record, 200: schemas.record },
    handler: call =>
      write(call, async ({ db, actor, caller, body }) => {
        const { review, isNew } = await createReview(db, actor, caller, body)
        const answered = show(review, await viewpointOf(db, caller, review.event_id))
        if (!isNew) return { status: 200, body: answered }
        const location = `/api/v1/cfs-reviews/${review.id}`
        return { status: 201, body: answered, version: review.version, location }
      }),
  },
  {
    spellings: ['PUT /cfs-reviews/update/:id', 'PUT /cfs-reviews/:id', 'PATCH /cfs-reviews/:id'],
    id: 'updateCfsReview',
    permission: { also: ['reviewer'] },
    tag,
    summary: 'Update a review',
    description: 'Only the rating and the notes change, where they are given.',
    noun,
    query: writeQuery,
    body: schemas.update,
    success: { 200: schemas.record },
    handler: call =>
      write(call, async ({ db, actor, caller, id, body }) => {
        const review = await changeReview(db, actor, caller, id, body)
        const view = await viewpointOf(db, caller, review.event_id)
        return { status: 200, body: show(review, view), version: review.version }
      }),
  },
  {
    spellings: ['DELETE /cfs-reviews/delete/:id', 'DELETE /cfs-reviews/:id'],
    id: 'deleteCfsReview',
    permission: { also: ['reviewer'] },
    tag,
    summary: 'Delete a review',
    noun,
    query: writeQuery,
    success: { 204: Type.Null() },
    handler: call =>
      write(call, async ({ db, actor, caller, id }) => {
        await removeReview(db, actor, caller, id)
        return { status: 204 }
      }),
  },
  {
    spellings: ['GET /cfs-reviews'],
    id: 'listCfsReviews',
    permission: { also: ['reviewer'] },
    tag,
    summary: 'List reviews',
    description:
      'Of an event, a submission or a reviewer. A reviewer sees what others think of a submission after reviewing it.',
    query: {
      event_id: Type.Optional(Id({ description: 'The event to list.', examples: [67890] })),
      submission_id: Type.Optional(Id({ description: 'Only of this submission.' })),
      reviewer_id: Type.Optional(Id({ description: 'Only by this reviewer.' })),
      ...listQuery(reviewLists),
    },
    reads: reviewLists,
    success: { 200: schemas.page },
    failures: [404],
    isList: true,
    handler: async call => {
      const { db, caller, account_id, query } = call
      const { event, chosen } = await ownerOf(call)
      const view = await viewpointOf(db, caller, event.id)
      const listing = readListing(query, listsFor(view))
      const by = view === 'organiser' ? undefined : view.reviewer
      const isHidden = view !== 'organiser' && view.isBlind && chosen.reviewer_id !== by
      if (isHidden && chosen.reviewer_id)
        throw badRequest('bad_parameter', 'Reviews are blind: reviewer_id can only be your own.')
      const own = { ...chosen, by }
      const { rows, total } = await listOfEvent(db, { ...event, account_id }, () =>
        listReviews(db, event, listing, own),
      )
      const items = rows.map(row => project(show(row, view), listing))
      return renderPage(items, total, listing, call.selfUrl)
    },
  },
  {
    spellings: ['GET /cfs-reviews/:id'],
    id: 'getCfsReview',
    permission: { also: ['reviewer'] },
    tag,
    summary: 'Get a review',
    noun,
    query: projectionQuery(reviewLists),
    reads: reviewLists,
    success: { 200: schemas.record },
    handler: async ({ db, caller, reply, query, id }) => {
      const review = await mustFindReview(db, caller, id)
      tagVersion(reply, review.version)
      const view = await viewpointOf(db, caller, review.event_id)
      return project(show(review, view), readProjection(query, reviewLists))
    },
  },
]

const whose = ['reviewer_id', 'created_by', 'updated_by']

/** While reviews are blind, whose they are can neither be searched nor sorted by. */
function listsFor(view: Viewpoint) {
  if (view === 'organiser' || !view.isBlind) return reviewLists
  const shown = Object.entries(reviewLists.attributes).filter(([name]) => !whose.includes(name))
  return { ...reviewLists, attributes: Object.fromEntries(shown) }
}

/** Whose reviews are asked for: of an event, or of the event of a submission or a reviewer. Throws 400, 404. */
async function ownerOf({ db, query, account_id }: Call) {
  const read = async (kind: 'submission' | 'reviewer', noun: string) => {
    const text = query[`${kind}_id`]
    if ((text ?? '').trim() === '') return undefined
    const id = readId(text)
    const event_id = id && (await findEventOf(db, account_id, kind, id))
    if (!event_id) throw notFound(noun, text)
    return { id, event_id }
  }
  const submission = await read('submission', 'Submission')
  const reviewer = await read('reviewer', 'Submitter or reviewer')
  const named = (query.event_id ?? '').trim() === '' ? undefined : mustNameEvent(query)
  const id = named ?? submission?.event_id ?? reviewer?.event_id
  if (!id) throw badRequest('missing_parameter', 'event_id, submission_id or reviewer_id is required.')
  const chosen = { submission_id: submission?.id, reviewer_id: reviewer?.id }
  return { event: { account_id, id }, chosen }
}
