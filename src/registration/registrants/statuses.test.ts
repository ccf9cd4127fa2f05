import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { faultsIn, type Json, testApp } from '../../../test/support/app.ts'

// A token lives 30 minutes: the steps below take 29 together. Other tests share the database, and so the day.
let now = new Date()
const later = (minutes: number) => {
  now = new Date(now.getTime() + minutes * 60_000)
  return stamp()
}
const stamp = (minutes = 0) =>
  new Date(now.getTime() + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ')

const { make, call } = await testApp({ clock: { now: () => now } })
const eventWith = (more: Json = {}) => make('events', { name: 'Summit', ...more })
const newPerson = (event: Json, more: Json = {}) => ({
  event_id: event.id,
  email: 'p@example.com',
  session_ids: [],
  ...more,
})
const person = (event: Json, more: Json = {}) => make('registrants', newPerson(event, more))
const create = (event: Json, more: Json = {}, query = '') =>
  call('POST', `/registrants/create${query}`, newPerson(event, more))
const update = ({ id }: Json, body: Json, query = '') => call('PUT', `/registrants/${id}${query}`, body)
const read = async ({ id }: Json) => (await call('GET', `/registrants/${id}`)).body
const moments = ({ registered_at, cancelled_at, checked_in_at, hold_expires_at }: Json) => ({
  registered_at,
  cancelled_at,
  checked_in_at,
  hold_expires_at,
})
const none = { registered_at: null, cancelled_at: null, checked_in_at: null, hold_expires_at: null }
const event = await eventWith()

describe('registration_status', () => {
  it('brings its moments when somebody is registered with it', async () => {
    const at = stamp()
    const expected: Record<string, Json> = {
      confirmed: { registered_at: at },
      pending: { registered_at: at },
      attended: { registered_at: at, checked_in_at: at },
      no_show: { registered_at: at },
      in_progress: { hold_expires_at: stamp(15) },
      cancelled: { cancelled_at: at },
      denied: { cancelled_at: at },
      expired: { cancelled_at: at },
    }
    for (const [registration_status, some] of Object.entries(expected))
      assert.deepEqual(moments(await person(event, { registration_status })), { ...none, ...some })
  })

  it('keeps the first moment of registering and of cancelling, and a return clears the cancelling', async () => {
    const registered_at = stamp()
    const someone = await person(event)
    const to = async (registration_status: string) =>
      moments((await update(someone, { registration_status })).body)
    const cancelled_at = later(1)
    assert.deepEqual(await to('cancelled'), { ...none, registered_at, cancelled_at })
    later(1)
    assert.deepEqual(await to('cancelled'), { ...none, registered_at, cancelled_at })
    assert.deepEqual(await to('confirmed'), { ...none, registered_at })
  })

  it('cancelled gives everything back; a blank status brings nobody back', async () => {
    const session = await make('sessions', { event_id: event.id, name: 'S', date: '2099-01-01', capacity: 1 })
    const someone = await person(event, { session_ids: [session.id] })
    await update(someone, { registration_status: 'cancelled' })
    assert.equal((await call('GET', `/sessions/${session.id}`)).body.seats_left, 1)
    for (const registration_status of ['', null])
      await update(someone, { registration_status, first_name: 'P' })
    const { registration_status, session_ids } = await read(someone)
    assert.deepEqual([registration_status, session_ids], ['cancelled', []])
    const refused = await call('POST', `/registrants/${someone.id}/session/${session.id}`)
    assert.deepEqual(faultsIn(refused), ['session_ids: registrant_inactive'])
  })
})

describe('in_progress', () => {
  it('holds its seats for 15 minutes after the last change, and finishing makes them its own', async () => {
    const session = await make('sessions', { event_id: event.id, name: 'S', date: '2099-01-01', capacity: 2 })
    const seats = async () => {
      const { selected, held } = (await call('GET', `/sessions/${session.id}/seats`)).body
      return { selected, held }
    }
    const someone = await person(event, { registration_status: 'in_progress', session_ids: [session.id] })
    assert.deepEqual([someone.session_ids, await seats()], [[String(session.id)], { selected: 0, held: 1 }])
    later(5)
    assert.equal((await update(someone, { first_name: 'P' })).body.hold_expires_at, stamp(15))
    later(5)
    await call('POST', `/registrants/${someone.id}/session/${session.id}`)
    assert.equal((await read(someone)).hold_expires_at, stamp(15))
    const finished = (await update(someone, { registration_status: 'confirmed' })).body
    assert.deepEqual(moments(finished), { ...none, registered_at: stamp() })
    assert.deepEqual(await seats(), { selected: 1, held: 0 })
  })

  it('is expired when the time is over, and the seat is the next one’s', async () => {
    const session = await make('sessions', { event_id: event.id, name: 'S', date: '2099-01-01', capacity: 1 })
    const slow = await person(event, { registration_status: 'in_progress', session_ids: [session.id] })
    const cancelled_at = later(15)
    const next = await person(event, { session_ids: [] })
    assert.equal((await call('POST', `/registrants/${next.id}/session/${session.id}`)).status, 200)
    const { registration_status, session_ids, ...rest } = await read(slow)
    assert.deepEqual([registration_status, session_ids], ['expired', []])
    assert.deepEqual(moments(rest), { ...none, cancelled_at })
  })
})

describe('POST /registrants/checkin', () => {
  const checkIn = (body: Json, query = '') => call('POST', `/registrants/checkin${query}`, body)

  it('422 for a registrant who was cancelled, who stays so', async () => {
    const gone = await make('registrants', {
      event_id: event.id,
      email: 'gone@example.com',
      registration_status: 'cancelled',
    })
    const { status, body } = await checkIn({ id: gone.id })
    assert.deepEqual([status, body[0].type], [422, 'registrant_inactive'])
    assert.equal((await call('GET', `/registrants/${gone.id}`)).body.registration_status, 'cancelled')
  })

  it('200 answers the registrant; confirmed and no_show take a check-in back', async () => {
    const someone = await person(event)
    const at = later(1)
    const { status, body } = await checkIn({ id: someone.id, status: 'attended' })
    const { status: label, first_check_in, ...record } = body
    assert.deepEqual([status, label, first_check_in], [200, 'Attended', true])
    assert.deepEqual(
      { ...record, updated_at: '' },
      { ...someone, registration_status: 'attended', checked_in_at: at, updated_at: '' },
    )
    assert.deepEqual(await read(someone), record)
    later(1)
    assert.equal((await checkIn({ registrant_id: String(someone.id) })).body.checked_in_at, at)
    for (const [given, label] of [
      ['no_show', 'No Show'],
      ['confirmed', 'Confirmed'],
    ]) {
      const { body } = await checkIn({ id: someone.id, status: given })
      assert.deepEqual(
        [body.registration_status, body.checked_in_at, body.status, body.first_check_in],
        [given, null, label, false],
      )
    }
    assert.equal((await checkIn({ id: someone.id })).body.first_check_in, true)
  })

  it('422 without somebody, or with another status; 404 for nobody', async () => {
    assert.deepEqual(faultsIn(await checkIn({ status: 'asleep' })), ['id: required', 'status: choice'])
    assert.equal((await checkIn({ id: 999_999_999 })).status, 404)
  })

  it('200 with validate_only=true checks nobody in', async () => {
    const someone = await person(event)
    assert.equal(
      (await checkIn({ id: someone.id }, '?validate_only=true')).body.registration_status,
      'attended',
    )
    assert.deepEqual(await read(someone), someone)
  })
})

describe('capacity of an event', () => {
  it('422 sold_out when it is full; who cancels makes room, and override_capacity_errors too', async () => {
    const small = await eventWith({ capacity: 1 })
    const first = await person(small)
    const refused = await create(small)
    assert.deepEqual(
      [refused.status, refused.body],
      [422, [{ field: 'event_id', type: 'sold_out', message: 'The event is sold out.' }]],
    )
    assert.equal((await create(small, { registration_status: 'cancelled' })).status, 201)
    assert.equal((await create(small, {}, '?override_capacity_errors=true')).status, 201)
    const count = async () => (await call('GET', `/events/${small.id}`)).body.registrants_count
    assert.equal(await count(), 2)
    await update(first, { registration_status: 'cancelled' })
    assert.deepEqual(faultsIn(await update(first, { registration_status: 'confirmed' })), [
      'event_id: sold_out',
    ])
    assert.equal(await count(), 1)
  })
})

describe('capacity of a registrant type', () => {
  it('422 reg_type when it is full, for who registers and for who changes to it, whatever an override lifts', async () => {
    const type = await make('reg-types', {
      event_id: event.id,
      name: 'Student',
      capacity: 1,
      sold_out_message: 'No more students.',
    })
    const full = [{ field: 'reg_type_id', type: 'reg_type', message: 'No more students.' }]
    const student = await person(event, { reg_type_id: type.id })
    const other = await person(event)
    const late = await create(event, { reg_type_id: type.id })
    assert.deepEqual([late.status, late.body], [422, full])
    const changing = await update(other, { reg_type_id: type.id, first_name: 'X' })
    assert.deepEqual([changing.status, changing.body], [422, full])
    assert.deepEqual(await read(other), other)
    assert.equal((await update(student, { reg_type_id: type.id, first_name: 'S' })).status, 200)
    const returning = await person(event, { reg_type_id: type.id, registration_status: 'cancelled' })
    assert.deepEqual((await update(returning, { registration_status: 'confirmed' })).body, full)
    const counts = async () => (await call('GET', `/reg-types/${type.id}`)).body.registrants_count
    assert.equal(await counts(), 1)
    const overriding = await update(other, { reg_type_id: type.id }, '?override_capacity_errors=true')
    assert.deepEqual([overriding.status, overriding.body], [422, full])
    assert.equal(await counts(), 1)
  })
})

describe('size of a group', () => {
  it('422 group_limit also for who takes on the type later, and for who comes to members of such a type', async () => {
    const event = await make('events', { name: 'Groups' })
    const pair = await make('reg-types', { event_id: event.id, name: 'Pair', max_group_size: 2 })
    const group = await make('registrant-groups', { event_id: event.id, name: 'G' })
    const join = (email: string, more: object = {}) =>
      call('POST', '/registrants', { event_id: event.id, email, group_id: group.id, ...more })
    const untyped = await join('a@example.com')
    assert.equal((await join('b@example.com')).status, 201)
    assert.equal((await join('c@example.com')).status, 201)
    const taking = await call('PUT', `/registrants/${untyped.body.id}`, { reg_type_id: pair.id })
    assert.deepEqual([taking.status, taking.body[0].type], [422, 'group_limit'])
    const small = await make('registrant-groups', { event_id: event.id, name: 'H' })
    for (const email of ['d@example.com', 'e@example.com'])
      assert.equal((await join(email, { group_id: small.id, reg_type_id: pair.id })).status, 201)
    const third = await join('f@example.com', { group_id: small.id })
    assert.deepEqual([third.status, third.body[0].type], [422, 'group_limit'])
  })

  it('200 who gives up the type that limits a group is not limited by it any more', async () => {
    const event = await make('events', { name: 'Groups' })
    const team = await make('reg-types', { event_id: event.id, name: 'Team', max_group_size: 2 })
    const group = await make('registrant-groups', { event_id: event.id, name: 'G' })
    const one = await person(event, { group_id: group.id, reg_type_id: team.id })
    await person(event, { group_id: group.id })
    const lowered = `/reg-types/${team.id}?override_capacity_errors=true`
    assert.equal((await call('PUT', lowered, { max_group_size: 1 })).status, 200)
    assert.equal((await update(one, { reg_type_id: '' })).status, 200)
    assert.equal((await create(event, { group_id: group.id })).status, 201)
  })

  it('422 group_limit when the group is as large as its type allows', async () => {
    const type = await make('reg-types', { event_id: event.id, name: 'Team', max_group_size: 2 })
    const [full, other] = [
      await make('registrant-groups', { event_id: event.id, name: 'A' }),
      await make('registrant-groups', { event_id: event.id, name: 'B' }),
    ]
    const member = (group_id: number) => ({ reg_type_id: type.id, group_id })
    const one = await person(event, member(full.id))
    await person(event, member(full.id))
    const refusal = [
      { field: 'group_id', type: 'group_limit', message: 'This group has at most 2 registrants.' },
    ]
    assert.deepEqual((await create(event, member(full.id))).body, refusal)
    const joining = await person(event, member(other.id))
    assert.deepEqual((await update(joining, { group_id: full.id })).body, refusal)
    assert.equal((await update(one, { first_name: 'P', ...member(full.id) })).status, 200)
    assert.deepEqual((await update(joining, { reg_type_id: '', group_id: full.id })).body, refusal)
  })
})
