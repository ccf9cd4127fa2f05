import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { describeFailure } from './request-log.ts'

const lines: { msg: string; url?: string; status?: number; times?: number; err?: object }[] = []
const { raw, call, parts } = await testApp({ log: { write: line => void lines.push(JSON.parse(line)) } })
const secret = 'Xk3vY9aB2cD4eF6gH8iJ0kL1mN3oP5qR7sT9uV1wX3y'
const answered = () => lines.filter(({ msg }) => msg === 'answered')

describe('the log of requests', () => {
  it('has the path without its query', async () => {
    await call('GET', '/registrants?event_id=1&search=email%3Dada@example.com')
    assert.equal(answered().at(-1)!.url, '/api/v1/registrants')
  })

  it('has numbers, and neither tokens nor secrets nor external ids, however they are spelt', async () => {
    const paths: [string, string][] = [
      ['/api/v1/sessions/12', '/api/v1/sessions/12'],
      [`/sessions/7/virtual/${secret}`, '/sessions/7/virtual/:secure_id'],
      [`/my/${secret}`, '/my/:token'],
      [`/%6dy/${secret}`, '/my/:token'],
      [`/my/${secret}/sessions/5`, '/my/:token/*'],
      [`/MY/${secret}`, '/…/…'],
      [`//my//${secret}`, '//my//…'],
      [`/%4dY/${secret}?x=${secret}`, '/…/…'],
      [`/api/v1/nothing/${secret}/deep-ly`, '/api/v1/nothing/…/deep-ly'],
    ]
    for (const [url, logged] of paths) {
      await raw({ method: 'GET', url })
      assert.equal(answered().at(-1)!.url, logged)
    }
    await call('PUT', '/registrants/external/ada@example.com', {})
    assert.equal(answered().at(-1)!.url, '/api/v1/registrants/external/:external_id')
    for (const word of [secret, 'ada@']) assert.ok(!JSON.stringify(lines).includes(word))
  })

  it('describes failures without the values that they are about', () => {
    const error = Object.assign(new Error('550 5.1.1 <ada@example.com>: no such user'), {
      code: '23505',
      constraint_name: 'x_unique',
      detail: 'Key (email)=(ada@example.com) already exists.',
      parameters: ['ada@example.com'],
    })
    const described = describeFailure(error)
    assert.deepEqual(
      { ...described, stack: '' },
      {
        type: 'Error',
        message: '550 5.1.1 … no such user',
        stack: '',
        code: '23505',
        constraint: 'x_unique',
      },
    )
    assert.doesNotMatch(described.stack, /ada@/)
    assert.match(described.stack, /request-log\.test\.ts/)
  })

  it('has one line for an outage rather than one for each request', async () => {
    const outage = Object.assign(new Error('away'), { code: 'ECONNREFUSED' })
    parts.tokens.get = () => Promise.reject(outage)
    for (const _ of [1, 2, 3]) assert.equal((await call('GET', '/events')).status, 503)
    assert.equal(lines.filter(({ msg }) => msg === 'cannot answer now').length, 1)
    assert.equal(answered().filter(({ status }) => status === 503).length, 3)
  })
})
