import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FailureLimit } from './failure-limit.ts'

describe('the limit of failures', () => {
  const now = new Date('2027-01-01T00:00:10Z')
  const mine = { name: 'key', limit: 3 }

  it('holds on to a name that fails, however many others fail as well', () => {
    const failures = new FailureLimit()
    for (let n = 0; n < 3; n++) failures.count([mine], now)
    for (let n = 0; n < 150_000; n++) {
      failures.count([{ name: String(n), limit: 3 }], now)
      if (n % 50_000 === 0) assert.throws(() => failures.mustBeOpen([mine], now), { status: 429 })
    }
    assert.throws(() => failures.mustBeOpen([mine], now), { status: 429 })
  })

  it('ends with the minute', () => {
    const failures = new FailureLimit()
    for (let n = 0; n < 3; n++) failures.count([mine], now)
    failures.mustBeOpen([mine], new Date('2027-01-01T00:01:00Z'))
  })
})
