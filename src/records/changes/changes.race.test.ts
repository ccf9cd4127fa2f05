import assert from 'node:assert/strict'
import { it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { readFeed } from '../../../test/support/feed.ts'
import { someoneWaits } from '../../../test/support/races.ts'
import { type Db, transaction } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { tracks } from '../../programme/tracks/tracks.ts'
import { lockEventSeats } from '../events/queries.ts'
import { type Cursor, readChanges, start } from './queries.ts'

const app = await testApp()
const { make, call, pool, account_id } = app
const event = await make('events', { name: 'Summit' })
const actor: Actor = { account_id, actor_id: null, request_id: null, now: new Date() }
const insert = (db: Db, name: string) =>
  tracks.queries.insert(db, actor, {
    event_id: event.id,
    name,
    color: null,
    description: null,
    sort: 0,
    external_id: null,
  })

const filter = { event_id: event.id as number, objects: ['track'] }
const namesAfter = async (cursor: Cursor) => {
  const { changes: rows } = await readChanges(pool, account_id, cursor, filter, {
    changes: 100,
    bytes: 1_000_000,
  })
  return { names: rows.map(({ after }) => after!.name), cursor: rows.at(-1) ?? cursor }
}
const namesById = async (last: number) => {
  const rows = await pool`
    select id, after ->> 'name' as name from changes
    where account_id = ${account_id} and object = 'track' and id > ${last} order by id`
  return { names: rows.map(({ name }) => name), last: rows.at(-1)?.id ?? last }
}

it('a reader of the feed never skips a change that commits late; a reader by id does', async () => {
  let release = () => {}
  const gate = new Promise<void>(resolve => {
    release = resolve
  })
  let written = () => {}
  const isWritten = new Promise<void>(resolve => {
    written = resolve
  })
  const late = transaction(pool, async db => {
    await insert(db, 'late')
    written()
    await gate
  })
  await isWritten
  await insert(pool, 'early')

  const byId = await namesById(0)
  const feed = await namesAfter(start)
  release()
  await late

  // The negative control: by id alone the late one lies behind the place that was read already.
  assert.deepEqual(byId.names, ['early'])
  assert.deepEqual((await namesById(byId.last)).names, [])

  assert.deepEqual(feed.names, [])
  const rest: unknown[] = []
  for (let cursor: Cursor = feed.cursor; rest.length < 2; ) {
    const page = await namesAfter(cursor)
    rest.push(...page.names)
    cursor = page.cursor
  }
  assert.deepEqual(rest, ['late', 'early'])
})

it('a record that is deleted by an older transaction than the one that changed it last is deleted in the feed', async () => {
  const { id: event_id } = await make('events', { name: 'Old and slow' })
  const { id } = await make('tracks', { event_id, name: 'T' })
  const older = await transaction(pool, async db => {
    // Gives the transaction its id; it comes to the track only after the other has changed it.
    await lockEventSeats(db, event_id)
    const [own] = await db<{ tx: string }[]>`select pg_current_xact_id()::text as tx`
    assert.equal((await call('PUT', `/tracks/${id}`, { name: 'U' })).status, 200)
    await tracks.remove(db, actor, id)
    return own!
  })
  const feed = await readFeed(app, `event_id=${event_id}&object=track`, 3)
  assert.deepEqual(
    feed.map(({ action }) => action),
    ['create', 'update', 'delete'],
  )
  // The negative control: by the ids of their transactions the track would be there again after its deletion.
  assert.ok(BigInt(older.tx) < BigInt(feed[1]!.cursor.split('.')[1]))
})

it('a change of an older transaction that waited for a younger one in the statement that writes it stands behind it', async () => {
  const { id: event_id } = await make('events', { name: 'Waits' })
  const { id } = await make('tracks', { event_id, name: 'T' })
  const rename = (db: Db, name: string) => tracks.queries.update(db, actor, id, { name })
  await transaction(pool, async older => {
    await older`select pg_current_xact_id()`
    let last: Promise<unknown> | undefined
    await transaction(pool, async younger => {
      await rename(younger, 'first')
      last = rename(older, 'second')
      await someoneWaits(pool)
    })
    await last
  })
  const feed = await readFeed(app, `event_id=${event_id}&object=track`, 3)
  assert.deepEqual(
    feed.map(({ after }) => after.name),
    ['T', 'first', 'second'],
  )
})
