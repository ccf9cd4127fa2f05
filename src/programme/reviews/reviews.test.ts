import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'
import { ApiError } from '../../errors.ts'
import { makeReviewer } from '../../records/reviewers/reviewers.ts'
import { changeReview, createReview, mustFindReview, removeReview } from './reviews.ts'
import { maskContact, maskReview, maskSubmission } from './view.ts'
import { viewpointOf } from './viewpoint.ts'

const app = await testApp()
const { call, make, pool, account_id } = app
const stranger = await testApp()
const event = await make('events', { name: 'Summit' })
const newReviewer = (email = 'r@example.com') =>
  make('cfs-contacts', { event_id: event.id, email, reviewer: 1 })
const submit = () => make('cfs-submissions', { event_id: event.id, name: 'Engines' })
const review = (body: Json) => call('POST', '/cfs-reviews', body)
const actor = { account_id, actor_id: null, request_id: null, now: new Date() }
const asUser = (id: number, event_ids: number[] | null = null) => ({
  account_id,
  user: { id, role: 'reviewer' as const, event_ids, session_id: 1 },
})
const notFound = (error: unknown) => error instanceof ApiError && error.status === 404

describe('/cfs-reviews', () => {
  it('one for each reviewer and submission: a second replaces the first', async () => {
    const [reviewer, submission] = [await newReviewer(), await submit()]
    const pair = { event_id: event.id, submission_id: submission.id, reviewer_id: reviewer.id }
    const first = await call('POST', '/cfs-reviews/create', { ...pair, rating: '4.5', notes: 'Good' })
    assert.deepEqual(
      [first.status, first.body.rating, first.body.event_id, first.body.notes],
      [201, 4.5, event.id, 'Good'],
    )
    const second = await review({ ...pair, rating: 2 })
    assert.deepEqual(
      [second.status, second.body.id, second.body.rating, second.body.notes],
      [200, first.body.id, 2, null],
    )
    const third = await call('PUT', `/cfs-reviews/${first.body.id}`, { notes: 'Well', rating: 2.5 })
    assert.deepEqual([third.body.rating, third.body.notes], [2.5, 'Well'])
    const { body } = await call('GET', `/cfs-submissions/${submission.id}`)
    assert.deepEqual([body.rating_average, body.rating_count], [2.5, 1])
    assert.equal((await call('DELETE', `/cfs-reviews/delete/${first.body.id}`)).status, 204)
    assert.equal((await call('GET', `/cfs-reviews/${first.body.id}`)).status, 404)
    const records = (await changesOf(app)).filter(({ object }) => object === 'cfs_review')
    assert.deepEqual(
      records.map(({ action }) => action),
      ['create', 'update', 'update', 'delete'],
    )
  })

  it('rates from 0 to 5 in halves', async () => {
    const [{ id: reviewer_id }, { id: submission_id }] = [await newReviewer(), await submit()]
    for (const rating of [0, 0.5, 5, '3.5'])
      assert.ok((await review({ submission_id, reviewer_id, rating })).status < 300)
    for (const [rating, type] of [
      [-0.5, 'minimum'],
      [5.5, 'maximum'],
      [4.2, 'halves'],
      ['good', 'number'],
      ['', 'required'],
    ])
      assert.deepEqual(faultsIn(await review({ submission_id, reviewer_id, rating })), [`rating: ${type}`])
  })

  it('422 for what is no submission, who does not review, and another event', async () => {
    const [reviewer, submission] = [await newReviewer(), await submit()]
    const session = await make('sessions', { event_id: event.id, name: 'S', date: '2030-01-01' })
    const submitter = await make('cfs-contacts', { event_id: event.id, email: 's@example.com' })
    const rating = 1
    for (const [body, fault] of [
      [{ submission_id: session.id, reviewer_id: reviewer.id }, 'submission_id: not_found'],
      [{ submission_id: submission.id, reviewer_id: submitter.id }, 'reviewer_id: not_found'],
      [{ submission_id: submission.id }, 'reviewer_id: required'],
      [{ event_id: 1, submission_id: submission.id, reviewer_id: reviewer.id }, 'event_id: not_found'],
    ] as const)
      assert.deepEqual(faultsIn(await review({ ...body, rating })), [fault])
    assert.deepEqual(
      faultsIn(
        await stranger.call('POST', '/cfs-reviews', {
          submission_id: submission.id,
          reviewer_id: reviewer.id,
          rating,
        }),
      ),
      ['submission_id: not_found', 'reviewer_id: not_found'].slice(0, 1),
    )
  })

  it('are listed of an event, a submission, or a reviewer', async () => {
    const [one, other] = [await newReviewer('one@example.com'), await newReviewer('other@example.com')]
    const [first, second] = [await submit(), await submit()]
    const ids: number[] = []
    for (const [submission, reviewer] of [
      [first, one],
      [first, other],
      [second, one],
    ])
      ids.push(
        (await review({ submission_id: submission.id, reviewer_id: reviewer.id, rating: ids.length })).body
          .id,
      )
    const list = async (query: string) =>
      (await call('GET', `/cfs-reviews?${query}`)).body.items.map(({ id }: Json) => id)
    assert.deepEqual(await list(`submission_id=${first.id}`), [ids[0], ids[1]])
    assert.deepEqual(await list(`reviewer_id=${one.id}&sort=-rating`), [ids[2], ids[0]])
    assert.deepEqual(await list(`event_id=${event.id}&search=rating%3D2&ids=${ids}`), [ids[2]])
    assert.equal((await call('GET', '/cfs-reviews')).status, 400)
    assert.equal((await call('GET', '/cfs-reviews?submission_id=999999999')).status, 404)
    assert.equal((await stranger.call('GET', `/cfs-reviews?reviewer_id=${one.id}`)).status, 404)
    assert.equal((await stranger.call('GET', `/cfs-reviews/${ids[0]}`)).status, 404)
  })
})

describe('a user who reviews', () => {
  it('is linked by the id of the user, never by an address', async () => {
    const same = await newReviewer('user@example.com')
    const user = { id: 4711, email: 'user@example.com', first_name: 'Uma', last_name: null }
    await makeReviewer(pool, actor, user, [event.id])
    await makeReviewer(pool, actor, { ...user, last_name: 'User' }, [event.id])
    const { body } = await call('GET', `/cfs-contacts?event_id=${event.id}&search=user_id%3D4711&fields=*`)
    assert.deepEqual(
      body.items.map(({ first_name, last_name, reviewer, submitter }: Json) => [
        first_name,
        last_name,
        reviewer,
        submitter,
      ]),
      [['Uma', 'User', 1, 0]],
    )
    assert.notEqual(body.items[0].id, same.id)
    assert.equal((await call('GET', `/cfs-contacts/${same.id}`)).body.user_id, null)
    const records = (await changesOf(app)).filter(
      ({ object, object_id }) => object === 'cfs_contact' && object_id === body.items[0].id,
    )
    assert.deepEqual(
      records.map(({ action }) => action),
      ['create', 'update'],
    )
  })

  it('sees others’ reviews after giving one, and changes only their own', async () => {
    const submission = await submit()
    const other = await newReviewer('another@example.com')
    const theirs = (await review({ submission_id: submission.id, reviewer_id: other.id, rating: 1 })).body
    const me = asUser(4712)
    await assert.rejects(mustFindReview(pool, me, theirs.id), notFound)
    const { review: mine } = await createReview(pool, actor, me, { submission_id: submission.id, rating: 4 })
    assert.equal((await mustFindReview(pool, me, theirs.id)).id, theirs.id)
    await assert.rejects(changeReview(pool, actor, me, theirs.id, { rating: 5 }), notFound)
    await assert.rejects(removeReview(pool, actor, me, theirs.id), notFound)
    assert.equal((await changeReview(pool, actor, me, mine.id, { rating: 5 })).rating, 5)
    await assert.rejects(
      createReview(pool, actor, me, { submission_id: submission.id, reviewer_id: other.id, rating: 4 }),
      (error: unknown) => error instanceof ApiError && error.faults[0]?.type === 'not_yours',
    )
  })

  it('looks from their own point of view, at their own events', async () => {
    const own = await make('events', { name: 'Blind', blind_review: 1 })
    assert.equal(await viewpointOf(pool, { account_id }, own.id), 'organiser')
    assert.deepEqual(await viewpointOf(pool, asUser(4713), own.id), { reviewer: null, isBlind: true })
    await makeReviewer(pool, actor, { id: 4713, email: null, first_name: null, last_name: null }, [own.id])
    const view = await viewpointOf(pool, asUser(4713, [own.id]), own.id)
    assert.ok(view !== 'organiser' && view.reviewer !== null && view.isBlind)
    await assert.rejects(viewpointOf(pool, asUser(4713, [event.id]), own.id), notFound)
    await assert.rejects(viewpointOf(pool, asUser(4713), 999_999_999), notFound)
  })
})

describe('what a reviewer sees', () => {
  const blind = { reviewer: 7, isBlind: true }
  const open = { reviewer: 7, isBlind: false }

  it('of a submission: ratings once they have rated, and no names while reviews are blind', () => {
    assert.deepEqual(maskSubmission('organiser', false), {})
    assert.deepEqual(maskSubmission(open, true), { notes: null })
    assert.deepEqual(maskSubmission(open, false), { notes: null, rating_average: null, rating_count: null })
    assert.deepEqual(maskSubmission(blind, true), {
      notes: null,
      contact_id: null,
      speakers: [],
      converted_speaker_ids: [],
      external_id: null,
    })
  })

  it('of a review, and of people', () => {
    assert.equal(maskReview({ reviewer_id: 8 }, 'organiser').reviewer_id, 8)
    assert.equal(maskReview({ reviewer_id: 8 }, open).reviewer_id, 8)
    assert.equal(maskReview({ reviewer_id: 8 }, blind).reviewer_id, null)
    assert.equal(maskReview({ reviewer_id: 7 }, blind).reviewer_id, 7)
    assert.deepEqual(
      [maskContact({ id: 8 }, 'organiser'), maskContact({ id: 7 }, blind), maskContact({ id: 8 }, open)],
      [{}, {}, {}],
    )
    assert.equal((maskContact({ id: 8 }, blind) as Json).email, null)
  })
})
