import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Turns } from './turns.ts'

describe('turns', () => {
  it('let so much run at once, the next when one is done or fails, and refuse what finds no place to wait', async () => {
    const turns = new Turns({ atOnce: 1, waiting: 1, refusal: 'Later.' })
    const first = Promise.withResolvers<void>()
    const order: unknown[] = []
    const one = turns.take(() => first.promise)
    const two = turns.take(async () => order.push('two'))
    await assert.rejects(
      turns.take(async () => order.push('three')),
      { status: 503, message: 'Later.' },
    )
    assert.equal(order.length, 0)
    first.reject(new Error('broken'))
    await assert.rejects(one, { message: 'broken' })
    await two
    await turns.take(async () => order.push('four'))
    assert.deepEqual(order, ['two', 'four'])
  })
})
