import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { readFeed } from '../../../test/support/feed.ts'
import { adoptRestoredChanges } from './queries.ts'

const url = await ownDatabase()
const app = await testApp({ url })
const { make, call, pool } = app
const objects = (items: Json[]) => items.map(change => change.object)
const isGone = async (cursor: string) => {
  const { status, body } = await call('GET', `/changes?since=${cursor}`)
  return status === 410 && body.type === 'unknown_cursor'
}

it('changes of a restored dump come first in the feed, in their order, although their server was ahead in the last of them', async () => {
  const event = await make('events', { name: 'Old' })
  await make('tracks', { event_id: event.id, name: 'Old' })
  await make('locations', { event_id: event.id, name: 'Old' })
  const before = await readFeed(app, '', 3)
  await pool`update changes set tx = '9000000000000000000' where object = 'location'`
  await make('sessions', { event_id: event.id, name: 'New', date: '2026-07-20' })
  assert.deepEqual(objects((await call('GET', '/changes')).body.items), ['event', 'track', 'session'])
  assert.equal(await adoptRestoredChanges(pool), 4)
  assert.equal(await adoptRestoredChanges(pool), 0)
  await make('reg-types', { event_id: event.id, name: 'New' })
  const feed = await readFeed(app, '', 5)
  assert.deepEqual(objects(feed), ['event', 'track', 'location', 'session', 'reg_type'])
  assert.deepEqual(await Promise.all(before.map(({ cursor }) => isGone(cursor))), [true, true, true])
})

it('a cursor that names a change which a restored copy does not have is refused, also when there are later ones', async () => {
  const event = await make('events', { name: 'Lost' })
  const [lost] = await readFeed(app, `event_id=${event.id}`, 1)
  await pool`delete from changes where event_id = ${event.id}`
  const other = await make('events', { name: 'Another' })
  assert.equal(await isGone(lost!.cursor), true)
  // The same numbers, given out again by the copy.
  const [, tx, id] = lost!.cursor.split('.')
  await pool`
    update changes set tx = ${tx}::text::xid8 where event_id = ${other.id}`
  await pool`
    insert into changes overriding system value
    select tx, ${id}, account_id, event_id, object, object_id, action, actor_id, request_id, before, after,
      created_at + interval '1 hour' from changes where event_id = ${other.id}`
  assert.equal(await isGone(lost!.cursor), true)
})

it('changes of one record that an earlier version stored in the order of their transactions get that of their numbers', async () => {
  const event = await make('events', { name: 'Earlier' })
  const track = await make('tracks', { event_id: event.id, name: 'T' })
  await call('PUT', `/tracks/${track.id}`, { name: 'U' })
  await call('DELETE', `/tracks/${track.id}`)
  await pool`update changes set tx = '3' where event_id = ${event.id}`
  await pool`update changes set tx = '1' where event_id = ${event.id} and action in ('create', 'delete')`
  const migration = readFileSync(
    new URL('../../db/migrations/0006_order_of_changes.sql', import.meta.url),
    'utf8',
  )
  await pool.begin(async db => {
    await db`drop function place_of_change cascade`
    await db.unsafe(migration)
  })
  const feed = await readFeed(app, `event_id=${event.id}`, 4)
  assert.deepEqual(
    feed.map(({ object, action }) => `${action} ${object}`),
    ['create event', 'create track', 'update track', 'delete track'],
  )
})
