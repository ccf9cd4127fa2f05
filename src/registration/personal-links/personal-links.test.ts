import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { faultsIn, testApp } from '../../../test/support/app.ts'
import { makeLetterLinks } from './letter-links.ts'

let ahead = 0
const clock = { now: () => new Date(Date.now() + ahead) }
const logged: string[] = []
const { call, raw, make, pool, token } = await testApp({ clock, log: { write: line => logged.push(line) } })

const event = await make('events', { name: 'Summit <1>', timezone: 'Europe/Brussels', status: 'live' })
const room = await make('locations', { event_id: event.id, name: 'Hall "A"' })
const talk = await make('sessions', {
  event_id: event.id,
  name: '<script>alert(1)</script>',
  date: '2030-06-01',
  start_time: '10:00',
  end_time: '11:00',
  location_id: room.id,
})
const full = await make('sessions', { event_id: event.id, name: 'Full', date: '2030-06-02', capacity: 0 })
const ada = await make('registrants', {
  event_id: event.id,
  email: 'Ada@Example.com',
  first_name: 'Ada',
  session_ids: [talk.id],
})
await call('POST', `/registrants/${ada.id}/waitlist/${full.id}`)
const open = (url: string) => raw({ method: 'GET', url: new URL(url).pathname })

describe('POST /registrants/token', () => {
  it('200 is a link for the person named by id, registrant_id, or event and address', async () => {
    const bodies = [
      { id: ada.id },
      { registrant_id: String(ada.id) },
      { event_id: event.id, email: 'ada@example.com' },
      { event_id: event.id, email: ' ', fields: { email: 'ada@example.com', first_name: 'Ada' } },
      { fields: { event_id: String(event.id), email: 'ada@example.com' } },
    ]
    const tokens = new Set<string>()
    for (const body of bodies) {
      const { status, body: made, headers } = await call('POST', '/registrants/token', body)
      assert.equal(status, 200)
      assert.match(made.token, /^[\w-]{43}$/)
      assert.equal(made.url, `http://lectern.test/my/${made.token}`)
      assert.deepEqual([made.event_id, made.id], [event.id, ada.id])
      assert.equal(headers['cache-control'], 'no-store')
      tokens.add(made.token)
    }
    assert.equal(tokens.size, bodies.length)
  })

  it('200 understands fields[email], as clients of the hosted API send it, beside which email wins', async () => {
    const ask = async (payload: string) => {
      const { status, body } = await raw({
        method: 'POST',
        url: '/api/v1/registrants/token.json',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
        payload,
      })
      return status === 200 ? (await open(body.url)).status : status
    }
    assert.equal(await ask(`event_id=${event.id}&fields[email]=ada@example.com`), 200)
    assert.equal(
      await ask(`event_id=${event.id}&email=ada@example.com&fields[email]=nobody@example.com`),
      200,
    )
    assert.equal(await ask(`event_id=${event.id}&email=nobody@example.com`), 404)
    assert.equal(await ask(`event_id=${event.id}&fields=email`), 422)
  })

  it('200 stores a hash only, also when an Idempotency-Key is sent', async () => {
    const { body } = await call(
      'POST',
      '/registrants/token',
      { id: ada.id },
      { 'idempotency-key': 'resume 1' },
    )
    for (const table of ['resume_tokens', 'idempotency_keys', 'changes']) {
      const [row] = await pool`
        select count(*)::int as rows from ${pool(table)} t where strpos(t::text, ${body.token}) > 0`
      assert.equal(row!.rows, 0)
    }
  })

  const prefill = (fields: object, event_id = event.id) =>
    call('POST', '/registrants/token', { event_id, fields })
  const registrantsOf = async (email: string) => {
    const search = encodeURIComponent(`email=${email}`)
    const query = `event_id=${event.id}&fields=*&search=${search}`
    return (await call('GET', `/registrants?${query}`)).body.items
  }

  it('200 begins a registration for somebody who is not registered, and fills it in when asked again', async () => {
    const type = await make('reg-types', { event_id: event.id, name: 'Visitor' })
    const first = await prefill({ email: 'new@example.com', first_name: 'Grace', reg_type_id: type.id })
    assert.equal(first.status, 200)
    assert.match((await open(first.body.url)).text, /Your registration is not finished[\s\S]*Grace/)
    const second = await prefill({ email: 'New@Example.com', last_name: 'Hopper' })
    assert.equal(second.body.id, first.body.id)
    const [person, ...others] = await registrantsOf('new@example.com')
    assert.deepEqual(others, [])
    assert.deepEqual(
      [person.id, person.registration_status, person.first_name, person.last_name, person.reg_type_id.id],
      [first.body.id, 'in_progress', 'Grace', 'Hopper', type.id],
    )
  })

  it('200 is one registration for those who ask at the same time', async () => {
    const replies = await Promise.all(
      Array.from({ length: 8 }, () => prefill({ email: 'many@example.com', first_name: 'M' })),
    )
    assert.deepEqual(new Set(replies.map(({ status }) => status)), new Set([200]))
    assert.equal(new Set(replies.map(({ body }) => body.id)).size, 1)
    assert.equal((await registrantsOf('many@example.com')).length, 1)
  })

  it('200 changes nothing of somebody who is registered, and keeps nothing of a rehearsal', async () => {
    const { body } = await prefill({ email: 'ada@example.com', first_name: 'Eve' })
    assert.equal(body.id, ada.id)
    assert.equal((await registrantsOf('ada@example.com'))[0].first_name, 'Ada')
    const rehearsal = { event_id: event.id, fields: { email: 'dry@example.com' } }
    assert.equal((await call('POST', '/registrants/token?validate_only=true', rehearsal)).status, 200)
    assert.deepEqual(await registrantsOf('dry@example.com'), [])
  })

  it('422 for what cannot be registered: no address, a type of another event, an event that is full', async () => {
    assert.deepEqual(faultsIn(await prefill({ email: 'no address' })), ['email: pattern'])
    const foreign = await make('events', { name: 'Other', timezone: 'UTC', capacity: 0 })
    const type = await make('reg-types', { event_id: foreign.id, name: 'Visitor' })
    assert.deepEqual(faultsIn(await prefill({ email: 'x@example.com', reg_type_id: type.id })), [
      'reg_type_id: not_found',
    ])
    assert.equal((await prefill({ email: 'x@example.com' }, foreign.id)).status, 422)
  })

  it('404 for nobody', async () => {
    assert.equal((await call('POST', '/registrants/token', { id: 999999 })).status, 404)
    const body = { event_id: event.id, email: 'nobody@example.com' }
    assert.equal((await call('POST', '/registrants/token', body)).status, 404)
  })

  it('422 names what is missing', async () => {
    assert.deepEqual(faultsIn(await call('POST', '/registrants/token', {})), ['id: required'])
    assert.deepEqual(faultsIn(await call('POST', '/registrants/token', { event_id: event.id })), [
      'email: required',
    ])
    assert.deepEqual(faultsIn(await call('POST', '/registrants/token', { email: 'a@example.com' })), [
      'event_id: required',
    ])
  })
})

describe('GET /my/{token}', () => {
  it('200 shows the agenda to whoever has the link, escaped, and tells nobody about it', async () => {
    const { body } = await call('POST', '/registrants/token', { id: ada.id })
    const { status, headers, text } = await open(body.url)
    assert.equal(status, 200)
    assert.equal(headers['cache-control'], 'no-store')
    assert.equal(headers['referrer-policy'], 'no-referrer')
    assert.match(headers['content-security-policy'], /^default-src 'none';/)
    assert.match(text, /<h1 dir="auto">Agenda of Ada<\/h1>/)
    assert.match(text, /<h3 id="n\d+" dir="auto">&lt;script&gt;alert\(1\)&lt;\/script&gt;<\/h3>/)
    assert.match(text, /Saturday, 1 June 2030, 10:00–11:00 \(CEST, Europe\/Brussels\)/)
    assert.match(text, /Hall &quot;A&quot;/)
    assert.match(
      text,
      /<h2>Where you are in line<\/h2>\n<ul>\n<li id="s\d+"><h3 id="n\d+" dir="auto">Full<\/h3>[\s\S]*Place 1 in line/,
    )
    assert.doesNotMatch(text, /<script/)
    assert.deepEqual(
      logged.filter(line => line.includes(body.token)),
      [],
    )
  })

  it('404 is a page that explains, for a token that is unknown or older than 24 hours', async () => {
    const { body } = await call('POST', '/registrants/token', { id: ada.id })
    ahead += 24 * 3_600_000 + 1000
    for (const url of [body.url, 'http://lectern.test/my/unknown']) {
      const { status, headers, text } = await open(url)
      assert.equal(status, 404)
      assert.equal(headers['content-type'], 'text/html; charset=utf-8')
      assert.match(text, /<h1 dir="auto">This link does not work any more<\/h1>/)
    }
    ahead = 0
  })
})

describe('earlier links', () => {
  const person = () => make('registrants', { event_id: event.id, email: 'one@example.com', session_ids: [] })
  const linkOf = async (id: number) => (await call('POST', '/registrants/token', { id })).body.url
  const statusOf = async (url: string) => (await open(url)).status

  it('end when the address becomes another, also one that becomes what it was again', async () => {
    const { id } = await person()
    const link = await linkOf(id)
    await call('PUT', `/registrants/update/${id}`, { email: 'ONE@example.com', first_name: 'One' })
    assert.equal(await statusOf(link), 200)
    await call('PUT', `/registrants/update/${id}`, { email: 'two@example.com' })
    assert.equal(await statusOf(link), 404)
    const next = await linkOf(id)
    assert.equal(await statusOf(next), 200)
    await call('PUT', `/registrants/update/${id}`, { email: 'one@example.com' })
    assert.deepEqual([await statusOf(link), await statusOf(next)], [404, 404])
  })

  it('do not work that were made for an address that has just become another', async () => {
    const { id } = await person()
    await call('PUT', `/registrants/update/${id}`, { email: 'two@example.com' })
    const late = await makeLetterLinks(pool, [{ registrant_id: id, email: 'one@example.com' }], clock.now())
    const right = await makeLetterLinks(pool, [{ registrant_id: id, email: 'Two@example.com' }], clock.now())
    const statuses = [late, right].map(made => statusOf(`http://lectern.test/my/${made.get(id)}`))
    assert.deepEqual(await Promise.all(statuses), [404, 200])
  })

  it('end when the organiser ends them', async () => {
    const [{ id }, other] = [await person(), await person()]
    const links = [await linkOf(id), await linkOf(id), await linkOf(other.id)]
    assert.equal((await call('DELETE', `/registrants/${id}/tokens?validate_only=true`)).status, 200)
    assert.equal(await statusOf(links[0]), 200)
    assert.equal((await call('DELETE', `/registrants/${id}/tokens`)).status, 204)
    assert.deepEqual(await Promise.all(links.map(statusOf)), [404, 404, 200])
    assert.equal((await call('DELETE', '/registrants/999999/tokens')).status, 404)
  })
})
