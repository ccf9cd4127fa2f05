import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { emptyDatabase } from '../../test/support/database.ts'
import { connect } from './connection.ts'
import { type Migration, migrate } from './migrate.ts'

const pool = connect(await emptyDatabase('migrate'), { max: 1 })
after(() => pool.end())
const step = (version: number): Migration => ({
  version,
  name: `step ${version}`,
  sql: `create table step_${version} ()`,
})
const tables = async () => {
  const rows = await pool<{ name: string }[]>`
    select relname as name from pg_class where relname like 'step\_%' order by 1`
  return rows.map(({ name }) => name)
}

describe('migrate', () => {
  it('carries out each migration once, also one that was added below the last', async () => {
    await migrate(pool, [step(1), step(3)])
    assert.deepEqual(await tables(), ['step_1', 'step_3'])
    for (const _again of [1, 2]) await migrate(pool, [step(1), step(2), step(3)])
    assert.deepEqual(await tables(), ['step_1', 'step_2', 'step_3'])
  })
})
