import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../test/support/app.ts'

const first = await testApp()
const { make, call, pool } = first
const second = await testApp({ beside: first })
const event = await make('events', { name: 'Summit' })
const newSession = (more: Json = {}) => ({ event_id: event.id, name: 'S', date: '2026-07-20', ...more })
const titled = async (name: string) =>
  (await call('GET', `/sessions?event_id=${event.id}&search=name%3D${name}`)).body._meta.totalCount
let keys = 0
const newKey = () => ({ 'idempotency-key': `key ${++keys}` })

describe('Idempotency-Key', () => {
  it('the same request gets the first answer again, with its Location and ETag', async () => {
    const key = newKey()
    const body = newSession({ name: 'Once' })
    const one = await call('POST', '/sessions/create', body, key)
    const again = await call('POST', '/sessions/create', body, key)
    assert.deepEqual([one.status, again.status], [201, 201])
    assert.deepEqual(again.body, one.body)
    assert.equal(again.headers.location, one.headers.location)
    assert.equal(again.headers.etag, one.headers.etag)
    assert.ok(one.headers.etag)
    assert.equal(one.headers['idempotency-replayed'], undefined)
    assert.equal(again.headers['idempotency-replayed'], 'true')
    assert.equal(await titled('Once'), 1)
  })

  it('without it the same request makes two: the negative control', async () => {
    const body = newSession({ name: 'Twice' })
    await call('POST', '/sessions/create', body)
    await call('POST', '/sessions/create', body)
    assert.equal(await titled('Twice'), 2)
  })

  it('another process, and one that starts later, give the same answer', async () => {
    const key = newKey()
    const body = newSession({ name: 'Elsewhere' })
    const one = await call('POST', '/sessions/create', body, key)
    const third = await testApp({ beside: first })
    for (const app of [second, third]) {
      const again = await app.call('POST', '/sessions/create', body, key)
      assert.deepEqual([again.status, again.body], [201, one.body])
    }
    assert.equal(await titled('Elsewhere'), 1)
  })

  it('422 for another body', async () => {
    const key = newKey()
    await call('POST', '/sessions/create', newSession(), key)
    const other = await call('POST', '/sessions/create', newSession({ name: 'Other' }), key)
    assert.deepEqual(faultsIn(other), ['Idempotency-Key: idempotency_key_reused'])
    assert.equal(await titled('Other'), 0)
  })

  it('many at once make one: the others get its answer, or 409 with Retry-After', async () => {
    const key = newKey()
    const body = newSession({ name: 'Rush' })
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        (n % 2 ? first : second).call('POST', '/sessions/create', body, key),
      ),
    )
    const created = replies.filter(({ status }) => status === 201)
    assert.equal(new Set(created.map(({ body }) => body.id)).size, 1)
    for (const { status, headers } of replies.filter(reply => !created.includes(reply)))
      assert.deepEqual([status, headers['retry-after']], [409, '1'])
    assert.equal(await titled('Rush'), 1)
  })

  it('refusals are remembered as well', async () => {
    const key = newKey()
    const body = { event_id: event.id, name: 'T', external_id: 'later' }
    const taken = await make('tracks', body)
    const refused = await call('POST', '/tracks/create', body, key)
    assert.deepEqual(faultsIn(refused), ['external_id: unique'])
    await call('DELETE', `/tracks/${taken.id}`)
    const again = await call('POST', '/tracks/create', body, key)
    assert.deepEqual([again.status, again.body], [422, refused.body])
    assert.equal(again.headers['idempotency-replayed'], 'true')
  })

  it('429 is not remembered', async () => {
    let now = new Date()
    const poor = await testApp({ env: { RATE_LIMIT_CREDITS: '10' }, clock: { now: () => now } })
    const key = newKey()
    for (let n = 0; n < 10; n++) await poor.call('GET', '/events/1')
    assert.equal((await poor.call('POST', '/events/create', { name: 'E' }, key)).status, 429)
    now = new Date(now.getTime() + 600_000)
    assert.equal((await poor.call('POST', '/events/create', { name: 'E' }, key)).status, 201)
  })

  it('5xx is not remembered, and leaves nothing', async () => {
    const key = newKey()
    const body = newSession({ name: 'Stormy' })
    await pool.unsafe(`
      create or replace function storm() returns trigger language plpgsql as $$
        begin if new.name = 'Stormy' then raise exception 'storm'; end if; return new; end $$;
      create or replace trigger storm before insert on sessions for each row execute function storm()`)
    const failed = await call('POST', '/sessions/create', body, key)
    await pool.unsafe('drop trigger storm on sessions; drop function storm()')
    assert.deepEqual([failed.status, failed.body.type], [500, 'internal_error'])
    assert.ok(!failed.text.includes('storm'))
    const again = await call('POST', '/sessions/create', body, key)
    assert.deepEqual([again.status, again.headers['idempotency-replayed']], [201, undefined])
  })

  it('is forgotten after 24 hours', async () => {
    let now = new Date()
    const app = await testApp({ clock: { now: () => now } })
    const key = newKey()
    const create = (token = app.token) =>
      app.call('POST', '/events/create', { name: 'Daily' }, { ...key, authorization: `Bearer ${token}` })
    const { body } = await create()
    await pool`update tokens set expires_at = now() + interval '2 days' where credential_id = (select id from credentials where key = ${app.key})`
    now = new Date(now.getTime() + 23 * 3600_000)
    const other = await testApp({ beside: app, clock: { now: () => now } })
    const again = () => other.call('POST', '/events/create', { name: 'Daily' }, key)
    assert.equal((await again()).body.id, body.id)
    now = new Date(now.getTime() + 2 * 3600_000)
    assert.notEqual((await again()).body.id, body.id)
  })

  it('belongs to its account', async () => {
    const stranger = await testApp()
    const key = newKey()
    const ours = await call('POST', '/events/create', { name: 'E' }, key)
    const theirs = await stranger.call('POST', '/events/create', { name: 'E' }, key)
    assert.deepEqual([ours.status, theirs.status], [201, 201])
    assert.notEqual(ours.body.id, theirs.body.id)
  })

  it('400 for one that is too long', async () => {
    const { status, body } = await call(
      'POST',
      '/events/create',
      { name: 'E' },
      { 'idempotency-key': 'k'.repeat(256) },
    )
    assert.deepEqual([status, body.type], [400, 'bad_idempotency_key'])
  })
})

describe('validate_only', () => {
  it('checks everything, answers 200 with what would be returned, and keeps nothing, on every write', async () => {
    const track = await make('tracks', { event_id: event.id, name: 'T' })
    const location = await make('locations', { event_id: event.id, name: 'L' })
    const session = await make('sessions', newSession({ track_id: track.id, location_id: location.id }))
    const field = await make('sessions/fields', { name: 'F', type: 'dropDownList', choices: [{ name: 'a' }] })
    const inEvent = { event_id: event.id, name: 'N' }
    const writes: [string, string, Json?][] = [
      ['POST', '/events/create', { name: 'N' }],
      ['PUT', `/events/${event.id}`, { name: 'N', timezone: 'Asia/Tokyo' }],
      ['PUT', '/events/external/v', { name: 'N' }],
      ['POST', `/events/${event.id}/clone`, { name: 'N' }],
      ['POST', '/tracks/create', inEvent],
      ['PUT', `/tracks/${track.id}`, { name: 'N' }],
      ['PUT', '/tracks/external/v', inEvent],
      ['POST', '/locations/create', inEvent],
      ['PUT', `/locations/${location.id}`, { name: 'N' }],
      ['PUT', '/locations/external/v', inEvent],
      ['POST', '/sessions/fields/create', { name: 'N', type: 'textInput' }],
      ['PUT', `/sessions/field/${field.id}`, { name: 'N', choices: [{ name: 'b' }] }],
      ['POST', '/sessions/create', newSession({ name: 'N' })],
      ['PUT', `/sessions/${session.id}`, { name: 'N' }],
      ['PUT', '/sessions/external/v', newSession({ name: 'N' })],
      ['DELETE', `/sessions/${session.id}`],
      ['DELETE', `/tracks/${track.id}`],
      ['DELETE', `/locations/${location.id}`],
      ['DELETE', `/sessions/field/${field.id}`],
      ['DELETE', `/events/${event.id}`],
    ]
    const before = await Promise.all(
      [event, track, location].map(({ id }, n) =>
        call('GET', `/${['events', 'tracks', 'locations'][n]}/${id}`),
      ),
    )
    const seen = (await changesOf(first)).length
    for (const [method, path, body] of writes) {
      const reply = await call(method, `${path}?validate_only=true`, body, newKey())
      assert.deepEqual([method, path, reply.status], [method, path, 200])
      assert.equal(reply.body.name, body?.name)
    }
    const after = await Promise.all(
      [event, track, location].map(({ id }, n) =>
        call('GET', `/${['events', 'tracks', 'locations'][n]}/${id}`),
      ),
    )
    assert.deepEqual(
      after.map(({ body }) => body),
      before.map(({ body }) => body),
    )
    assert.equal((await changesOf(first)).length, seen)
    assert.equal((await call('GET', `/sessions/${session.id}`)).body.track_id, track.id)
  })

  it('refuses what the write itself would refuse', async () => {
    assert.deepEqual(faultsIn(await call('POST', '/sessions/create?validate_only=1', {})), [
      'event_id: required',
      'name: required',
      'date: required',
    ])
    assert.equal((await call('DELETE', '/sessions/999999999?validate_only=1')).status, 404)
  })

  it('may stand in the body, also of a deletion, in any form; the query wins; 422 for neither yes nor no', async () => {
    const session = await make('sessions', newSession({ name: 'Kept' }))
    const path = `/sessions/${session.id}`
    const form = { 'content-type': 'application/x-www-form-urlencoded' }
    for (const given of [{}, { prefer: 'handling=strict' }]) {
      const body = { name: 'Tried', validate_only: true }
      for (const reply of [
        await call('POST', '/sessions/create', newSession(body), { ...given, ...newKey() }),
        await call('PUT', path, body, given),
        await call('PUT', path, 'name=Tried&validate_only=1', { ...form, ...given }),
      ])
        assert.deepEqual([reply.status, reply.body.name], [200, 'Tried'])
      assert.equal((await call('DELETE', path, { validate_only: 'yes' }, given)).status, 200)
    }
    assert.equal(await titled('Tried'), 0)
    assert.equal((await call('GET', path)).body.version, session.version)
    assert.deepEqual(faultsIn(await call('PUT', path, { validate_only: 'maybe' })), ['validate_only: flag'])
    assert.equal(
      (await call('PUT', `${path}?validate_only=0`, { name: 'Done', validate_only: 1 })).body.name,
      'Done',
    )
    assert.equal((await call('GET', path)).body.name, 'Done')
  })
})

describe('force', () => {
  it('may stand in the body of a deletion', async () => {
    const place = await make('events', { name: 'Given up' })
    await make('registrants', { event_id: place.id, email: 'ada@example.com' })
    assert.deepEqual(faultsIn(await call('DELETE', `/events/${place.id}`, { force: 0 })), [
      'id: has_registrants',
    ])
    assert.equal((await call('DELETE', `/events/${place.id}`, { force: 1 })).status, 204)
  })
})

describe('REST spellings', () => {
  const parents: [string, Json][] = [
    ['events', { name: 'R' }],
    ['tracks', { event_id: event.id, name: 'R' }],
    ['locations', { event_id: event.id, name: 'R' }],
    ['sessions', newSession({ name: 'R' })],
  ]
  for (const [plural, body] of parents)
    it(`${plural} answer the same in both`, async () => {
      const documented = await call('POST', `/${plural}/create`, body)
      const rest = await call('POST', `/${plural}`, body)
      assert.deepEqual([documented.status, rest.status], [201, 201])
      assert.deepEqual(Object.keys(rest.body), Object.keys(documented.body))
      assert.equal(rest.headers.location, `/api/v1/${plural}/${rest.body.id}`)
      const { id } = rest.body
      for (const [method, path, name] of [
        ['PUT', `/${plural}/update/${id}`, 'a'],
        ['PUT', `/${plural}/${id}`, 'b'],
        ['PATCH', `/${plural}/${id}`, 'c'],
      ] as const) {
        const changed = await call(method, path, { name })
        assert.deepEqual([changed.status, changed.body.name], [200, name])
      }
      assert.equal((await call('DELETE', `/${plural}/${id}`)).status, 204)
      assert.equal((await call('DELETE', `/${plural}/delete/${documented.body.id}`)).status, 204)
      for (const gone of [id, documented.body.id])
        assert.equal((await call('GET', `/${plural}/${gone}`)).status, 404)
    })

  it('session fields', async () => {
    const { status, body } = await call('POST', '/sessions/fields', { name: 'R', type: 'textInput' })
    assert.equal(status, 201)
    assert.equal((await call('PATCH', `/sessions/field/${body.id}`, { name: 'S' })).body.name, 'S')
  })
})

describe('PUT /{plural}/external/{external_id}', () => {
  it('412 when a version is expected of an object that does not exist', async () => {
    for (const tag of ['*', '"1-x"']) {
      const { status } = await call('PUT', '/events/external/none', { name: 'N' }, { 'if-match': tag })
      assert.equal(status, 412)
    }
  })

  const bodies: Record<string, Json> = {
    events: { name: 'X' },
    tracks: { event_id: event.id, name: 'X' },
    locations: { event_id: event.id, name: 'X' },
    sessions: newSession({ name: 'X' }),
  }
  for (const [plural, body] of Object.entries(bodies)) {
    it(`${plural}: 201 the first time, 200 and the same object after`, async () => {
      const one = await call('PUT', `/${plural}/external/talk%2F1%20%C3%BC`, body)
      const two = await call('PUT', `/${plural}/external/talk%2F1%20%C3%BC`, { ...body, name: 'Y' })
      assert.deepEqual([one.status, two.status, one.body.external_id], [201, 200, 'talk/1 ü'])
      assert.deepEqual([two.body.id, two.body.name], [one.body.id, 'Y'])
    })

    it(`${plural}: many at once make one`, async () => {
      const replies = await Promise.all(
        Array.from({ length: 8 }, (_, n) =>
          (n % 2 ? first : second).call('PUT', `/${plural}/external/rush`, body),
        ),
      )
      assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 200, 200, 201])
      assert.equal(new Set(replies.map(({ body }) => body.id)).size, 1)
    })

    it(`${plural}: 422 for a blank one, which would create another each time`, async () => {
      const blank = () => call('PUT', `/${plural}/external/%20`, body)
      for (const reply of [await blank(), await blank()])
        assert.deepEqual(faultsIn(reply), ['external_id: required'])
    })

    it(`${plural}: 422 for one that is taken, and for one that is too long`, async () => {
      await call('PUT', `/${plural}/external/taken`, body)
      const again = await call('POST', `/${plural}/create`, { ...body, external_id: 'taken' })
      assert.deepEqual(faultsIn(again), ['external_id: unique'])
      const long = await call('PUT', `/${plural}/external/${'x'.repeat(256)}`, body)
      assert.deepEqual(faultsIn(long), ['external_id: too_long'])
      const widest = '😀'.repeat(255)
      assert.equal((await call('PUT', `/${plural}/external/${encodeURIComponent(widest)}`, body)).status, 201)
    })
  }

  it('the same external id in two events is two sessions', async () => {
    const other = await make('events', { name: 'Other' })
    const one = await call('PUT', '/sessions/external/both', newSession())
    const two = await call('PUT', '/sessions/external/both', newSession({ event_id: other.id }))
    assert.deepEqual([one.status, two.status], [201, 201])
  })

  it('422 without an event, or with one of another account', async () => {
    assert.deepEqual(faultsIn(await call('PUT', '/tracks/external/x', { name: 'X' })), ['event_id: required'])
    const { id } = await (await testApp()).make('events', { name: 'Theirs' })
    assert.deepEqual(faultsIn(await call('PUT', '/tracks/external/x', { name: 'X', event_id: id })), [
      'event_id: not_found',
    ])
  })
})

describe('ETag', () => {
  it('is on single records and on answers of writes; If-None-Match answers 304', async () => {
    const made = await call('POST', '/sessions/create', newSession())
    const path = `/sessions/${made.body.id}`
    const { headers, body } = await call('GET', path)
    assert.equal(headers.etag, made.headers.etag)
    const same = await call('GET', path, undefined, { 'if-none-match': headers.etag })
    assert.deepEqual([same.status, same.text, same.headers.etag], [304, '', headers.etag])
    for (const tags of [`W/${headers.etag}`, `"x", ${headers.etag}`, '*'])
      assert.equal((await call('GET', path, undefined, { 'if-none-match': tags })).status, 304)
    assert.equal((await call('HEAD', path, undefined, { 'if-none-match': headers.etag })).status, 304)
    await call('PUT', path, { name: `${body.name}!` })
    assert.equal((await call('GET', path, undefined, { 'if-none-match': headers.etag })).status, 200)
  })

  it('412 when If-Match names an older version, on PUT, PATCH and DELETE of every resource', async () => {
    const made: [string, Json][] = [
      ['/events/', await make('events', { name: 'E' })],
      ['/tracks/', await make('tracks', { event_id: event.id, name: 'T' })],
      ['/locations/', await make('locations', { event_id: event.id, name: 'L' })],
      ['/sessions/', await make('sessions', newSession())],
      ['/sessions/field/', await make('sessions/fields', { name: 'F', type: 'textInput' })],
    ]
    for (const [prefix, { id }] of made) {
      const path = `${prefix}${id}`
      const { etag } = (await call('GET', path)).headers
      const matching = { 'if-match': etag }
      assert.equal((await call('PUT', path, { name: 'mine' }, matching)).status, 200)
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        const { status, body } = await call(method, path, { name: 'theirs' }, matching)
        assert.deepEqual([path, method, status, body.type], [path, method, 412, 'precondition_failed'])
      }
      assert.equal((await call('GET', path)).body.name, 'mine')
      assert.equal((await call('DELETE', path, undefined, { 'if-match': '*' })).status, 204)
    }
  })

  it('of two that change the same version at once, one wins', async () => {
    const { body, headers } = await call('POST', '/sessions/create', newSession())
    const replies = await Promise.all(
      ['a', 'b', 'c', 'd'].map(name =>
        call('PUT', `/sessions/${body.id}`, { name }, { 'if-match': headers.etag }),
      ),
    )
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 412, 412, 412])
  })
})

describe('a refused write', () => {
  it('keeps nothing when the Host header makes no link', async () => {
    const app = await testApp({ env: { PUBLIC_URL: '' } })
    const { id } = await app.make('events', { name: 'E' })
    const before = (await changesOf(app)).length
    for (const host of ['a b', 'x"y', 'exa<mple', '%%%']) {
      const body = { event_id: id, name: 'S', date: '2026-07-20' }
      const { status } = await app.call('POST', '/sessions/create', body, { host })
      assert.deepEqual([host, status], [host, 400])
    }
    assert.equal((await changesOf(app)).length, before)
  })
})
