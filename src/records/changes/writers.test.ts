import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { getToken, type Json, testApp } from '../../../test/support/app.ts'
import { createCredential } from '../../access/accounts/accounts.ts'

const app = await testApp()
const { call, make, raw, pool, account_id } = app
const second = await createCredential(pool, account_id, 'second', ['read', 'write'])
const secondToken = await getToken(raw, second.key, second.secret)
const asSecond = (method: 'PUT' | 'POST', path: string, payload: object) =>
  raw({ method, url: `/api/v1${path}`, headers: { authorization: `Bearer ${secondToken}` }, payload })
const idOf = async (key: string) => (await pool`select id from credentials where key = ${key}`)[0]!.id
const [mine, theirs] = [await idOf(app.key), await idOf(second.key)]
const event = await make('events', { name: 'E' })
const session = await make('sessions', { event_id: event.id, name: 'S', date: '2030-01-01' })
const registrant = await make('registrants', { event_id: event.id, email: 'ada@example.com' })
const { id: reviewer } = await make('cfs-contacts', {
  event_id: event.id,
  email: 'r@example.com',
  reviewer: 1,
})

/** A body that creates each, and one that changes it. */
const records: [plural: string, body: Json, change: Json][] = [
  ['events', { name: 'Other' }, { name: 'Changed' }],
  ['sessions', { name: 'S', date: '2030-01-01' }, { name: 'Changed' }],
  ['locations', { name: 'L' }, { name: 'Changed' }],
  ['speakers', { name: 'Ada' }, { name: 'Changed' }],
  ['sponsors', { name: 'P' }, { name: 'Changed' }],
  ['registrants', { email: 'bob@example.com' }, { first_name: 'Bob' }],
  [
    'session-attendances',
    { session_id: session.id, registrant_id: registrant.id },
    { check_in_date: '2030-01-01 09:00:00' },
  ],
  ['cfs-contacts', { email: 's@example.com', submitter: 1 }, { company: 'Changed' }],
]

describe('created_by and updated_by', () => {
  for (const [plural, body, change] of records)
    it(`of ${plural} are who created the record, and who changed it last`, async () => {
      const made = await make(plural, { event_id: event.id, ...body })
      assert.deepEqual([made.created_by, made.updated_by], [mine, mine])
      const changed = await asSecond('PUT', `/${plural}/${made.id}`, change)
      assert.deepEqual(
        [changed.status, changed.body.created_by, changed.body.updated_by],
        [200, mine, theirs],
      )
      await call('PUT', `/${plural}/${made.id}`, change)
      const read = (await call('GET', `/${plural}/${made.id}`)).body
      assert.deepEqual([read.created_by, read.updated_by], [mine, theirs])
      const found = await call(
        'GET',
        `/${plural}?event_id=${event.id}&fields=id,updated_by&search=updated_by=${theirs}`,
      )
      assert.ok(found.body.items.some(({ id, updated_by }: Json) => id === made.id && updated_by === theirs))
    })

  it('of a review and a copied event are who wrote them', async () => {
    const submission = await make('cfs-submissions', { event_id: event.id, name: 'Talk' })
    const review = await asSecond('POST', '/cfs-reviews', {
      event_id: event.id,
      submission_id: submission.id,
      reviewer_id: reviewer,
      rating: 4,
    })
    assert.deepEqual([review.body.created_by, review.body.updated_by], [theirs, theirs])
    const copy = await asSecond('POST', `/events/${event.id}/clone`, {})
    assert.deepEqual([copy.body.created_by, copy.body.updated_by], [theirs, theirs])
    for (const plural of ['sessions', 'locations', 'speakers']) {
      const { items } = (
        await call('GET', `/${plural}?event_id=${copy.body.id}&fields=created_by,updated_by`)
      ).body
      assert.ok(items.length > 0)
      assert.ok(
        items.every(({ created_by, updated_by }: Json) => created_by === theirs && updated_by === theirs),
      )
    }
  })
})
