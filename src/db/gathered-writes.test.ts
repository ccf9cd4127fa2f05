import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { GatheredWrites } from './gathered-writes.ts'

describe('writes that are gathered', () => {
  it('go together while others are under way, and each gets its own outcome', async () => {
    const batches: number[][] = []
    const gate = Promise.withResolvers<void>()
    const writes = new GatheredWrites(
      async (items: number[]) => {
        batches.push(items)
        if (batches.length === 1) await gate.promise
        return items.map(item => item * 10)
      },
      () => true,
    )
    const outcomes = [1, 2, 3, 4, 5].map(item => writes.put(item))
    gate.resolve()
    assert.deepEqual(await Promise.all(outcomes), [10, 20, 30, 40, 50])
    assert.deepEqual(batches, [[1], [2, 3, 4, 5]])
  })

  it('go past a batch that is held up', async () => {
    const gate = Promise.withResolvers<void>()
    const writes = new GatheredWrites(
      async (items: number[]) => {
        if (items.includes(1)) await gate.promise
        return items
      },
      () => true,
    )
    const heldUp = writes.put(1)
    const since = performance.now()
    while (performance.now() - since < 30);
    assert.deepEqual(await Promise.all([writes.put(2), writes.put(3)]), [2, 3])
    gate.resolve()
    assert.equal(await heldUp, 1)
  })

  it('are refused alone when one of them cannot be stored, and all together when the database is away', async () => {
    const refusing = (isOwnFault: boolean) =>
      new GatheredWrites(
        async (items: number[]) => {
          await new Promise(setImmediate)
          if (items.includes(4)) throw new Error('no 4')
          return items
        },
        () => isOwnFault,
      )
    const statuses = async (writes: GatheredWrites<number, number>) =>
      (await Promise.allSettled([1, 2, 3, 4, 5].map(item => writes.put(item)))).map(outcome => outcome.status)
    const [yes, no] = ['fulfilled', 'rejected']
    assert.deepEqual(await statuses(refusing(true)), [yes, yes, yes, no, yes])
    assert.deepEqual(await statuses(refusing(false)), [yes, no, no, no, no])
  })
})
