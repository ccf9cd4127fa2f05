import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'

const { make, call } = await testApp()

let people = 0
const eventWith = (settings: object = {}) => make('events', { name: 'Summit', timezone: 'UTC', ...settings })
const sessionIn = (event: { id: number }, settings: object = {}) =>
  make('sessions', {
    event_id: event.id,
    name: 'Talk',
    date: '2030-01-01',
    start_time: '10:00',
    end_time: '11:00',
    ...settings,
  })
const person = (event: { id: number }, settings: object = {}) =>
  make('registrants', {
    event_id: event.id,
    email: `p${++people}@example.com`,
    first_name: 'P',
    session_ids: [],
    ...settings,
  })
const read = async (id: number) => (await call('GET', `/registrants/${id}`)).body
const seats = async (id: number) => (await call('GET', `/sessions/${id}/seats`)).body

describe('POST /registrants/{id}/session/{session_id}', () => {
  it('200 gives the last seat to one, and 422 tells the next one why, in the words of the session', async () => {
    const event = await eventWith()
    const session = await sessionIn(event, { capacity: 1, sold_out_message: 'This session is fully booked.' })
    const [first, second] = [await person(event), await person(event)]
    const granted = await call('POST', `/registrants/${first.id}/session/${session.id}`)
    assert.deepEqual([granted.status, granted.body], [200, { success: true }])
    const refused = await call('POST', `/registrants/${second.id}/session/${session.id}`)
    assert.equal(refused.status, 422)
    assert.deepEqual(refused.body, [
      {
        field: 'session_ids',
        session_id: session.id,
        type: 'sold_out',
        message: 'This session is fully booked.',
        waitlist: true,
      },
    ])
    assert.equal((await call('POST', `/registrants/${first.id}/session/${session.id}`)).status, 200)
    const { selected, seats_left } = await seats(session.id)
    assert.deepEqual([selected, seats_left], [1, 0])
  })

  it('422 names the sessions that it conflicts with, when one of the two prevents conflicts', async () => {
    const event = await eventWith()
    const a = await sessionIn(event, { prevent_session_conflicts: 1 })
    const b = await sessionIn(event, { start_time: '10:30', end_time: '11:30' })
    const someone = await person(event, { session_ids: [a.id] })
    const { status, body } = await call('POST', `/registrants/${someone.id}/session/${b.id}`)
    assert.equal(status, 422)
    assert.deepEqual([body[0].type, body[0].conflicts_with], ['conflict', [a.id]])
  })
})

describe('the line', () => {
  it('gives a seat that comes back to the first who can take it, in the same transaction', async () => {
    const event = await eventWith()
    const session = await sessionIn(event, { capacity: 1 })
    const [holder, first, second] = [
      await person(event, { session_ids: [session.id] }),
      await person(event),
      await person(event),
    ]
    await call('POST', `/registrants/${first.id}/waitlist/${session.id}`)
    await call('POST', `/registrants/${second.id}/waitlist/${session.id}`)
    assert.deepEqual(
      (await seats(session.id)).line.map((entry: { registrant_id: number }) => entry.registrant_id),
      [first.id, second.id],
    )
    await call('DELETE', `/registrants/${holder.id}/session/${session.id}`)
    assert.deepEqual((await read(first.id)).session_ids, [String(session.id)])
    assert.deepEqual((await read(second.id)).waitlisted_session_ids, [String(session.id)])
  })

  it('moves five when the capacity grows by five', async () => {
    const event = await eventWith()
    const session = await sessionIn(event, { capacity: 0 })
    for (let n = 0; n < 7; n++)
      await call('POST', `/registrants/${(await person(event)).id}/waitlist/${session.id}`)
    assert.equal((await call('PUT', `/sessions/update/${session.id}`, { capacity: 5 })).status, 200)
    const { selected, waitlisted, line } = await seats(session.id)
    assert.deepEqual([selected, waitlisted, line.length], [5, 2, 2])
  })
})

describe('included sessions', () => {
  it('hold every active registrant, also those who came before', async () => {
    const event = await eventWith()
    const before = await person(event)
    const session = await sessionIn(event, { selection_control: 'included' })
    const after = await person(event)
    assert.deepEqual((await read(before.id)).session_ids, [String(session.id)])
    assert.deepEqual(after.session_ids, [String(session.id)])
  })

  it('name those who did not fit when a session is switched', async () => {
    const event = await eventWith()
    const session = await sessionIn(event, { capacity: 1 })
    const people = [await person(event), await person(event)]
    const { body } = await call('PUT', `/sessions/update/${session.id}`, { selection_control: 'included' })
    assert.equal(body.seats_taken, 1)
    assert.deepEqual(
      body.not_included.map((entry: any) => [entry.registrant_id, entry.type]),
      [[people[1].id, 'sold_out']],
    )
  })
})

describe('PUT /registrants/update/{id}', () => {
  it('gives everything back when cancelled, and refuses a lower capacity than seats taken', async () => {
    const event = await eventWith()
    const session = await sessionIn(event, { capacity: 2 })
    const [a, b] = [
      await person(event, { session_ids: [session.id] }),
      await person(event, { session_ids: [session.id] }),
    ]
    const refused = await call('PUT', `/sessions/update/${session.id}`, { capacity: 1 })
    assert.deepEqual([refused.status, refused.body[0].seats_taken], [422, 2])
    assert.equal(
      (await call('PUT', `/sessions/update/${session.id}?override_capacity_errors=true`, { capacity: 1 }))
        .status,
      200,
    )
    await call('PUT', `/registrants/update/${a.id}`, { registration_status: 'cancelled' })
    assert.equal((await seats(session.id)).selected, 1)
    const swapped = await call('PUT', `/registrants/update/${b.id}`, { session_ids: [] })
    assert.deepEqual(swapped.body.session_ids, [])
  })
})
