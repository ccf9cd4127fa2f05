import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { make, call } = app
const stranger = await testApp()
const event = await make('events', { name: 'Summit' })
const regType = await make('reg-types', { event_id: event.id, name: 'Student' })
const group = await make('registrant-groups', { event_id: event.id, name: 'Society' })
const session = (more: Json = {}) =>
  make('sessions', { event_id: event.id, name: 'Talk', date: '2030-01-01', ...more })
const [a, b, c] = [await session(), await session(), await session()]
const newPerson = (more: Json = {}) => ({ event_id: event.id, email: 'ada@example.com', ...more })
const create = (more: Json = {}) => call('POST', '/registrants/create', newPerson(more))
const person = (more: Json = {}) => make('registrants', newPerson({ session_ids: [], ...more }))
const update = ({ id }: Json, body: Json, query = '') =>
  call('PUT', `/registrants/update/${id}${query}`, body)
const read = async ({ id }: Json, query = '') => (await call('GET', `/registrants/${id}${query}`)).body
const form = (method: string, path: string, payload: string) =>
  app.raw({
    method: method as 'POST',
    url: `/api/v1${path}`,
    headers: { authorization: `Bearer ${app.token}`, 'content-type': 'application/x-www-form-urlencoded' },
    payload,
  })

const profile = {
  prefix: 'Dr',
  first_name: 'Ada',
  middle_name: 'King',
  last_name: 'Lovelace 👩🏽‍💻',
  suffix: 'PhD',
  company: 'Analytical Ltd',
  job_title: 'Programmer',
  work_phone: '+44 1',
  mobile_phone: '+44 2',
  bio: '<p>First</p>',
  twitter_handle: '@ada',
  gender: 'f',
  birth_date: '1915-12-10',
  cc_email: 'cc@example.com',
  vat_number: 'GB1',
  notes: 'a note',
  reference: 'ref',
  language: 'en',
  timezone: 'Europe/London',
  ip_address: '192.0.2.7',
  ext_token: 'tok',
}
const money = {
  individual_net: '0.00',
  individual_tax: '0.00',
  individual_tax_2: '0.00',
  individual_gross: '0.00',
  group_net: '0.00',
  group_tax: '0.00',
  group_tax_2: '0.00',
  group_gross: '0.00',
  group_paid: '0.00',
  group_balance_due: '0.00',
  gross: '0.00',
  net: '0.00',
  total_paid: '0.00',
  balance_due: '0.00',
}
const undefinedHere = { profile_picture: null, expired_session_ids: [] }

describe('POST /registrants/create', () => {
  it('201 with every field, read as it was given', async () => {
    const { status, body, headers } = await create({
      ...profile,
      reg_type_id: regType.id,
      group_id: group.id,
      payment_status: 'paid',
      registration_status: 'pending',
      secure_id: 'own-secure-id',
      external_id: 'full',
      session_ids: [b.id, String(a.id)],
    })
    assert.equal(status, 201)
    assert.equal(headers.location, `/api/v1/registrants/${body.id}`)
    const { id, created_at, updated_at, registered_at, created_by, updated_by, contact_id, ...rest } = body
    assert.ok(contact_id > 0)
    assert.equal(updated_by, created_by)
    assert.deepEqual([updated_at, registered_at], [created_at, created_at])
    assert.deepEqual(rest, {
      event_id: event.id,
      email: 'ada@example.com',
      ...profile,
      group_id: group.id,
      reg_type_id: { id: regType.id, value: 'Student' },
      external_id: 'full',
      registration_status: 'pending',
      payment_status: 'paid',
      secure_id: 'own-secure-id',
      session_ids: [String(a.id), String(b.id)],
      waitlisted_session_ids: [],
      ...money,
      ...undefinedHere,
      missing_answers: [],
      cancelled_at: null,
      checked_in_at: null,
      hold_expires_at: null,
    })
    assert.deepEqual(await read({ id }), body)
  })

  it('201 needs an event and an e-mail address only', async () => {
    const body = await make('registrants', newPerson())
    assert.match(body.secure_id, /^[\w-]{22,}$/)
    const {
      id,
      created_at,
      updated_at,
      registered_at,
      secure_id,
      created_by,
      updated_by,
      contact_id,
      ...rest
    } = body
    assert.ok(contact_id > 0)
    assert.equal(updated_by, created_by)
    assert.deepEqual(rest, {
      ...newPerson(),
      ...Object.fromEntries(Object.keys(profile).map(field => [field, null])),
      group_id: null,
      reg_type_id: { id: '', value: null },
      external_id: null,
      registration_status: 'confirmed',
      payment_status: 'not_required',
      session_ids: [],
      waitlisted_session_ids: [],
      ...money,
      ...undefinedHere,
      missing_answers: [],
      cancelled_at: null,
      checked_in_at: null,
      hold_expires_at: null,
    })
  })

  it('201 takes blanks that were pasted around an address as no part of it', async () => {
    const { body } = await create({ email: '  a@b.c\t', cc_email: ' x@y.z', language: ' pt-BR ' })
    assert.deepEqual([body.email, body.cc_email, body.language], ['a@b.c', 'x@y.z', 'pt-BR'])
  })

  it('422 says in sentences for people what is wrong with the form of a text', async () => {
    const { status, body } = await create({
      email: '<a@b.c>',
      cc_email: 'nope',
      language: 'English!',
      secure_id: 'a b',
      'work_address_id.country_code': '32',
    })
    assert.equal(status, 422)
    assert.deepEqual(
      body.map(({ message }: Json) => message),
      [
        'Email must be an e-mail address, such as ada@example.com.',
        'Cc Email must be an e-mail address, such as ada@example.com.',
        'Language must be a language, such as en or pt-BR.',
        'Secure ID must be letters from A to Z, digits, dots, hyphens, underscores and tildes.',
        'Country Code must be the two letters of a country, such as BE.',
      ],
    )
    for (const email of ['a', 'a@', '@b', 'a@b@c', 'a b@c', 'Ada <a@b.c>', 'a@b.c, d@e.f', 'a@b;c@d'])
      assert.deepEqual([email, faultsIn(await create({ email }))], [email, ['email: pattern']])
  })

  it('422 lists everything that is wrong, and keeps nothing', async () => {
    const before = (await changesOf(app)).length
    assert.deepEqual(faultsIn(await call('POST', '/registrants', {})), [
      'event_id: required',
      'email: required',
    ])
    const refused = await create({
      email: 'nobody',
      birth_date: '1815-02-30',
      timezone: 'Mars/Base',
      registration_status: 'asleep',
      cc_email: 'x y@z',
      reg_type_id: 999_999_999,
      group_id: 999_999_999,
      'home_address_id.country_code': 'England',
      session_ids: 'one',
    })
    assert.deepEqual(faultsIn(refused), [
      'email: pattern',
      'birth_date: date',
      'cc_email: pattern',
      'timezone: timezone',
      'registration_status: choice',
      'home_address_id.country_code: pattern',
      'session_ids: integer',
      'reg_type_id: not_found',
      'group_id: not_found',
    ])
    assert.equal((await changesOf(app)).length, before)
  })

  it('422 for a secure id or an external id that is taken', async () => {
    await person({ secure_id: 'taken', external_id: 'taken' })
    assert.deepEqual(faultsIn(await create({ secure_id: 'taken' })), ['secure_id: unique'])
    assert.deepEqual(faultsIn(await create({ external_id: 'taken' })), ['external_id: unique'])
  })

  it('422 for sessions of another event, unknown ones and a type of another event: nobody is registered', async () => {
    const other = await make('events', { name: 'Other' })
    const elsewhere = await make('sessions', { event_id: other.id, name: 'S', date: '2030-01-01' })
    const type = await make('reg-types', { event_id: other.id, name: 'T' })
    const count = async () => (await call('GET', `/events/${event.id}`)).body.registrants_count
    const before = await count()
    const refused = await create({ session_ids: [a.id, elsewhere.id, 999_999_999] })
    assert.deepEqual(
      refused.body.map(({ field, type, session_id }: Json) => [field, type, session_id]),
      [
        ['session_ids', 'wrong_event', elsewhere.id],
        ['session_ids', 'not_found', 999_999_999],
      ],
    )
    assert.deepEqual(faultsIn(await create({ reg_type_id: type.id })), ['reg_type_id: not_found'])
    assert.equal(await count(), before)
  })

  it('a choice arrives as an id, {id}, or an array of either', async () => {
    for (const reg_type_id of [
      regType.id,
      String(regType.id),
      { id: regType.id },
      [regType.id],
      [{ id: regType.id }],
    ])
      assert.deepEqual((await person({ reg_type_id })).reg_type_id, { id: regType.id, value: 'Student' })
  })

  it('sessions arrive as an array, as text joined by commas, in brackets, as one id', async () => {
    const expected = [String(a.id), String(c.id)]
    for (const session_ids of [
      [a.id, c.id],
      expected,
      `${a.id}, ${c.id}`,
      [{ id: a.id }, { id: c.id }],
      [c.id, a.id, a.id],
      [`${c.id},${a.id}`, '', null],
    ])
      assert.deepEqual((await person({ session_ids })).session_ids, expected)
    assert.deepEqual((await person({ session_ids: a.id })).session_ids, [String(a.id)])
    const send = async (sessions: string) =>
      (await form('POST', '/registrants', `event_id=${event.id}&email=ada%40example.com&${sessions}`)).body
        .session_ids
    assert.deepEqual(await send(`session_ids[]=${a.id}&session_ids[]=${c.id}`), expected)
    assert.deepEqual(await send(`session_ids[0]=${a.id}&session_ids[7]=${c.id}`), expected)
    assert.deepEqual(await send(`session_ids=${a.id},${c.id}`), expected)
    assert.deepEqual(await send(`session_ids[]=${a.id},${c.id}`), expected)
  })

  it('no session_ids take the default sessions; an empty list takes none', async () => {
    const own = await make('events', { name: 'Defaults' })
    const preset = await make('sessions', {
      event_id: own.id,
      name: 'Keynote',
      date: '2030-01-01',
      selected_by_default: 1,
    })
    const join = async (more: Json) =>
      (await make('registrants', { event_id: own.id, email: 'p@example.com', ...more })).session_ids
    for (const session_ids of [undefined, null, ''])
      assert.deepEqual(await join({ session_ids }), [String(preset.id)])
    assert.deepEqual(await join({ session_ids: [] }), [])
    const { body } = await form(
      'POST',
      '/registrants',
      `event_id=${own.id}&email=p%40example.com&session_ids[]=`,
    )
    assert.deepEqual(body.session_ids, [])
  })

  it('validate_only=true answers what would be, and keeps nothing', async () => {
    const seats = async () => (await call('GET', `/sessions/${c.id}/seats`)).body.selected
    const [before, changes] = [await seats(), (await changesOf(app)).length]
    const { status, body } = await call(
      'POST',
      '/registrants/create?validate_only=true',
      newPerson({ session_ids: [c.id] }),
    )
    assert.deepEqual([status, body.session_ids], [200, [String(c.id)]])
    assert.equal((await call('GET', `/registrants/${body.id}`)).status, 404)
    assert.deepEqual([await seats(), (await changesOf(app)).length], [before, changes])
  })

  it('an Idempotency-Key registers one person, and answers the same again', async () => {
    const send = (key: string, body: Json) => call('POST', '/registrants', body, { 'idempotency-key': key })
    const body = newPerson({ session_ids: [c.id], external_id: 'once' })
    const [first, second] = [await send('k', body), await send('k', body)]
    assert.deepEqual([first.status, second.status, second.body], [201, 201, first.body])
    assert.equal(second.headers['idempotency-replayed'], 'true')
    assert.equal((await send('k', newPerson())).status, 422)
    const refused = await send('r', newPerson({ session_ids: [999_999_999] }))
    assert.deepEqual((await send('r', newPerson({ session_ids: [999_999_999] }))).body, refused.body)
  })
})

describe('PUT /registrants/update/{id}', () => {
  it('200 changes the given fields only; an empty one becomes null', async () => {
    const before = await person({
      ...profile,
      reg_type_id: regType.id,
      group_id: group.id,
      session_ids: [a.id],
    })
    const { status, body } = await update(before, {
      job_title: 'Countess',
      company: '',
      group_id: null,
      event_id: 1,
    })
    assert.equal(status, 200)
    assert.deepEqual(
      { ...body, updated_at: '' },
      { ...before, job_title: 'Countess', company: null, group_id: null, updated_at: '' },
    )
    assert.deepEqual(faultsIn(await update(before, { email: '' })), ['email: required'])
  })

  it('200 when the whole record that was read is sent back', async () => {
    const before = await person({ session_ids: [a.id], first_name: 'Ada' })
    const { status, body } = await update(before, before)
    assert.deepEqual([status, { ...body, updated_at: '' }], [200, { ...before, updated_at: '' }])
  })

  it('200 replaces the sessions that are named, and keeps them when none are', async () => {
    const before = await person({ session_ids: [a.id, b.id] })
    const sessions = async (body: Json) => (await update(before, body)).body.session_ids
    assert.deepEqual(await sessions({ session_ids: [b.id, c.id] }), [String(b.id), String(c.id)])
    for (const session_ids of [undefined, null, '', ' '])
      assert.deepEqual(await sessions({ session_ids }), [String(b.id), String(c.id)])
    assert.deepEqual(await sessions({ session_ids: [] }), [])
  })

  it('412 when someone else was first', async () => {
    const { id } = await person()
    const { etag } = (await call('GET', `/registrants/${id}`)).headers
    const send = (name: string) =>
      call('PUT', `/registrants/${id}`, { first_name: name }, { 'if-match': etag })
    assert.deepEqual([(await send('A')).status, (await send('B')).status], [200, 412])
    assert.equal((await read({ id })).first_name, 'A')
  })

  it('200 with validate_only=true changes nothing', async () => {
    const before = await person({ session_ids: [a.id] })
    const { body } = await update(before, { first_name: 'X', session_ids: [b.id] }, '?validate_only=1')
    assert.deepEqual([body.first_name, body.session_ids], ['X', [String(b.id)]])
    assert.deepEqual(await read(before), before)
  })
})

describe('PUT /registrants/external/{external_id}', () => {
  it('201 creates, 200 updates the same one, per event', async () => {
    const other = await make('events', { name: 'Other' })
    const put = (body: Json) => call('PUT', '/registrants/external/crm%2F7', body)
    const created = await put(newPerson({ session_ids: [a.id] }))
    const updated = await put({ event_id: String(event.id), first_name: 'Ada', session_ids: [b.id] })
    assert.deepEqual([created.status, updated.status], [201, 200])
    assert.deepEqual(
      [updated.body.id, updated.body.external_id, updated.body.first_name, updated.body.session_ids],
      [created.body.id, 'crm/7', 'Ada', [String(b.id)]],
    )
    assert.equal((await put({ event_id: other.id, email: 'ada@example.com' })).status, 201)
  })
})

describe('addresses', () => {
  const empty = {
    line_1: null,
    line_2: null,
    line_3: null,
    city: null,
    state: null,
    zip: null,
    country_code: null,
  }
  const addressOf = async (registrant: Json, kind = 'work') =>
    (await read(registrant, `?expand=${kind}Address`))[`${kind}Address`]

  it('are written with dots, in brackets, or nested, and read by expand', async () => {
    const expected = { ...empty, line_1: '1 Main St', city: 'London' }
    const dotted = await person({ 'work_address_id.line_1': '1 Main St', 'work_address_id.city': 'London' })
    const nested = await person({ work_address_id: { line_1: '1 Main St', city: 'London' } })
    const head = `event_id=${event.id}&email=ada%40example.com`
    const bracketed = await form(
      'POST',
      '/registrants',
      `${head}&work_address_id[line_1]=1%20Main%20St&work_address_id[city]=London`,
    )
    const flat = await form(
      'POST',
      '/registrants',
      `${head}&work_address_id.line_1=1%20Main%20St&work_address_id.city=London`,
    )
    for (const registrant of [dotted, nested, bracketed.body, flat.body])
      assert.deepEqual(await addressOf(registrant), expected)
    assert.equal(await addressOf(dotted, 'home'), null)
    assert.ok(!('workAddress' in dotted))
  })

  it('of each kind are their own', async () => {
    const registrant = await person(
      Object.fromEntries(['home', 'work', 'billing'].map(kind => [`${kind}_address_id.city`, kind])),
    )
    const { homeAddress, workAddress, billingAddress } = await read(
      registrant,
      '?expand=homeAddress,workAddress,billingAddress',
    )
    assert.deepEqual([homeAddress.city, workAddress.city, billingAddress.city], ['home', 'work', 'billing'])
  })

  it('keep the lines that an update does not give, and lose those that it empties', async () => {
    const registrant = await person({ work_address_id: { line_1: '1 Main St', city: 'London', zip: 'N1' } })
    await update(registrant, { 'work_address_id.line_2': 'Flat 2', 'work_address_id.zip': '' })
    assert.deepEqual(await addressOf(registrant), {
      ...empty,
      line_1: '1 Main St',
      line_2: 'Flat 2',
      city: 'London',
    })
  })

  it('are emptied by nothing in their place, and filled by lines beside it', async () => {
    for (const nothing of [null, '', ' ']) {
      const registrant = await person({
        work_address_id: { line_1: '1 Main St' },
        'home_address_id.zip': 'N1',
      })
      assert.equal((await update(registrant, { work_address_id: nothing })).status, 200)
      assert.equal(await addressOf(registrant), null)
      assert.deepEqual(await addressOf(registrant, 'home'), { ...empty, zip: 'N1' })
      await update(registrant, { 'home_address_id.city': 'Paris', home_address_id: nothing })
      assert.deepEqual(await addressOf(registrant, 'home'), { ...empty, city: 'Paris' })
    }
    assert.equal(await addressOf(await person({ work_address_id: null })), null)
  })

  it('422 for what is no address, and nothing changes', async () => {
    const registrant = await person({ 'work_address_id.city': 'London' })
    for (const nonsense of [5, 'x', true, [], [{ city: 'Paris' }]]) {
      const body = { work_address_id: nonsense, 'home_address_id.country_code': 'x' }
      assert.deepEqual(faultsIn(await update(registrant, body)), [
        'home_address_id.country_code: pattern',
        'work_address_id: address',
      ])
    }
    assert.deepEqual(await addressOf(registrant), { ...empty, city: 'London' })
  })
})

describe('expand', () => {
  it('shows sessions with their state, letters and line items', async () => {
    const full = await session({ capacity: 0 })
    const registrant = await person({ session_ids: [a.id] })
    await call('POST', `/registrants/${registrant.id}/waitlist/${full.id}`)
    const { sessions, emailHistory, lineItems, ...rest } = await read(
      registrant,
      '?fields=id,waitlisted_session_ids&expand=sessions,emailHistory,lineItems',
    )
    assert.deepEqual(rest, { id: registrant.id, waitlisted_session_ids: [String(full.id)] })
    assert.deepEqual(
      sessions.map(({ id, name, state }: Json) => [id, name, state]),
      [
        [a.id, 'Talk', 'selected'],
        [full.id, 'Talk', 'waitlisted'],
      ],
    )
    assert.deepEqual([emailHistory, lineItems], [[], []])
  })
})

describe('DELETE /registrants/delete/{id}', () => {
  it('204 gives the seat to the next in line, and the change log has every step', async () => {
    const small = await session({ capacity: 1 })
    const holder = await person({ session_ids: [small.id] })
    const next = await person()
    await call('POST', `/registrants/${next.id}/waitlist/${small.id}`)
    const seen = (await changesOf(app)).length
    assert.equal((await call('DELETE', `/registrants/delete/${holder.id}`)).status, 204)
    assert.equal((await call('GET', `/registrants/${holder.id}`)).status, 404)
    assert.deepEqual((await read(next)).session_ids, [String(small.id)])
    assert.deepEqual(
      (await changesOf(app))
        .slice(seen)
        .map(({ object, action, before, after }) => [object, action, (after ?? before).state ?? null])
        .sort(),
      [
        ['registrant', 'delete', null],
        ['selection', 'delete', 'selected'],
        ['selection', 'update', 'selected'],
      ],
    )
  })

  it('204 for one who has cancelled, and for one to whom a letter was written', async () => {
    const cancelled = await person({ registration_status: 'cancelled' })
    assert.equal((await call('DELETE', `/registrants/${cancelled.id}`)).status, 204)
    const { body } = await call('POST', '/registrants?send_email=true', newPerson())
    assert.equal((await call('DELETE', `/registrants/${body.id}`)).status, 204)
    assert.equal((await call('DELETE', `/registrants/${body.id}`)).status, 404)
  })
})

describe('another account', () => {
  it('404 for every call, and 422 for an event that is not its own, without a word of its questions', async () => {
    const { id } = await person()
    for (const [method, path] of [
      ['GET', `/registrants/${id}`],
      ['PUT', `/registrants/update/${id}`],
      ['PATCH', `/registrants/${id}`],
      ['DELETE', `/registrants/${id}`],
      ['POST', `/registrants/${id}/session/${a.id}`],
      ['DELETE', `/registrants/${id}/session/${a.id}`],
      ['POST', `/registrants/${id}/waitlist/${a.id}`],
      ['PUT', `/registrants/${id}/agenda`],
      ['GET', `/registrants?event_id=${event.id}`],
    ] as const)
      assert.equal((await stranger.call(method, path, method === 'GET' ? undefined : {})).status, 404)
    assert.equal(
      (await stranger.call('POST', '/registrants/checkin', { id, status: 'attended' })).status,
      404,
    )
    const secret = await make('event-questions', { event_id: event.id, name: 'Secret?', type: 'number' })
    const refused = await stranger.call('POST', '/registrants', newPerson({ [secret.attribute]: 'x' }))
    assert.deepEqual(faultsIn(refused), ['event_id: not_found'])
    for (const name of [secret.attribute, 'c_999999999', 'nothing'])
      for (const asked of [`search=${name}=7`, `sort=${name}`, `strict=1&fields=${name}`])
        assert.equal((await stranger.call('GET', `/registrants?event_id=${event.id}&${asked}`)).status, 404)
    await call('DELETE', `/event-questions/${secret.id}`)
  })
})
