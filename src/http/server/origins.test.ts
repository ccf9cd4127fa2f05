import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'
import { readConfig } from '../../config.ts'

const ours = 'https://app.example'
const first = await testApp({ env: { CORS_ORIGINS: `${ours}, https://two.example:8443` } })
const closed = await testApp({ beside: first })
const from = (origin: string, more: Json = {}) => ({ origin, ...more })
const allowed = ({ headers }: { headers: Json }) => headers['access-control-allow-origin']
const preflight = (app: typeof first, url: string, origin = ours, method = 'PUT') =>
  app.raw({
    method: 'OPTIONS',
    url,
    headers: from(origin, {
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization,if-match',
    }),
  })

describe('the pages of other origins', () => {
  it('may call the API from CORS_ORIGINS, and read its headers', async () => {
    const { status, headers } = await first.call('GET', '/events', undefined, from(ours))
    assert.deepEqual([status, headers['access-control-allow-origin'], headers.vary], [200, ours, 'Origin'])
    const exposed = headers['access-control-expose-headers'].split(', ')
    for (const name of [
      'ETag',
      'Lectern-Ignored',
      'Lectern-People-Not-Told',
      'Preference-Applied',
      'Location',
      'Idempotency-Replayed',
      'X-Request-Id',
    ])
      assert.ok(exposed.includes(name), name)
    assert.equal(headers['access-control-allow-credentials'], undefined)
  })

  it('may read failures too', async () => {
    for (const url of ['/api/v1/events', '/api/v1/nothing', '/oauth2/token'])
      assert.equal(allowed(await first.raw({ method: 'POST', url, headers: from(ours) })), ours)
  })

  it('204 for a preflight, without a token', async () => {
    for (const url of ['/api/v1/events/1', '/api/v1/oauth2/token', '/oauth2/token']) {
      const answer = await preflight(first, url)
      assert.deepEqual([answer.status, allowed(answer)], [204, ours])
      assert.equal(answer.headers['access-control-allow-headers'], 'authorization,if-match')
      assert.match(answer.headers['access-control-allow-methods'], /PUT, PATCH, DELETE/)
    }
  })

  it('may not when they are not named, or none is', async () => {
    const other = 'https://other.example'
    assert.equal(allowed(await first.call('GET', '/events', undefined, from(other))), undefined)
    assert.equal(allowed(await preflight(first, '/api/v1/events/1', other)), undefined)
    assert.equal(allowed(await closed.call('GET', '/events', undefined, from(ours))), undefined)
    const answer = await preflight(closed, '/api/v1/events')
    assert.deepEqual(
      [answer.status, answer.body.type, allowed(answer)],
      [405, 'method_not_allowed', undefined],
    )
  })

  it('may read what is public from everywhere, and not the pages that act for somebody', async () => {
    for (const url of [
      '/api/v1/openapi.json',
      '/.well-known/oauth-authorization-server',
      '/healthz',
      '/sessions/1',
    ])
      assert.equal(allowed(await closed.raw({ method: 'GET', url, headers: from('null') })), '*', url)
    assert.equal((await preflight(closed, '/api/v1/openapi', ours, 'GET')).status, 204)
    assert.equal(
      allowed(await first.raw({ method: 'GET', url: '/my/token', headers: from(ours) })),
      undefined,
    )
  })

  it('405 for an OPTIONS request that is no preflight', async () => {
    const { status, headers } = await first.raw({
      method: 'OPTIONS',
      url: '/api/v1/events',
      headers: from(ours),
    })
    assert.deepEqual([status, headers.allow], [405, 'GET, HEAD, POST'])
  })
})

describe('CORS_ORIGINS', () => {
  it('names origins, not addresses of pages', () => {
    assert.deepEqual(readConfig({ CORS_ORIGINS: ' * ' }).CORS_ORIGINS, ['*'])
    assert.deepEqual(readConfig({}).CORS_ORIGINS, [])
    for (const wrong of ['https://app.example/', 'app.example', 'https://a.example https://b.example'])
      assert.throws(() => readConfig({ CORS_ORIGINS: wrong }), /CORS_ORIGINS=/)
  })
})
