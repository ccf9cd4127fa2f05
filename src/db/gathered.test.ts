import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Db } from './connection.ts'
import { gathering } from './gathered.ts'

describe('reads that are gathered', () => {
  it('go together while another is under way, for each connection by itself', async () => {
    const [one, other] = [{}, {}] as [Db, Db]
    const loads: [Db, number[]][] = []
    const gate = Promise.withResolvers<void>()
    const find = gathering(async (db, ids: number[]) => {
      loads.push([db, ids])
      await gate.promise
      return new Map(ids.filter(id => id < 4).map(id => [id, id * 10]))
    })
    const first = find(one, 1)
    await new Promise(setImmediate)
    const found = [first, ...[2, 3, 2, 4].map(id => find(one, id)), find(other, 1)]
    await new Promise(setImmediate)
    gate.resolve()
    assert.deepEqual(await Promise.all(found), [10, 20, 30, 20, undefined, 10])
    assert.deepEqual(loads, [
      [one, [1]],
      [other, [1]],
      [one, [2, 3, 4]],
    ])
  })
})
