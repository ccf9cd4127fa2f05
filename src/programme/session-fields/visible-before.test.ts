import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { it } from 'node:test'
import { changesOf, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { takeStartNotices } from '../../db/migrate.ts'

const app = await testApp({ url: await ownDatabase() })
const { make, call, pool } = app
const file = new URL('../../db/migrations/0016_visible_fields_and_imports.sql', import.meta.url)

/** As an earlier version left the database. */
async function migrateAgain(): Promise<string[]> {
  await pool`drop table start_notices, imported`
  await pool.unsafe(readFileSync(file, 'utf8'))
  return takeStartNotices(pool)
}

it('fields that were visible before anything was shown are hidden; the feed says so, and the start once', async () => {
  const field = (visible: number) =>
    make('sessions/fields', { name: 'Level', type: 'radioList', choices: ['a'], visible })
  const [shown, hidden] = [await field(1), await field(0)]
  const read = async ({ id }: { id: number }) => call('GET', `/sessions/field/${id}`)
  const { etag } = (await read(shown)).headers
  const [notice, ...more] = await migrateAgain()
  assert.match(notice!, /visible was set to 0 for the one field that had 1\./)
  assert.deepEqual([more, await takeStartNotices(pool)], [[], []])
  const now = await read(shown)
  assert.deepEqual([now.body.visible, now.headers.etag === etag], [0, false])
  assert.deepEqual((await read(hidden)).body, hidden)
  const { action, before, after, object_id } = (await changesOf(app)).at(-1)!
  assert.deepEqual([action, object_id, before.visible, after.visible], ['update', shown.id, 1, 0])
  assert.deepEqual([before.choices, after.choices], [shown.choices, shown.choices])
  assert.equal(after.version, before.version + 1)
})

it('nothing is said where no field was visible', async () => {
  await make('sessions/fields', { name: 'Level', type: 'number' })
  assert.deepEqual(await migrateAgain(), [])
})
