import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'
import { ApiError } from '../../errors.ts'
import { readListing } from '../../http/lists/listing.ts'
import type { Viewpoint } from '../reviews/viewpoint.ts'
import { listSubmissions } from './list-queries.ts'
import { listsFor, showSubmissions } from './view.ts'

const { call, make, pool, account_id } = await testApp()
const event = await make('events', { name: 'Summit', blind_review: 1 })
const contact = (email: string, more: Json = {}) =>
  make('cfs-contacts', { event_id: event.id, email, first_name: 'Olga', ...more })
const submitter = await contact('olga@example.com')
const [me, other] = [
  await contact('me@example.com', { reviewer: 1 }),
  await contact('other@example.com', { reviewer: 1 }),
]
const submit = (name: string) =>
  make('cfs-submissions', {
    event_id: event.id,
    name,
    contact_id: submitter.id,
    external_id: `olga-${name}`,
    notes: 'Olga is known for this',
    speakers: [{ name: 'Olga Orlova', email: 'olga@example.com' }],
  })
const [rated, unrated] = [await submit('rated'), await submit('unrated')]
for (const [submission, reviewer, rating] of [
  [rated, me, 2],
  [rated, other, 3],
  [unrated, other, 5],
])
  await make('cfs-reviews', { submission_id: submission.id, reviewer_id: reviewer.id, rating })
await call('PUT', `/sessions/${rated.id}`, { session_status: 'approved' })
await call('POST', `/cfs-submissions/${rated.id}/convert`)

/** A list as somebody sees it. */
async function listAs(view: Viewpoint, query: Record<string, string>): Promise<Json[]> {
  const lists = listsFor(view)
  const listing = readListing({ fields: '*', ...query }, lists)
  const { rows } = await listSubmissions(pool, { account_id, id: event.id }, listing, lists)
  return showSubmissions(pool, rows, listing, { fields: [], baseUrl: 'http://lectern.test', view })
}
const blind: Viewpoint = { reviewer: me.id, isBlind: true }

describe('submissions as a reviewer sees them', () => {
  it('have ratings after their own, and no names while reviews are blind', async () => {
    const items = await listAs(blind, { sort: 'id' })
    assert.doesNotMatch(JSON.stringify(items), /olga|orlova/i)
    assert.deepEqual(
      items.map(item => [item.name, item.rating_average, item.rating_count, item.contact_id, item.speakers]),
      [
        ['rated', 2.5, 2, null, []],
        ['unrated', null, null, null, []],
      ],
    )
  })

  it('have names when reviews are not blind, and all of it for an organiser', async () => {
    const [first] = await listAs({ reviewer: me.id, isBlind: false }, { sort: 'id' })
    assert.deepEqual(
      [first!.contact_id, first!.speakers[0].name, first!.notes],
      [submitter.id, 'Olga Orlova', null],
    )
    const all = await listAs('organiser', { sort: '-rating_average' })
    assert.deepEqual(
      all.map(({ name, rating_average }) => [name, rating_average]),
      [
        ['unrated', 5],
        ['rated', 2.5],
      ],
    )
    assert.equal(all[1]!.notes, 'Olga is known for this')
  })

  it('are neither found nor sorted by what they do not show', async () => {
    assert.deepEqual(await listAs(blind, { search: 'rating_average>=5' }), [])
    assert.deepEqual(
      (await listAs(blind, { search: 'rating_average>=2' })).map(({ name }) => name),
      ['rated'],
    )
    for (const search of ['contact_id=1', 'external_id=olga', 'notes=*contains*Olga'])
      await assert.rejects(
        listAs(blind, { search }),
        (error: unknown) => error instanceof ApiError && error.status === 400,
      )
    const nobody = await listAs({ reviewer: null, isBlind: true }, {})
    assert.deepEqual(
      nobody.map(({ rating_count }) => rating_count),
      [null, null],
    )
  })
})
