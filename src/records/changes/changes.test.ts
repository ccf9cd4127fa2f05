import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, type Json, testApp } from '../../../test/support/app.ts'
import { readFeed } from '../../../test/support/feed.ts'

const app = await testApp()
const { make, call } = app
const event = await make('events', { name: 'Summit' })

describe('every write', () => {
  const resources: [string, string, Json][] = [
    ['events', 'event', { name: 'E' }],
    ['tracks', 'track', { event_id: event.id, name: 'E' }],
    ['locations', 'location', { event_id: event.id, name: 'E' }],
    ['sessions', 'session', { event_id: event.id, name: 'E', date: '2026-07-20' }],
    ['sessions/fields', 'session_field', { name: 'E', type: 'textInput' }],
  ]
  for (const [plural, object, body] of resources)
    it(`of a ${object} leaves one change record, with who, what, before and after`, async () => {
      const seen = (await changesOf(app)).length
      const { id, event_id } = await make(plural, body)
      const path = plural === 'sessions/fields' ? `/sessions/field/${id}` : `/${plural}/${id}`
      await call('PUT', path, { name: 'F' }, { 'x-request-id': `change-${id}` })
      await call('DELETE', path)
      const changes = (await changesOf(app)).slice(seen)
      assert.deepEqual(
        changes.map(change => [
          change.object,
          change.object_id,
          change.action,
          change.before?.name,
          change.after?.name,
        ]),
        [
          [object, id, 'create', undefined, 'E'],
          [object, id, 'update', 'E', 'F'],
          [object, id, 'delete', 'F', undefined],
        ],
      )
      assert.equal(changes[1]!.request_id, `change-${id}`)
      assert.ok(changes.every(change => change.actor_id > 0))
      assert.ok(changes.every(change => change.event_id === (object === 'event' ? id : (event_id ?? null))))
    })

  it('that is refused leaves none', async () => {
    const seen = (await changesOf(app)).length
    const session = await make('sessions', { event_id: event.id, name: 'S', date: '2026-07-20' })
    await call('POST', '/sessions/create', { event_id: event.id })
    await call('PUT', `/sessions/${session.id}`, { track_id: 999999999 })
    await call('PUT', `/sessions/${session.id}`, { name: 'x' }, { 'if-match': '"99-x"' })
    await call('DELETE', '/sessions/999999999')
    assert.equal((await changesOf(app)).length, seen + 1)
  })
})

describe('GET /changes', () => {
  it('200 pages through everything in order, with tombstones, and stays at its end', async () => {
    const expected = await changesOf(app)
    const items = await readFeed(app, '', expected.length)
    assert.deepEqual(
      items.map(({ object, object_id, action }) => [object, object_id, action]),
      expected.map(({ object, object_id, action }) => [object, object_id, action]),
    )
    assert.ok(items.some(({ action, after }) => action === 'delete' && after === null))
    assert.ok(items.every(({ before, after }) => !('account_id' in (after ?? before))))
    const { cursor } = items.at(-1)!
    const { body } = await call('GET', `/changes?since=${cursor}`)
    assert.deepEqual(body, { items: [], cursor, has_more: false })
  })

  it('200 by event and by object', async () => {
    const other = await make('events', { name: 'Other' })
    const track = await make('tracks', { event_id: other.id, name: 'T' })
    await make('locations', { event_id: other.id, name: 'L' })
    const all = await readFeed(app, `event_id=${other.id}`, 3)
    assert.deepEqual(
      all.map(({ object }) => object),
      ['event', 'track', 'location'],
    )
    const tracks = await readFeed(app, `event_id=${other.id}&object=track,session`, 1)
    assert.deepEqual(
      tracks.map(({ object_id }) => object_id),
      [track.id],
    )
  })

  it('200 tells moments in the form that they have everywhere', async () => {
    const own = await make('events', { name: 'Moments' })
    const session = await make('sessions', {
      event_id: own.id,
      name: 'S',
      date: '2026-07-20',
      start_time: '10:00',
    })
    const [change] = await readFeed(app, `event_id=${own.id}&object=session`, 1)
    const { after } = change!
    const { starts_at, created_at, updated_at } = session
    assert.deepEqual(
      [after.starts_at, after.created_at, after.updated_at],
      [starts_at, created_at, updated_at],
    )
  })

  it('410 for a cursor of another server', async () => {
    const { status, body } = await call('GET', '/changes?since=2.9000000000000000000.1.1')
    assert.deepEqual([status, body.type], [410, 'unknown_cursor'])
  })

  it('410 for a cursor of an earlier version, whose reader has lost changes', async () => {
    const { status, body } = await call('GET', '/changes?since=812.4711')
    assert.deepEqual([status, body.type], [410, 'outdated_cursor'])
  })

  it('400 for a cursor or a size that is none, 404 for an event that cannot be', async () => {
    for (const query of [
      'since=x',
      'since=1',
      'since=1.2.3',
      'since=2.1.2',
      'since=3.1.2.3',
      'since=2.1.2.3.4',
      'since=-1.2',
      'per-page=0',
      'per-page=x',
      'object=sessions',
    ])
      assert.deepEqual([query, (await call('GET', `/changes?${query}`)).status], [query, 400])
    assert.equal((await call('GET', '/changes?event_id=x')).status, 404)
    assert.equal(
      (await call('GET', '/changes?since=2.9999999999999999999.999999999999999.999999999999999')).status,
      410,
    )
  })
})
