import assert from 'node:assert/strict'
import { it } from 'node:test'
import { testApp } from '../../test/support/app.ts'
import { transaction } from '../db/connection.ts'
import type { Actor } from '../http/actor.ts'
import { insertTrack } from '../tracks/queries.ts'
import { listChanges } from './queries.ts'

const { make, pool, account_id } = await testApp()
const event = await make('events', { name: 'Summit' })
const actor: Actor = { account_id, credential_id: null, request_id: null, now: new Date() }
const insert = (db: Parameters<typeof insertTrack>[0], name: string) =>
  insertTrack(db, actor, {
    event_id: event.id,
    name,
    color: null,
    description: null,
    sort: 0,
    external_id: null,
  })

const filter = { event_id: event.id as number, objects: ['track'] }
type Cursor = { tx: string; id: number }
const namesAfter = async (cursor: Cursor) => {
  const rows = await listChanges(pool, account_id, cursor, filter, 100)
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
  const feed = await namesAfter({ tx: '0', id: 0 })
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
