import assert from 'node:assert/strict'
import { connect as connectSocket } from 'node:net'
import { describe, it } from 'node:test'
import { countRows, type Json, testApp } from '../../test/support/app.ts'
import { ownDatabase } from '../../test/support/database.ts'

const { app, make, call, raw, pool, token } = await testApp({
  url: await ownDatabase(),
  env: { REQUEST_TIMEOUT_SECONDS: '1' },
})
const event = await make('events', { name: 'Summit' })
const track = await make('tracks', { event_id: event.id, name: 'T' })
const location = await make('locations', { event_id: event.id, name: 'L' })
const session = await make('sessions', { event_id: event.id, name: 'S', date: '2026-07-20' })
const field = await make('sessions/fields', { name: 'F', type: 'dropDownList', choices: [{ name: 'a' }] })

const place = { event_id: event.id, name: 'N' }
const regType = await make('reg-types', place)
const group = await make('registrant-groups', place)
const question = await make('event-questions', { ...place, type: 'radioList', choices: ['a'] })
const registrant = await make('registrants', { event_id: event.id, email: 'p@example.com' })

const json = 'application/json'
const form = 'application/x-www-form-urlencoded'
const deep = (open: string, close: string) => open.repeat(100_000) + close.repeat(100_000)
const everyField = (value: unknown) =>
  JSON.stringify(
    Object.fromEntries(
      [
        'event_id',
        'name',
        'date',
        'start_time',
        'timezone',
        'capacity',
        'track_id',
        'url',
        'color',
        'description',
        'type',
        'choices',
        'settings',
        'custom_fields',
        'latitude',
        'grant_type',
        'token',
        'external_id',
        'secure_id',
        'sort',
        'email',
        'birth_date',
        'reg_type_id',
        'group_id',
        'registration_status',
        'session_ids',
        'work_address_id',
        'id',
        'status',
        'waitlist_ids',
        'on_conflict',
        'partial',
        'send_email',
        'override_capacity_errors',
        'home_address_id.line_1',
        field.attribute,
        question.attribute,
      ].map(name => [name, value]),
    ),
  )
const nasty: [string, string][] = [
  [json, 'null'],
  [json, '"x"'],
  [json, '[[1]]'],
  [json, '{"name":NaN}'],
  [json, '{"name":'],
  [json, '['.repeat(100_000)],
  [json, `{"name":${deep('[', ']')}}`],
  [json, `{"settings":${deep('{"a":', '}').replace('{"a":}', '{"a":1}')}}`],
  [json, `{"a":"${'x'.repeat(2 * 1024 * 1024)}"}`],
  [json, `{"event_id":${event.id},"event_id":"x","name":"a","name":{}}`],
  [json, '{"__proto__":{"name":"x"},"constructor":{"prototype":{"name":"y"}},"toString":1}'],
  ...[
    -1,
    0,
    2.5,
    2 ** 63,
    1e21,
    'NaN',
    '2026-02-30',
    '25:61',
    'a\0b',
    '\ud800',
    'x'.repeat(100_000),
    {},
    [],
    [[]],
    [{}],
    { id: {} },
    [null],
    true,
    ['a', 'b'],
    { id: -1 },
    { delete: true },
    { toString: 1 },
    [{ toString: 1 }, { id: { toString: 1 } }],
    { id: { toString: 1 } },
    { name: { toString: 1 } },
  ].map((value): [string, string] => [json, everyField(value)]),
  [json, everyField(0).replaceAll(':0', ':1e400')],
  [json, everyField({ toString: 1 }).replaceAll('toString', '\\u0074oString')],
  [form, '&&&=&=x&[]=1&[a=1&name[=2&name[][][]=3'],
  [form, '%E0%A4%A=1&name=%FF%FE&%00=1&name=%00'],
  [form, `${'a[b]'.repeat(5000)}=1`],
  [form, Array.from({ length: 20_000 }, (_, n) => `name[${n}]=${n}`).join('&')],
  [form, '__proto__[name]=x&constructor[prototype][name]=y&hasOwnProperty=1'],
  ['multipart/form-data', 'x'],
  ['multipart/form-data; boundary=Y', '--X\r\n\r\n--X--'],
  [
    'multipart/form-data; boundary=X',
    '--X\r\ncontent-disposition: form-data; name="__proto__"\r\n\r\nx\r\n--X--\r\n',
  ],
  ...[
    '; name="name"',
    '; name="name"\r\n\r\nx',
    '; name="name"; filename="f"\r\n\r\nx',
    '; name="name"; filename="f"\r\n\r\nx\r\n--X',
    '\r\n\r\nx\r\n--X--\r\n',
    '; filename="f"\r\n\r\nx\r\n--X--\r\n',
  ].map((rest): [string, string] => [
    'multipart/form-data; boundary=X',
    `--X\r\ncontent-disposition: form-data${rest}`,
  ]),
  ['text/xml', '<x/>'],
  ['nonsense', 'x'],
  ['', 'x'],
]

type Operations = Record<string, Record<string, { operationId?: string }>>
const { paths } = (await call('GET', '/openapi.json')).body as { paths: Operations }
const ids: [string, unknown][] = [
  ['events', event.id],
  ['tracks', track.id],
  ['locations', location.id],
  ['field', field.id],
  ['sessions', session.id],
  ['reg-types', regType.id],
  ['registrant-groups', group.id],
  ['event-questions', question.id],
  ['registrants', registrant.id],
]
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map(method => {
    const id = ids.find(([word]) => path.includes(`/${word}/`))?.[1]
    const target = path.replace('{id}', String(id)).replace('{external_id}', 'bad')
    return [method.toUpperCase(), target.startsWith('/api/v1') ? target : `/api/v1${target}`] as const
  }),
)

describe('bad input', () => {
  it('the document lists the operations that are tried', () => {
    assert.ok(operations.length > 40)
  })

  for (const [method, target] of operations.filter(([method]) => !['GET', 'DELETE', 'HEAD'].includes(method)))
    it(`${method} ${target} answers no nasty body with 5xx, and keeps nothing of what it refuses`, async () => {
      let before = await countRows(pool)
      for (const [type, payload] of nasty) {
        const { status, text } = await raw({
          method: method as 'POST',
          url: target,
          headers: { authorization: `Bearer ${token}`, ...(type && { 'content-type': type }) },
          payload,
        })
        const what = `${type} ${payload.slice(0, 60)} → ${status} ${text.slice(0, 200)}`
        assert.ok(status < 500, what)
        const now = await countRows(pool)
        if (status >= 300) assert.deepEqual(now, before, what)
        before = now
      }
    })

  it('neither does an Idempotency-Key change that', async () => {
    for (const [type, payload] of nasty) {
      const headers: Json = {
        'idempotency-key': `nasty ${nasty.findIndex(pair => pair[1] === payload)}`,
        ...(type && { 'content-type': type }),
      }
      const { status, text } = await call('POST', '/sessions/create', payload, headers)
      assert.ok(status < 500, `${payload.slice(0, 60)} → ${text.slice(0, 200)}`)
    }
  })

  it('queries and paths that make no sense are answered below 500', async () => {
    const queries = [
      '%',
      '%00=%00',
      'search=%FF',
      'fields[]=%00',
      '__proto__=1&constructor=2',
      `ids=${'1,'.repeat(5000)}`,
      Array.from({ length: 10_000 }, (_, n) => `p${n}=${n}`).join('&'),
      'sort=%00',
      'object=%00',
      'since=%00',
      `search=${encodeURIComponent(`name=*in*${'|'.repeat(5000)}`)}`,
      `search=${encodeURIComponent('id=1&'.repeat(5000))}`,
      `sort=${'id,'.repeat(5000)}`,
      'page=1e9',
      'page=999999999999&per-page=1000',
      'validate_only=%00',
    ]
    for (const [, target] of operations.filter(([method]) => method === 'GET'))
      for (const query of queries) {
        const { status, text } = await raw({
          method: 'GET',
          url: `${target}?event_id=${event.id}&${query}`,
          headers: { authorization: `Bearer ${token}` },
        })
        assert.ok(status < 500, `${target}?${query.slice(0, 60)} → ${text.slice(0, 200)}`)
      }
    for (const path of [
      '/%',
      '/%zz',
      '/%C0%AF',
      '/sessions/%00',
      '/sessions/%',
      '/sessions/../events',
      '//events',
      `/sessions/${'9'.repeat(5000)}`,
      '/sessions/1%2F2',
      '/events/external/%FF',
    ])
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const { status, text } = await call(method, path)
        assert.ok(status < 500, `${method} ${path.slice(0, 40)} → ${text.slice(0, 200)}`)
      }
  })

  it('leaves the objects as they were', async () => {
    assert.equal((await call('GET', `/sessions/${session.id}`)).body.event_id, event.id)
    assert.equal(({} as Json).name, undefined)
  })
})

describe('over a real socket', async () => {
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as { port: number }
  const send = (text: string) =>
    new Promise<string>(resolve => {
      let answer = ''
      const socket = connectSocket(port, '127.0.0.1', () => socket.write(text))
      socket.on('data', data => {
        answer += data
      })
      socket.on('close', () => resolve(answer))
      socket.on('error', () => resolve(answer))
    })
  const head = (more: string) =>
    `POST /api/v1/events/create HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n${more}\r\n\r\n`
  const statusOf = (answer: string) => Number(answer.split(' ')[1])

  it('408 for a body slower than the timeout, and nothing is kept', async () => {
    const before = await countRows(pool)
    const answer = await send(`${head('Content-Length: 100')}{"name":`)
    assert.equal(statusOf(answer), 408)
    assert.match(answer, /"type":"request_timeout"/)
    assert.deepEqual(await countRows(pool), before)
  })

  it('400 for what is no HTTP, for a negative or a double Content-Length, 431 for endless headers', async () => {
    assert.equal(statusOf(await send('HELLO\r\n\r\n')), 400)
    assert.equal(statusOf(await send(head('Content-Length: -1'))), 400)
    assert.equal(statusOf(await send(`${head('Content-Length: 2\r\nContent-Length: 3')}{}`)), 400)
    assert.equal(statusOf(await send(head(`X: ${'x'.repeat(100_000)}`))), 431)
  })

  it('201 for a chunked body, 413 for an endless one', async () => {
    assert.equal(
      statusOf(await send(`${head('Transfer-Encoding: chunked')}e\r\n{"name":"ab"}\n\r\n0\r\n\r\n`)),
      201,
    )
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`
    assert.equal(statusOf(await send(`${head('Transfer-Encoding: chunked')}${chunk}${chunk}0\r\n\r\n`)), 413)
  })

  it('the absolute form of a request target, as proxies send it, is understood', async () => {
    const answer = await send(
      `GET http://x/api/v1/events HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${token}\r\n\r\n`,
    )
    assert.equal(statusOf(answer), 200)
  })

  it('after all this the server still answers', async () => {
    const answer = await send('GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    assert.equal(statusOf(answer), 200)
  })
})
