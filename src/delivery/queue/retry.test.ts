import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { nextAttempt } from './retry.ts'

const minute = 60_000
const pauses = {
  first: minute,
  longest: 360 * minute,
  longestOutage: 5 * minute,
  patience: 4 * 24 * 60 * minute,
}
const createdAt = new Date('2027-01-01T00:00:00Z')
const pause = (attempts: number, isOutage = false, random = 0.5) =>
  (nextAttempt(attempts, pauses, { createdAt, now: createdAt, isOutage, random })!.getTime() -
    createdAt.getTime()) /
  60_000

describe('the next attempt', () => {
  it('comes after the first pause, then twice as long each time, up to the longest', () => {
    assert.deepEqual(
      [1, 2, 3, 9, 10, 50].map(attempts => pause(attempts)),
      [1, 2, 4, 256, 360, 360],
    )
  })

  it('comes sooner while the other side is away', () => {
    assert.deepEqual(
      [1, 2, 3, 4, 50].map(attempts => pause(attempts, true)),
      [1, 2, 4, 5, 5],
    )
  })

  it('is spread by a quarter to either side', () => {
    assert.deepEqual([pause(1, false, 0), pause(1, false, 1)], [0.75, 1.25])
  })

  it('does not come when patience has ended', () => {
    const now = new Date('2027-01-05T00:00:00Z')
    assert.equal(nextAttempt(3, pauses, { createdAt, now, isOutage: true, random: 0.5 }), undefined)
  })
})
