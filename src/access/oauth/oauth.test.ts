import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { basic, getToken, type Json, testApp } from '../../../test/support/app.ts'
import { createCredential, withdrawCredential } from '../accounts/accounts.ts'

const lines: string[] = []
// The present: other test files delete what has expired.
let now = new Date()
const start = new Date(Math.floor(now.getTime() / 1000) * 1000)
const end = new Date(start.getTime() + 1800_000)
const first = await testApp({
  clock: { now: () => now },
  log: { write: line => void lines.push(line) },
  env: { LOG_LEVEL: 'trace' },
})
const { raw, call, make, pool, key, secret, account_id } = first
const second = await testApp({ beside: first, clock: { now: () => now } })
const stranger = await testApp({ clock: { now: () => now } })

const post = (path: string, payload: Json | string, headers: Json = {}) =>
  raw({ method: 'POST', url: `/api/v1/oauth2${path}`, headers, payload })
const grant = { grant_type: 'client_credentials' }
const eventsWith = (token: string, app = first) =>
  app.raw({ url: '/api/v1/events', headers: { authorization: `Bearer ${token}` } })
const eventually = async (holds: () => Promise<boolean>) => {
  for (let tries = 0; tries < 200; tries++) if (await holds()) return true
  return false
}

describe('POST /oauth2/token', () => {
  it('200 with the members of the contract, an expiry in UTC with a blank, and no-store', async () => {
    const { status, body, headers } = await post('/token', grant, { authorization: basic(key, secret) })
    assert.equal(status, 200)
    assert.deepEqual(body, {
      access_token: body.access_token,
      type: 'bearer',
      token_type: 'Bearer',
      expires_at: end.toISOString().slice(0, 19).replace('T', ' '),
      expires_in: 1800,
      scope: 'read write',
    })
    assert.equal(Buffer.from(body.access_token, 'base64url').length, 32)
    assert.equal(headers['cache-control'], 'no-store')
  })

  const pair = `${key}:${secret}`
  const percent = (text: string) =>
    [...text].map(letter => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`).join('')
  const headers: Record<string, string> = {
    'standard base64': basic(key, secret),
    'URL-safe base64': `Basic ${Buffer.from(pair).toString('base64url')}`,
    'percent-escapes': `Basic ${Buffer.from(`${percent(key)}:${percent(secret)}`).toString('base64')}`,
    'another letter case and more blanks': basic(key, secret).replace('Basic ', 'bAsIC   '),
  }
  for (const [what, authorization] of Object.entries(headers))
    it(`200 for ${what}`, async () => {
      assert.equal((await post('/token', grant, { authorization })).status, 200)
    })

  it('200 for key and secret in the body, as JSON and as a form', async () => {
    assert.equal((await post('/token', { ...grant, client_id: key, client_secret: secret })).status, 200)
    const form = `grant_type=client_credentials&client_id=${key}&client_secret=${secret}`
    const answer = await post('/token', form, { 'content-type': 'application/x-www-form-urlencoded' })
    assert.equal(answer.status, 200)
  })

  it('400 invalid_request for a body that cannot be read', async () => {
    const { status, body } = await raw({
      method: 'POST',
      url: '/api/v1/oauth2/token',
      headers: { authorization: basic(key, secret), 'content-type': 'application/json' },
      payload: '{"grant_type":',
    })
    assert.deepEqual([status, body.error, body.status], [400, 'invalid_request', 400])
  })

  it('400 unsupported_grant_type for any other grant, with the members of both dialects', async () => {
    for (const grant_type of ['password', 'authorization_code', 'Client_Credentials', 7]) {
      const { status, body } = await post('/token', { grant_type }, { authorization: basic(key, secret) })
      assert.equal(status, 400)
      assert.equal(body.error, 'unsupported_grant_type')
      assert.equal(body.error_description, body.message)
      assert.deepEqual([body.name, body.code, body.status], ['Bad Request', 0, 400])
    }
  })

  it('400 invalid_request without a grant', async () => {
    for (const payload of [{}, { grant_type: '' }, { grant_type: null }]) {
      const { status, body } = await post('/token', payload, { authorization: basic(key, secret) })
      assert.deepEqual([status, body.error], [400, 'invalid_request'])
    }
  })

  it('401 invalid_client with WWW-Authenticate for whatever is not a valid pair', async () => {
    const wrong = [
      basic(key, 'wrong'),
      basic('wrong', secret),
      basic('', ''),
      'Basic',
      'Basic !!!!',
      'Basic %%%',
      `Bearer ${secret}`,
      basic(key, `${secret}\0`),
      basic(key, "' or '1'='1"),
    ]
    for (const authorization of wrong) {
      const { status, body, headers } = await post('/token', grant, { authorization })
      assert.deepEqual([authorization, status, body.error], [authorization, 401, 'invalid_client'])
      assert.match(headers['www-authenticate'], /^Basic /)
    }
    assert.equal((await post('/token', grant)).status, 401)
    assert.equal((await post('/token', { ...grant, client_id: [key], client_secret: {} })).status, 401)
  })

  it('400 invalid_scope for more than the credential has; less is granted', async () => {
    const reader = await createCredential(pool, account_id, 'reader', ['read'])
    const authorization = basic(reader.key, reader.secret)
    const more = await post('/token', { ...grant, scope: 'read write' }, { authorization })
    assert.deepEqual([more.status, more.body.error], [400, 'invalid_scope'])
    assert.equal((await post('/token', grant, { authorization })).body.scope, 'read')
    const less = await post('/token', { ...grant, scope: 'write' }, { authorization: basic(key, secret) })
    assert.equal(less.body.scope, 'write')
  })

  it('400 invalid_scope for a scope that cannot be read; a list of words can', async () => {
    const authorization = basic(key, secret)
    const scoped = (scope: unknown) => post('/token', { ...grant, scope }, { authorization })
    for (const scope of [{ read: true }, true, 1, [['read']], ['read', 1]]) {
      const { status, body } = await scoped(scope)
      assert.deepEqual([scope, status, body.error], [scope, 400, 'invalid_scope'])
    }
    assert.equal((await scoped(['read'])).body.scope, 'read')
    for (const scope of ['', null, []]) assert.equal((await scoped(scope)).body.scope, 'read write')
  })

  it('several tokens are valid at once', async () => {
    const tokens = await Promise.all([1, 2, 3].map(() => getToken(raw, key, secret)))
    assert.equal(new Set(tokens).size, 3)
    for (const token of tokens) assert.equal((await eventsWith(token)).status, 200)
  })

  it('stores tokens and secrets as hashes only', async () => {
    const token = await getToken(raw, key, secret)
    const rows = await pool`
      select row_to_json(t)::text as row from tokens t union all select row_to_json(c)::text from credentials c`
    const stored = rows.map(({ row }) => String(row)).join('\n')
    for (const word of [token, secret])
      for (const form of [
        word,
        Buffer.from(word).toString('hex'),
        Buffer.from(word, 'base64url').toString('hex'),
      ])
        assert.ok(!stored.includes(form))
  })
})

describe('a bearer token', () => {
  const refusal = 'Bearer error="invalid_token"'

  it('401 without one, for a malformed one, and for one that nobody has', async () => {
    for (const headers of [
      {},
      { authorization: 'Bearer' },
      { authorization: 'Bearer a b' },
      { authorization: basic(key, secret) },
      { authorization: 'Bearer AAAA' },
    ]) {
      const {
        status,
        body,
        headers: answered,
      } = await raw({ url: '/api/v1/events', headers: headers as Json })
      assert.deepEqual([status, body.type, answered['www-authenticate']], [401, 'invalid_token', refusal])
    }
  })

  it('401 for one in the query or body: it goes into the header only', async () => {
    const token = await getToken(raw, key, secret)
    assert.equal((await raw({ url: `/api/v1/events?access_token=${token}` })).status, 401)
  })

  it('lives 30 minutes and not a second longer', async () => {
    const token = await getToken(raw, key, secret)
    now = new Date(end.getTime() - 1)
    assert.equal((await eventsWith(token)).status, 200)
    now = end
    const { status, headers } = await eventsWith(token)
    now = start
    assert.deepEqual([status, headers['www-authenticate']], [401, refusal])
  })

  it('403 insufficient_scope for what its scopes do not cover', async () => {
    const reading = await getToken(raw, key, secret, 'read')
    const writing = await getToken(raw, key, secret, 'write')
    const create = (token: string) =>
      raw({
        method: 'POST',
        url: '/api/v1/events/create',
        headers: { authorization: `Bearer ${token}` },
        payload: { name: 'E' },
      })
    assert.equal((await eventsWith(reading)).status, 200)
    const refused = await create(reading)
    assert.deepEqual([refused.status, refused.body.type], [403, 'insufficient_scope'])
    assert.equal((await create(writing)).status, 201)
    assert.equal((await eventsWith(writing)).status, 403)
  })
})

describe('POST /oauth2/revoke', () => {
  it('200, and the token is refused at once here, and a moment later in another process', async () => {
    const token = await getToken(raw, key, secret)
    assert.equal((await eventsWith(token)).status, 200)
    assert.equal((await eventsWith(token, second)).status, 200)
    const { status, body } = await post('/revoke', { token }, { authorization: basic(key, secret) })
    assert.deepEqual([status, body], [200, {}])
    assert.equal((await eventsWith(token)).status, 401)
    assert.ok(await eventually(async () => (await eventsWith(token, second)).status === 401))
  })

  it('200 for a token that does not exist, or is of another client, which stays valid', async () => {
    const token = await getToken(raw, key, secret)
    const authorization = basic(stranger.key, stranger.secret)
    assert.equal(
      (
        await stranger.raw({
          method: 'POST',
          url: '/api/v1/oauth2/revoke',
          headers: { authorization },
          payload: { token },
        })
      ).status,
      200,
    )
    assert.equal(
      (await post('/revoke', { token: 'nobody' }, { authorization: basic(key, secret) })).status,
      200,
    )
    assert.equal((await eventsWith(token)).status, 200)
  })

  it('400 without a token, 401 without a client', async () => {
    assert.equal(
      (await post('/revoke', {}, { authorization: basic(key, secret) })).body.error,
      'invalid_request',
    )
    assert.equal((await post('/revoke', { token: 'x' })).status, 401)
  })

  it('a credential that is withdrawn takes its tokens with it, everywhere', async () => {
    const other = await createCredential(pool, account_id, 'short-lived', ['read'])
    const token = await getToken(raw, other.key, other.secret)
    assert.equal((await eventsWith(token, second)).status, 200)
    assert.equal(await withdrawCredential(pool, other.key), true)
    assert.ok(await eventually(async () => (await eventsWith(token, second)).status === 401))
    assert.ok(await eventually(async () => (await eventsWith(token)).status === 401))
    assert.equal((await post('/token', grant, { authorization: basic(other.key, other.secret) })).status, 401)
  })
})

describe('POST /oauth2/introspect', () => {
  it('200 says what a token is; of other accounts, expired or unknown ones only that it is not active', async () => {
    const token = await getToken(raw, key, secret, 'read')
    const ask = (text: string, who = first) =>
      who.raw({
        method: 'POST',
        url: '/api/v1/oauth2/introspect',
        headers: { authorization: basic(who.key, who.secret) },
        payload: { token: text },
      })
    assert.deepEqual((await ask(token)).body, {
      active: true,
      scope: 'read',
      client_id: key,
      token_type: 'Bearer',
      iat: start.getTime() / 1000,
      exp: end.getTime() / 1000,
    })
    assert.deepEqual((await ask(token, stranger)).body, { active: false })
    assert.deepEqual((await ask('nobody')).body, { active: false })
    now = end
    assert.deepEqual((await ask(token)).body, { active: false })
    now = start
  })
})

describe('GET /.well-known/oauth-authorization-server', () => {
  it('200 with absolute endpoints that exist', async () => {
    const { status, body } = await raw({ url: '/.well-known/oauth-authorization-server' })
    assert.equal(status, 200)
    assert.equal(body.issuer, 'http://lectern.test')
    assert.deepEqual(body.grant_types_supported, ['client_credentials'])
    for (const member of ['token_endpoint', 'revocation_endpoint', 'introspection_endpoint']) {
      const url = new URL(body[member])
      assert.equal((await raw({ method: 'POST', url: url.pathname, payload: {} })).status, 401)
    }
  })
})

describe("another account's objects", () => {
  it('404 for every resource and verb, and nothing of theirs changes', async () => {
    const event = await make('events', { name: 'Ours', external_id: 'x' })
    const track = await make('tracks', { event_id: event.id, name: 'T' })
    const location = await make('locations', { event_id: event.id, name: 'L' })
    const session = await make('sessions', { event_id: event.id, name: 'S', date: '2026-07-20' })
    const field = await make('sessions/fields', { name: 'F', type: 'textInput' })
    const change = { name: 'Theirs' }
    const paths: [string, string, Json?][] = [
      ...['events', 'tracks', 'locations', 'sessions'].flatMap(plural => {
        const id = { events: event, tracks: track, locations: location, sessions: session }[plural].id
        return [
          ['GET', `/${plural}/${id}`],
          ['PUT', `/${plural}/update/${id}`, change],
          ['PUT', `/${plural}/${id}`, change],
          ['PATCH', `/${plural}/${id}`, change],
          ['DELETE', `/${plural}/delete/${id}`],
          ['DELETE', `/${plural}/${id}`],
        ] as [string, string, Json?][]
      }),
      ['POST', `/events/${event.id}/clone`, {}],
      ['GET', `/sessions/field/${field.id}`],
      ['PUT', `/sessions/field/${field.id}`, change],
      ['DELETE', `/sessions/field/${field.id}`],
      ...['tracks', 'locations', 'sessions'].map(
        plural => ['GET', `/${plural}?event_id=${event.id}`] as [string, string],
      ),
    ]
    for (const [method, path, body] of paths) {
      const { status } = await stranger.call(method, path, body)
      assert.deepEqual([method, path, status], [method, path, 404])
    }
    for (const plural of ['tracks', 'locations', 'sessions']) {
      const body = { event_id: event.id, name: 'Theirs', date: '2026-07-20' }
      assert.equal((await stranger.call('POST', `/${plural}/create`, body)).status, 422)
    }
    assert.deepEqual((await stranger.call('GET', '/events')).body.items, [])
    assert.deepEqual((await stranger.call('GET', '/changes')).body.items, [])
    assert.equal((await call('GET', `/events/${event.id}`)).body.name, 'Ours')
  })
})

describe('the log', () => {
  it('has a line for every request, and neither a secret nor a token in any', async () => {
    const token = await getToken(raw, key, secret)
    await eventsWith(token)
    await call('POST', '/sessions/create', '{"broken', { 'content-type': 'application/json' })
    await raw({ url: '/api/v1/nowhere', headers: { authorization: `Bearer ${token}` } })
    const text = lines.join('')
    assert.match(text, /"url":"\/api\/v1\/events"/)
    for (const word of [token, secret, first.token, basic(key, secret).slice(6)])
      assert.ok(!text.includes(word))
  })
})

describe('the endpoints at the root', () => {
  it('are the same as under the base path, also with .json', async () => {
    const authorization = basic(key, secret)
    for (const path of ['/oauth2/token', '/oauth2/token.json']) {
      const { status, body, headers } = await raw({
        method: 'POST',
        url: path,
        headers: { authorization },
        payload: grant,
      })
      assert.deepEqual([status, headers['cache-control']], [200, 'no-store'])
      assert.equal((await eventsWith(body.access_token)).status, 200)
      const token = { token: body.access_token }
      const told = await raw({
        method: 'POST',
        url: '/oauth2/introspect',
        headers: { authorization },
        payload: token,
      })
      assert.equal(told.body.active, true)
      await raw({ method: 'POST', url: '/oauth2/revoke', headers: { authorization }, payload: token })
      assert.equal((await eventsWith(body.access_token)).status, 401)
    }
    const refused = await raw({
      method: 'POST',
      url: '/oauth2/token',
      payload: '{"',
      headers: { 'content-type': 'application/json' },
    })
    assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_request'])
  })
})

describe('failures at the token endpoint', async () => {
  const minute = Math.ceil(Date.now() / 60_000) * 60_000
  let moment = new Date(minute + 15_000)
  const clock = { now: () => moment }
  const direct = await testApp({ clock })
  const behind = await testApp({ clock, beside: direct, env: { TRUST_PROXY: '1' } })
  const ask = (app: typeof direct, name: string, word: string, address = '127.0.0.1') =>
    app.raw({
      method: 'POST',
      url: '/oauth2/token',
      headers: { authorization: basic(name, word), 'x-forwarded-for': address },
      payload: grant,
    })

  it('429 after 30 for a key within a minute, in one network; successes do not count', async () => {
    const { key, secret } = direct
    for (let n = 0; n < 30; n++) {
      assert.equal((await ask(behind, key, 'wrong', '192.0.2.1')).status, 401)
      assert.equal((await ask(behind, key, secret, '192.0.2.2')).status, 200)
    }
    const { status, body, headers } = await ask(behind, key, secret, '192.0.2.1')
    assert.deepEqual([status, body.type, headers['retry-after']], [429, 'rate_limited', '45'])
    assert.equal((await ask(behind, key, secret, '192.0.2.2')).status, 200)
    moment = new Date(minute + 60_000)
    assert.equal((await ask(behind, key, secret, '192.0.2.1')).status, 200)
  })

  it('429 after 300 of a network within a minute, whatever the keys; half an IPv6 address is a network', async () => {
    moment = new Date(minute + 120_000)
    for (const [network, neighbour] of [
      ['198.51.100.7', '198.51.100.8'],
      ['2001:db8:1:2::7', '2001:db8:1:3::7'],
    ]) {
      for (let n = 0; n < 300; n++) assert.equal((await ask(behind, `key${n}`, 'wrong', network)).status, 401)
      const last = network!.replace(/^2001.*/, '2001:db8:1:2:9:9:9:9')
      assert.equal((await ask(behind, 'another', 'wrong', last)).status, 429)
      assert.equal((await ask(behind, 'another', 'wrong', neighbour)).status, 401)
    }
  })

  it('an address that may be a proxy is no network: only the key counts there', async () => {
    moment = new Date(minute + 180_000)
    for (let n = 0; n < 301; n++)
      assert.equal((await ask(direct, `key${n}`, 'wrong', '192.0.2.1')).status, 401)
    for (let n = 0; n < 30; n++) await ask(direct, 'known', 'wrong')
    assert.equal((await ask(direct, 'known', 'wrong')).status, 429)
  })
})
