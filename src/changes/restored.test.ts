import assert from 'node:assert/strict'
import { it } from 'node:test'
import { testApp } from '../../test/support/app.ts'
import { emptyDatabase } from '../../test/support/database.ts'
import { readFeed } from '../../test/support/feed.ts'
import { connect } from '../db/connection.ts'
import { migrate } from '../db/migrate.ts'
import { adoptRestoredChanges } from './queries.ts'

it('changes of a restored dump come first in the feed, although their server was far ahead', async () => {
  const url = await emptyDatabase('restored_changes')
  const migration = connect(url, { max: 1 })
  await migrate(migration)
  await migration.end()
  const app = await testApp({ url })
  const { make, call, pool } = app
  const event = await make('events', { name: 'Old' })
  await pool`update changes set tx = '9000000000000000000'`
  assert.deepEqual((await call('GET', '/changes')).body.items, [])
  assert.equal(await adoptRestoredChanges(pool), 1)
  assert.equal(await adoptRestoredChanges(pool), 0)
  await make('tracks', { event_id: event.id, name: 'New' })
  assert.deepEqual(
    (await readFeed(app, '', 2)).map(change => change.object),
    ['event', 'track'],
  )
})
