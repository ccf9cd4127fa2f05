import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { faultsIn, type Json, testApp } from '../test/support/app.ts'

const { make, call, raw, token } = await testApp()
const event = await make('events', { name: 'Summit' })
const problem = { accept: 'application/problem+json' }

describe('a failure', () => {
  it('has the members of the contract, a type and the request id', async () => {
    const { status, headers, body } = await call('GET', '/sessions/999999999', undefined, {
      'x-request-id': 'mine-1',
    })
    assert.equal(status, 404)
    assert.match(headers['content-type'], /^application\/json/)
    assert.deepEqual(body, {
      name: 'Not Found',
      message: 'Session 999999999 does not exist.',
      code: 0,
      status: 404,
      type: 'not_found',
      request_id: 'mine-1',
    })
  })

  it('comes as RFC 9457 problem details when the client asks for them', async () => {
    const { status, headers, body } = await call('GET', '/sessions/999999999', undefined, {
      ...problem,
      'x-request-id': 'mine-2',
    })
    assert.equal(status, 404)
    assert.match(headers['content-type'], /^application\/problem\+json/)
    assert.deepEqual(body, {
      type: 'urn:lectern:error:not_found',
      title: 'Not Found',
      status: 404,
      detail: 'Session 999999999 does not exist.',
      request_id: 'mine-2',
    })
  })

  it('422 is a bare array of every faulty field at once', async () => {
    const reply = await call('POST', '/sessions/create', {
      event_id: 'x',
      date: '2026-02-30',
      start_time: '25:61',
      capacity: 2.5,
      timezone: 'Mars/Olympus',
      webinar_url: 'ftp://x',
      session_status: 'asleep',
      locked_when_saved: 'perhaps',
      badge_name: 'b'.repeat(256),
    })
    assert.deepEqual(faultsIn(reply), [
      'event_id: integer',
      'name: required',
      'badge_name: too_long',
      'date: date',
      'start_time: time',
      'timezone: timezone',
      'capacity: integer',
      'webinar_url: url',
      'session_status: choice',
      'locked_when_saved: flag',
    ])
    assert.equal(reply.body[1].message, 'Name cannot be blank.')
  })

  it('422 as problem details has them in errors, with JSON pointers', async () => {
    const { status, body } = await call('POST', '/tracks/create', { event_id: event.id, sort: 'x' }, problem)
    assert.equal(status, 422)
    assert.equal(body.type, 'urn:lectern:error:validation_failed')
    assert.deepEqual(
      body.errors.map(({ pointer, type }: Json) => [pointer, type]),
      [
        ['/name', 'required'],
        ['/sort', 'integer'],
      ],
    )
  })

  it('404 for paths that nobody has', async () => {
    for (const path of ['/nothing', '/sessions/1/2/3', '/sessions/create/5', '/%E0%A4%A'])
      assert.ok([400, 404].includes((await call('GET', path)).status))
    for (const id of ['0', '-1', 'x', '1.5', '1e3', '9007199254740993', '99999999999999999999', '%00', "1'"])
      assert.deepEqual([id, (await call('GET', `/sessions/${id}`)).status], [id, 404])
  })

  it('405 with Allow for paths that other methods have', async () => {
    const allowed: [string, string, string][] = [
      ['DELETE', '/api/v1/events', 'GET, HEAD, POST'],
      ['GET', '/api/v1/oauth2/token', 'POST'],
      ['POST', `/api/v1/events/${event.id}`, 'GET, HEAD, PUT, PATCH, DELETE'],
      ['POST', `/api/v1/sessions/update/${event.id}.json?x=1`, 'PUT'],
      ['GET', '/api/v1/events/external/x', 'PUT'],
      ['POST', '/healthz', 'GET, HEAD'],
    ]
    for (const [method, url, allow] of allowed) {
      const { status, headers, body } = await raw({
        method: method as 'GET',
        url,
        headers: { authorization: `Bearer ${token}` },
      })
      assert.deepEqual([url, status, headers.allow], [url, 405, allow])
      assert.equal(body.type, 'method_not_allowed')
    }
  })

  it('405 for the words of other methods where an id could be, for every resource, and 404 for other words', async () => {
    const resources = [
      'events',
      'tracks',
      'locations',
      'sessions',
      'reg-types',
      'registrant-groups',
      'event-questions',
      'registrants',
    ]
    const words: [string, string, string][] = [
      ...resources.map((plural): [string, string, string] => ['GET', `/${plural}/create`, 'POST']),
      ['PUT', '/tracks/create.json?x=1', 'POST'],
      ['GET', '/registrants/checkin', 'POST'],
      ['PUT', '/registrants/checkin', 'POST'],
      ['DELETE', '/registrants/token/', 'POST'],
      ['PATCH', '/sessions/fields', 'GET, HEAD, POST'],
      ['POST', `/registrants/${event.id}/agenda`, 'PUT'],
    ]
    for (const [method, path, allow] of words) {
      const { status, headers } = await call(method, path)
      assert.deepEqual([method, path, status, headers.allow], [method, path, 405, allow])
    }
    for (const [method, path] of [
      ['GET', '/registrants/checkins'],
      ['PUT', '/registrants/new'],
      ['POST', '/registrants/new'],
      ['GET', '/sessions/update'],
      ['POST', '/registrants/x/session/1'],
      ['POST', `/registrants/${event.id}/session/x`],
      ['GET', `/registrants/${event.id}/session/x`],
    ] as const)
      assert.deepEqual([path, (await call(method, path)).status], [path, 404])
  })

  it('413 for a body over 1 MiB, whatever its form, and 201 for one just below', async () => {
    const large = 'x'.repeat(2 * 1024 * 1024)
    const types: [string, string][] = [
      ['application/json', JSON.stringify({ name: large })],
      ['application/x-www-form-urlencoded', `name=${large}`],
      [
        'multipart/form-data; boundary=X',
        `--X\r\ncontent-disposition: form-data; name="name"\r\n\r\n${large}\r\n--X--\r\n`,
      ],
      [
        'multipart/form-data; boundary=X',
        `--X\r\ncontent-disposition: form-data; name="f"; filename="f"\r\n\r\n${large}\r\n--X--\r\n`,
      ],
    ]
    for (const [type, payload] of types) {
      const { status } = await call('POST', '/events/create', payload, { 'content-type': type })
      assert.deepEqual([type, status], [type, 413])
    }
    const small = await call('POST', '/events/create', { name: 'E', unknown: 'x'.repeat(1_000_000) })
    assert.equal(small.status, 201)
  })

  it('415 for a content type that is not understood', async () => {
    for (const type of ['text/xml', 'application/octet-stream', 'nonsense', 'text/plain']) {
      const { status, body } = await call('POST', '/events/create', '<name/>', { 'content-type': type })
      assert.deepEqual([type, status, body.type], [type, 415, 'unsupported_media_type'])
    }
  })

  it('400 for a body that cannot be read', async () => {
    const bodies: [string, string][] = [
      ['application/json', '{"name":'],
      ['application/json', '{"name": NaN}'],
      ['application/json', '"text"'],
      ['application/json', '[1]'],
      ['application/json', '7'],
      ['application/json', '['.repeat(100_000)],
      ['application/json', `{"name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
      ['multipart/form-data', '--X\r\n'],
      [
        'multipart/form-data; boundary=Y',
        '--X\r\ncontent-disposition: form-data; name="name"\r\n\r\na\r\n--X--\r\n',
      ],
    ]
    for (const [type, payload] of bodies) {
      const { status } = await call('POST', '/events/create', payload, { 'content-type': type })
      assert.deepEqual([type, payload.slice(0, 20), status], [type, payload.slice(0, 20), 400])
    }
  })

  it('brackets inside text are not nesting', async () => {
    assert.equal((await make('events', { name: `"${'['.repeat(500)}\\` })).name.length, 502)
  })
})

describe('a success', () => {
  it('never looks like a failure', async () => {
    const session = await make('sessions', { event_id: event.id, name: 'S', date: '2026-07-20' })
    for (const body of [session, event, (await call('GET', '/events')).body]) {
      assert.notEqual(typeof body.status, 'number')
      assert.ok(!('name' in body && 'message' in body && 'code' in body))
    }
  })
})

describe('X-Request-Id', () => {
  it('is the given one when well-formed, otherwise a new one', async () => {
    const idFor = async (given: string) =>
      (await call('GET', '/events', undefined, { 'x-request-id': given })).headers['x-request-id']
    assert.equal(await idFor('a-B.1:c_2'), 'a-B.1:c_2')
    for (const bad of ['', 'a b', 'x'.repeat(129), '"', 'ü'])
      assert.match(await idFor(bad), /^[0-9a-f-]{36}$/)
  })
})
