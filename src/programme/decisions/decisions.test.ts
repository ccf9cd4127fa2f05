import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { call, make } = app
const stranger = await testApp()
const event = await make('events', { name: 'Summit' })
const submit = (more: Json = {}) => make('cfs-submissions', { event_id: event.id, name: 'Engines', ...more })
const decide = (decisions: unknown, query = '') =>
  call('PUT', `/cfs-submissions/decisions${query}`, { decisions })
const statusOf = async ({ id }: Json) => (await call('GET', `/cfs-submissions/${id}`)).body.submission_status

describe('PUT /cfs-submissions/decisions', () => {
  it('moves many at once, those to live as conversion does', async () => {
    const [one, two, three, same] = [await submit(), await submit(), await submit(), await submit()]
    await decide([{ id: three.id, status: 'approved' }])
    await call('PUT', `/cfs-submissions/${three.id}`, { speakers: [{ name: 'Ada' }] })
    await decide([{ id: same.id, status: 'rejected' }])
    const { status, body } = await decide([
      { id: one.id, status: 'approved' },
      { id: two.id, status: 'rejected' },
      { id: three.id, status: 'live' },
      { id: same.id, status: 'rejected' },
    ])
    assert.deepEqual(
      [status, body.changed, body.items.map((item: Json) => item.submission_status)],
      [200, 3, ['approved', 'rejected', 'live', 'rejected']],
    )
    assert.equal(body.items[2].converted_speaker_ids.length, 1)
    assert.equal(body.items[2].warnings[0].type, 'not_answered')
    assert.deepEqual(
      [await statusOf(one), await statusOf(two), await statusOf(three)],
      ['approved', 'rejected', 'live'],
    )
    assert.deepEqual(
      (await decide([{ id: two.id, status: 'approved' }])).body.items[0].status_before,
      'rejected',
    )
  })

  it('are all or nothing, and name each that cannot be taken', async () => {
    const [fine, live, no] = [await submit(), await submit(), await submit({ cfs_answer: 'no' })]
    await call('PUT', `/sessions/${live.id}`, { session_status: 'live' })
    await decide([{ id: no.id, status: 'approved' }])
    const refused = await decide([
      { id: fine.id, status: 'approved' },
      { id: live.id, status: 'rejected' },
      { id: no.id, status: 'live' },
      { id: 999_999_999, status: 'approved' },
    ])
    assert.deepEqual(faultsIn(refused), [
      'decisions.1.status: move',
      'decisions.2.status: declined',
      'decisions.3.id: not_found',
    ])
    assert.deepEqual(refused.body[0].allowed, [])
    assert.equal(await statusOf(fine), 'submitted')
    assert.deepEqual(
      faultsIn(
        await stranger.call('PUT', '/cfs-submissions/decisions', [
          { id: fine.id, status: 'approved' },
        ] as never),
      ),
      ['decisions.0.id: not_found'],
    )
    const tried = await decide([{ id: fine.id, status: 'approved' }], '?validate_only=true')
    assert.deepEqual([tried.status, tried.body.changed], [200, 1])
    assert.equal(await statusOf(fine), 'submitted')
  })

  it('422 for what cannot be read, one twice, and too many', async () => {
    const { id } = await submit()
    assert.deepEqual(faultsIn(await decide([])), ['decisions: required'])
    assert.deepEqual(faultsIn(await decide([{ id, status: 'converted' }, { status: 'approved' }])), [
      'decisions.0.status: choice',
      'decisions.1.id: required',
    ])
    const twice = { id, status: 'approved' }
    assert.deepEqual(faultsIn(await decide([twice, twice])), ['decisions.1.id: unique'])
    assert.deepEqual(faultsIn(await decide(Array.from({ length: 501 }, () => twice))), [
      'decisions: too_many',
    ])
  })
})
