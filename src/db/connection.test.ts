import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { testApp } from '../../test/support/app.ts'
import { type Db, swiftTransaction } from './connection.ts'

const { pool } = await testApp()
await pool`create table swift (n int primary key, parent int references swift deferrable initially deferred)`

const insert = (db: Db, n: number, parent: number | null = null) =>
  db`insert into swift values (${n}, ${parent})`
/** The same, heard of long after what was sent behind it. */
const insertUnheard = (db: Db, n: number) =>
  insert(db, n).catch(async error => {
    await sleep(50)
    throw error
  })
const stored = async () => (await pool<{ n: number }[]>`select n from swift order by n`).map(row => row.n)

describe('a transaction whose last statements travel with its commit', () => {
  after(() => pool`drop table swift`)

  it('keeps all of them', async () => {
    const result = await swiftTransaction(pool, async db => {
      await insert(db, 1)
      return { result: 'done', writes: Promise.all([insert(db, 2), insert(db, 3)]) }
    })
    assert.deepEqual([result, await stored()], ['done', [1, 2, 3]])
  })

  it('keeps nothing when one of them fails, and says what was wrong, not what followed from it', async () => {
    const failing = swiftTransaction(pool, async db => {
      await insert(db, 4)
      return { result: 0, writes: Promise.all([insertUnheard(db, 1), insert(db, 5)]) }
    })
    await assert.rejects(failing, { code: '23505', constraint_name: 'swift_pkey' })
    assert.deepEqual(await stored(), [1, 2, 3])
  })

  it('keeps nothing when the commit fails', async () => {
    const failing = swiftTransaction(pool, async db => ({ result: 0, writes: insert(db, 6, 99) }))
    await assert.rejects(failing, { code: '23503' })
    assert.deepEqual(await stored(), [1, 2, 3])
  })

  it('keeps nothing when the work is given up', async () => {
    const failing = swiftTransaction(pool, async db => {
      await insert(db, 7)
      throw new Error('given up')
    })
    await assert.rejects(failing, { message: 'given up' })
    assert.deepEqual(await stored(), [1, 2, 3])
  })
})
