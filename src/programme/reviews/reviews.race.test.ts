import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { atOnce } from '../../../test/support/races.ts'
import type { Db } from '../../db/connection.ts'
import { findReviewBy, insertReview } from './queries.ts'

const { call, make, pool, account_id } = await testApp()
const event = await make('events', { name: 'Race' })
const newPair = async () => {
  const reviewer = await make('cfs-contacts', { event_id: event.id, email: 'r@example.com', reviewer: 1 })
  const submission = await make('cfs-submissions', { event_id: event.id, name: 'Panel' })
  return { submission_id: submission.id as number, reviewer_id: reviewer.id as number }
}

describe('a reviewer who reviews a submission many times at once', () => {
  it('has one review of it, and every call an answer', async () => {
    for (let round = 0; round < 5; round++) {
      const pair = await newPair()
      const replies = await Promise.all(
        [0, 1, 2, 3, 4, 5].map(rating => call('POST', '/cfs-reviews', { ...pair, rating })),
      )
      assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 201])
      assert.equal(new Set(replies.map(({ body }) => body.id)).size, 1)
      const { body } = await call('GET', `/cfs-reviews?submission_id=${pair.submission_id}`)
      assert.equal(body._meta.totalCount, 1)
    }
  })

  it('would be refused by the database without the lock of the submission', async () => {
    const pair = await newPair()
    const actor = { account_id, actor_id: null, request_id: null, now: new Date() }
    const write = async (db: Db) => {
      const known = await findReviewBy(db, pair.submission_id, pair.reviewer_id)
      assert.equal(known, undefined)
      return insertReview(db, actor, { event_id: event.id, ...pair, rating: 1, notes: null })
    }
    const outcomes = await atOnce(pool, write, write)
    assert.match(String(outcomes.find(outcome => outcome instanceof Error)), /cfs_reviews_unique/)
  })
})

describe('a submission, or a reviewer, that is deleted while it is reviewed', () => {
  it('leaves no review behind, and every call has an answer that says so', async () => {
    for (let round = 0; round < 10; round++) {
      const pair = await newPair()
      const replies = await Promise.all([
        call('POST', '/cfs-reviews', { ...pair, rating: 3 }),
        call('DELETE', `/cfs-contacts/${pair.reviewer_id}?force=1`),
        call('DELETE', `/cfs-submissions/${pair.submission_id}`),
        call('POST', '/cfs-reviews', { ...pair, rating: 4 }),
      ])
      for (const { status, text } of replies)
        assert.ok([200, 201, 204, 404, 422].includes(status), `${status} ${text}`)
      assert.deepEqual([replies[1]!.status, replies[2]!.status], [204, 204])
      const left = await pool`select from cfs_reviews where submission_id = ${pair.submission_id}`
      assert.equal(left.length, 0)
    }
  })
})
