import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'

const start = Math.floor(Date.now() / 600_000) * 600_000
let now = new Date(start + 60_000)
const env = { RATE_LIMIT_CREDITS: '100' }
const clock = { now: () => now }

describe('the rate limit', () => {
  it('counts 1 for a call and 10 for a list, and says so on every answer', async () => {
    const { call } = await testApp({ env, clock })
    const one = await call('GET', '/events/999999999')
    assert.deepEqual(
      ['limit', 'remaining', 'reset'].map(name => one.headers[`x-rate-limit-${name}`]),
      ['100', '99', '540'],
    )
    assert.equal((await call('GET', '/events')).headers['x-rate-limit-remaining'], '89')
    assert.equal((await call('POST', '/events/create', {})).headers['x-rate-limit-remaining'], '88')
  })

  it('429 with Retry-After when it is used up, until the window ends', async () => {
    const { call } = await testApp({ env, clock })
    for (let n = 0; n < 10; n++) assert.equal((await call('GET', '/events')).status, 200)
    const { status, headers, body } = await call('GET', '/events')
    assert.deepEqual([status, headers['retry-after'], body.type], [429, '540', 'rate_limited'])
    assert.equal(headers['x-rate-limit-remaining'], '0')
    now = new Date(start + 600_000)
    assert.equal((await call('GET', '/events')).status, 200)
    now = new Date(start + 60_000)
  })

  it('is one for all processes together, whatever is asked at once', async () => {
    const first = await testApp({ env, clock })
    const second = await testApp({ beside: first, env, clock })
    const replies = await Promise.all(
      Array.from({ length: 300 }, (_, n) => (n % 2 ? first : second).call('GET', '/events/999999999')),
    )
    assert.equal(replies.filter(({ status }) => status === 404).length, 100)
    assert.equal(replies.filter(({ status }) => status === 429).length, 200)
  })

  it('is per credential, and 0 switches it off', async () => {
    const { call } = await testApp({ clock })
    const { headers } = await call('GET', '/events')
    assert.equal(headers['x-rate-limit-limit'], undefined)
  })
})
