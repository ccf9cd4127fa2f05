import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { call, make, pool } = app
const stranger = await testApp()
const notices = (event: Json, query = '') => listed(`schedule-notices?event_id=${event.id}&fields=*&${query}`)
const listed = async (path: string) => (await call('GET', `/${path}`)).body.items as Json[]

/** An event with three sessions in a row, and people in them. */
async function newProgramme(settings: Json = {}) {
  const event = await make('events', {
    name: 'Summit',
    timezone: 'Europe/Brussels',
    status: 'live',
    ...settings,
  })
  const session = (name: string, start_time: string, end_time: string, more: Json = {}) =>
    make('sessions', { event_id: event.id, name, date: '2030-05-04', start_time, end_time, ...more })
  let people = 0
  const person = (...sessions: Json[]) =>
    make('registrants', {
      event_id: event.id,
      email: `person${++people}@example.com`,
      session_ids: sessions.map(({ id }) => id),
    })
  const move = (sessions: Json[], query = '', more: Json = {}) =>
    call('PUT', `/events/${event.id}/schedule?${query}`, { sessions, ...more })
  const undo = (change: number, query = '') =>
    call('POST', `/events/${event.id}/schedule/undo/${change}?${query}`)
  const read = async ({ id }: Json) => (await call('GET', `/sessions/${id}`)).body
  const letters = (kind = 'rescheduled') =>
    pool`select registrant_id, moved from outbox where event_id = ${event.id} and kind = ${kind} and state = 'waiting' order by registrant_id`
  return { event, session, person, move, undo, read, letters }
}

describe('PUT /events/{id}/schedule', () => {
  it('200 changes sessions together, and says which and by what name it can be undone', async () => {
    const { event, session, move, read } = await newProgramme()
    const [a, b] = [await session('A', '10:00', '11:00'), await session('B', '11:00', '12:00')]
    const { status, body } = await move([
      { id: a.id, start_time: '11:00', end_time: '12:00' },
      { id: b.id, start_time: '10:00', end_time: '11:00', custom_fields: {} },
    ])
    assert.deepEqual(
      [status, body.sessions],
      [
        200,
        [
          { id: a.id, name: 'A', version: 2, fields: ['start_time', 'end_time'] },
          { id: b.id, name: 'B', version: 2, fields: ['start_time', 'end_time'] },
        ],
      ],
    )
    assert.deepEqual(
      [(await read(a)).start_time, (await read(b)).starts_at],
      ['11:00:00', '2030-05-04T08:00:00Z'],
    )
    const [change] = await listed(`schedule-changes?event_id=${event.id}&fields=*`)
    assert.equal(change!.id, body.change)
    assert.deepEqual(change!.sessions[0].before, { start_time: '10:00:00', end_time: '11:00:00' })
    const one = await call('GET', `/schedule-changes/${body.change}`)
    assert.deepEqual([one.status, one.body.sessions.length], [200, 2])
    assert.equal((await stranger.call('GET', `/schedule-changes/${body.change}`)).status, 404)
  })

  it('200 changes nothing when nothing differs, and takes an empty list, or a list by itself', async () => {
    const { event, session, move } = await newProgramme()
    const a = await session('A', '10:00', '11:00')
    assert.deepEqual((await move([{ id: a.id, start_time: '10:00' }])).body, { change: null, sessions: [] })
    assert.deepEqual((await move([])).body, { change: null, sessions: [] })
    const alone = await call('PUT', `/events/${event.id}/schedule`, [
      { id: String(a.id), start_time: '09:00' },
    ])
    assert.deepEqual([alone.status, alone.body.sessions.length], [200, 1])
  })

  it('422 names everything that is wrong, by place, and changes nothing', async () => {
    const { event, session, move, read } = await newProgramme()
    const other = await newProgramme()
    const [a, elsewhere] = [await session('A', '10:00', '11:00'), await other.session('B', '10:00', '11:00')]
    const hall = await make('locations', { event_id: other.event.id, name: 'Hall' })
    const refused = await move([
      { id: a.id, start_time: '25:00', capacity: -1 },
      { id: elsewhere.id, start_time: '09:00' },
      { id: 'x' },
      { id: a.id, location_id: hall.id },
    ])
    assert.deepEqual(faultsIn(refused), ['sessions.2.id: integer', 'sessions.3.id: unique'])
    const then = await move([
      { id: a.id, start_time: '25:00', location_id: hall.id },
      { id: elsewhere.id, start_time: '09:00' },
    ])
    assert.deepEqual(faultsIn(then), [
      'sessions.0.start_time: time',
      'sessions.0.location_id: not_found',
      'sessions.1.id: not_found',
    ])
    assert.deepEqual(faultsIn(await move([{ id: a.id }, { id: a.id }])), ['sessions.1.id: unique'])
    const many = Array.from({ length: 501 }, (_, index) => ({ id: index + 1 }))
    assert.deepEqual(faultsIn(await move(many)), ['sessions: too_many'])
    assert.deepEqual(faultsIn(await move(['x' as never])), ['sessions: object'])
    assert.equal((await read(a)).version, 1)
    assert.equal((await stranger.call('PUT', `/events/${event.id}/schedule`, [])).status, 404)
  })

  it('412 names the sessions that have another version, and changes nothing', async () => {
    const { session, move, read } = await newProgramme()
    const [a, b] = [await session('A', '10:00', '11:00'), await session('B', '11:00', '12:00')]
    await call('PUT', `/sessions/${b.id}`, { name: 'B again' })
    const { status, body } = await move([
      { id: a.id, version: 1, start_time: '09:00' },
      { id: b.id, version: 1, start_time: '09:00' },
    ])
    assert.deepEqual(
      [status, body.errors.map(({ field, version }: Json) => [field, version])],
      [412, [['sessions.1.version', 2]]],
    )
    assert.equal((await read(a)).start_time, '10:00:00')
  })

  it('422 for a capacity below the seats that are taken, unless it is overridden', async () => {
    const { session, person, move } = await newProgramme()
    const a = await session('A', '10:00', '11:00', { capacity: 5 })
    await person(a)
    assert.deepEqual(faultsIn(await move([{ id: a.id, capacity: 0 }])), ['sessions.0.capacity: sold_out'])
    assert.equal((await move([{ id: a.id, capacity: 0 }], 'override_capacity_errors=1')).status, 200)
  })

  it('moves the waitlist when that makes room', async () => {
    const { session, person, move } = await newProgramme()
    const a = await session('A', '10:00', '11:00', { capacity: 1 })
    await person(a)
    const waiting = await person()
    await call('POST', `/registrants/${waiting.id}/waitlist/${a.id}`)
    const { body } = await move([{ id: a.id, capacity: 2 }], 'validate_only=1')
    assert.deepEqual(body.people.promoted, { count: 1, ids: [waiting.id] })
    await move([{ id: a.id, capacity: 2 }])
    assert.deepEqual((await call('GET', `/registrants/${waiting.id}`)).body.session_ids, [String(a.id)])
  })
})

describe('a rehearsal', () => {
  it('names whom a move affects, which conflicts it makes and resolves, and keeps nothing', async () => {
    const { event, session, person, move, read } = await newProgramme()
    const hall = await make('locations', { event_id: event.id, name: 'Hall' })
    const a = await session('A', '10:00', '11:00', { location_id: hall.id })
    const b = await session('B', '14:00', '15:00', { location_id: hall.id })
    const c = await session('C', '10:30', '11:30', { location_id: hall.id })
    const [both, one, neither] = [await person(a, b), await person(a), await person(c)]
    const count = (await changesOf(app)).length
    const { status, body } = await move(
      [{ id: a.id, start_time: '14:30', end_time: '15:30' }],
      'validate_only=1',
    )
    assert.equal(status, 200)
    assert.deepEqual(body.people, {
      unaffected: { count: 1, ids: [one.id] },
      in_conflict: { count: 1, ids: [both.id] },
      without_seat: { count: 0, ids: [] },
      promoted: { count: 0, ids: [] },
    })
    assert.deepEqual(
      [body.conflicts.made, body.conflicts.resolved].map(({ items }) => items.map(({ key }: Json) => key)),
      [
        [`location_twice-${a.id}-${b.id}`, `registrants_overlap-${a.id}-${b.id}`],
        [`location_twice-${a.id}-${c.id}`],
      ],
    )
    assert.equal(JSON.stringify(body).includes(String(neither.email)), false)
    assert.equal((await read(a)).version, 1)
    assert.equal((await changesOf(app)).length, count)
    const next = await move(
      [{ id: a.id, start_time: '14:30', end_time: '15:30' }],
      `validate_only=1&people_after=${both.id}`,
    )
    assert.deepEqual(next.body.people.in_conflict, { count: 1, ids: [] })
    assert.equal(next.body.basis, body.basis)
  })

  it('of one session, another status or a deletion answers likewise', async () => {
    const { session, person } = await newProgramme()
    const [a, b] = [await session('A', '10:00', '11:00'), await session('B', '12:00', '13:00')]
    const both = await person(a, b)
    const moved = await call('PUT', `/sessions/${a.id}?validate_only=1`, {
      start_time: '12:30',
      end_time: '13:30',
    })
    assert.deepEqual(moved.body.people.in_conflict.ids, [both.id])
    assert.equal(moved.body.people_not_told, 1)
    const off = await call('PUT', `/sessions/${a.id}?validate_only=1`, { session_status: 'rejected' })
    assert.deepEqual(off.body.people.without_seat.ids, [both.id])
    const gone = await call('DELETE', `/sessions/${a.id}?validate_only=1&force=1`)
    assert.deepEqual([gone.status, gone.body.people.without_seat.ids], [200, [both.id]])
    assert.equal((await call('GET', `/sessions/${a.id}`)).status, 200)
    const refused = await call('DELETE', `/sessions/${a.id}?validate_only=1`)
    assert.deepEqual(faultsIn(refused), ['id: has_seats'])
  })

  it('409 when the schedule would do something else than its basis says', async () => {
    const { session, person, move, read } = await newProgramme()
    const [a, b] = [await session('A', '10:00', '11:00'), await session('B', '12:00', '13:00')]
    await person(a, b)
    const wanted = [{ id: a.id, start_time: '12:30', end_time: '13:30' }]
    const { basis } = (await move(wanted, 'validate_only=1')).body
    await person(a, b)
    const { status, body } = await move(wanted, '', { basis })
    assert.deepEqual(
      [status, body.type?.endsWith('rehearsal_outdated') ?? body.code],
      [409, body.type ? true : body.code],
    )
    assert.equal((await read(a)).version, 1)
    const again = (await move(wanted, 'validate_only=1')).body
    const applied = await move(wanted, '', { basis: again.basis })
    assert.deepEqual([applied.status, applied.body.people], [200, again.people])
  })
})

describe('telling of a schedule', () => {
  it('writes each registrant one e-mail about all of it, and puts on record who was told', async () => {
    const { event, session, person, move, letters } = await newProgramme()
    const [a, b, c] = [
      await session('A', '10:00', '11:00'),
      await session('B', '12:00', '13:00'),
      await session('C', '14:00', '15:00'),
    ]
    const [both, one, untouched] = [await person(a, b), await person(b), await person(c)]
    const wanted = [
      { id: a.id, start_time: '12:30', end_time: '13:30' },
      { id: b.id, start_time: '12:00', end_time: '12:45' },
    ]
    assert.equal((await move(wanted, 'validate_only=1')).body.people_not_told, 2)
    const { body } = await move(wanted, 'send_email=1')
    assert.equal('people_not_told' in body, false)
    const told = await letters()
    assert.deepEqual(
      told.map(({ registrant_id, moved }) => [registrant_id, moved.map((each: Json) => each.session_id)]),
      [
        [both.id, [a.id, b.id]],
        [one.id, [b.id]],
      ],
    )
    assert.deepEqual(
      (await notices(event, 'sort=registrant_id')).map(
        ({ registrant_id, effect, told, session_ids, conflicts_with }) => ({
          registrant_id,
          effect,
          told,
          session_ids,
          conflicts_with,
        }),
      ),
      [
        {
          registrant_id: both.id,
          effect: 'in_conflict',
          told: 1,
          session_ids: [a.id, b.id],
          conflicts_with: [a.id, b.id],
        },
        { registrant_id: one.id, effect: 'moved', told: 1, session_ids: [b.id], conflicts_with: [] },
      ],
    )
    assert.equal((await notices(event, `search=registrant_id=${untouched.id}`)).length, 0)
  })

  it('tells nobody unless it is asked to, and says of how many that is; who is in conflict is on record all the same', async () => {
    const { event, session, person, move, letters } = await newProgramme()
    const [a, b] = [await session('A', '10:00', '11:00'), await session('B', '12:00', '13:00')]
    const both = await person(a, b)
    await person(a)
    const { body } = await move([{ id: a.id, start_time: '12:30', end_time: '13:30' }])
    assert.equal(body.people_not_told, 2)
    assert.equal((await letters()).length, 0)
    assert.deepEqual(
      (await notices(event)).map(({ registrant_id, told }) => [registrant_id, told]),
      [[both.id, 0]],
    )
  })

  it('offers a seat in the first repetition that fits and has one, behind those who wait for it', async () => {
    const { session, person, move } = await newProgramme()
    const a = await session('A', '10:00', '11:00', { repeat_key: 'first-aid' })
    const b = await session('B', '12:00', '13:00')
    const full = await session('A full', '15:00', '16:00', { repeat_key: 'first-aid', capacity: 0 })
    const clash = await session('A during B', '12:15', '12:45', { repeat_key: 'first-aid' })
    const free = await session('A again', '17:00', '18:00', { repeat_key: 'first-aid', capacity: 1 })
    const [first, second] = [await person(a, b), await person(a, b)]
    const { body } = await move([{ id: a.id, start_time: '12:30', end_time: '13:30' }], 'send_email=1')
    assert.equal(body.offered, 1)
    const seats = async ({ id }: Json) => (await call('GET', `/sessions/${id}/seats`)).body
    assert.deepEqual(
      [(await seats(free)).offered, (await seats(full)).offered, (await seats(clash)).offered],
      [1, 0, 0],
    )
    const [offer] = await pool`select registrant_id from selections where session_id = ${free.id}`
    assert.equal(offer!.registrant_id, first.id)
    const kept = (await call('GET', `/registrants/${second.id}`)).body.session_ids
    assert.deepEqual(kept, [String(a.id), String(b.id)])
  })
})

describe('a repetition', () => {
  it('is not offered to who has another one', async () => {
    const { session, person, move } = await newProgramme()
    const at = (start: string, end: string) => session('A', start, end, { repeat_key: 'a' })
    const [a, second] = [await at('10:00', '11:00'), await at('12:00', '13:00'), await at('14:00', '15:00')]
    await person(a!, second!)
    const { body } = await move([{ id: a!.id, session_status: 'approved' }], 'send_email=1')
    assert.equal('offered' in body, false)
  })
})

describe('a basis', () => {
  it('409 for another change than the one that was rehearsed', async () => {
    const { session, move, read } = await newProgramme()
    const a = await session('A', '10:00', '11:00')
    const { basis, change } = (await move([{ id: a.id, start_time: '09:00' }], 'validate_only=1')).body
    assert.equal(change, null)
    assert.equal((await move([{ id: a.id, start_time: '08:00' }], '', { basis })).status, 409)
    assert.equal((await move([{ id: a.id, start_time: '09:00' }], '', { basis })).status, 200)
    assert.equal((await read(a)).start_time, '09:00:00')
  })

  it('409 when a registrant gets a seat in another session than was shown', async () => {
    const { session, person, move } = await newProgramme()
    const [a, b] = [
      await session('A', '10:00', '11:00', { capacity: 1 }),
      await session('B', '12:00', '13:00', { capacity: 1 }),
    ]
    await person(a, b)
    const who = await person()
    const line = (method: 'POST' | 'DELETE', { id }: Json) =>
      call(method, `/registrants/${who.id}/waitlist/${id}`)
    await line('POST', a)
    const wanted = [a, b].map(({ id }) => ({ id, capacity: 2 }))
    const { basis, people } = (await move(wanted, 'validate_only=1')).body
    assert.deepEqual(people.promoted.ids, [who.id])
    await line('DELETE', a)
    await line('POST', b)
    assert.equal((await move(wanted, '', { basis })).status, 409)
  })

  it('422 for what is none', async () => {
    const { session, move } = await newProgramme()
    const a = await session('A', '10:00', '11:00')
    for (const basis of [{}, 5, true, 'x'.repeat(101)])
      assert.deepEqual(faultsIn(await move([{ id: a.id }], '', { basis })), ['basis: basis'])
  })
})

describe('a list of sessions', () => {
  it('422 is required, and each fault names the place of its item', async () => {
    const { event, session, move } = await newProgramme()
    const a = await session('A', '10:00', '11:00')
    assert.deepEqual(faultsIn(await call('PUT', `/events/${event.id}/schedule`, {})), ['sessions: required'])
    const wrong = await move([null as never, { id: a.id, start_time: '25:00' }])
    assert.deepEqual(faultsIn(wrong), ['sessions: object'])
    const twice = await move([{ id: a.id }, { id: a.id }])
    assert.deepEqual(faultsIn(twice), ['sessions.1.id: unique'])
  })
})

describe('POST /events/{id}/schedule/undo/{change}', () => {
  it('200 restores what was changed, and nothing else', async () => {
    const { session, move, undo, read } = await newProgramme()
    const a = await session('A', '10:00', '11:00')
    const { change } = (await move([{ id: a.id, start_time: '12:00', end_time: '13:00' }])).body
    await call('PUT', `/sessions/${a.id}`, { name: 'A, renamed' })
    const { status, body } = await undo(change)
    assert.deepEqual([status, body.refused, body.sessions.length], [200, [], 1])
    const { name, start_time, starts_at } = await read(a)
    assert.deepEqual([name, start_time, starts_at], ['A, renamed', '10:00:00', '2030-05-04T08:00:00Z'])
    assert.deepEqual(faultsIn(await undo(change)), ['change: undone'])
    const redone = await undo(body.change)
    assert.equal(redone.status, 200)
    assert.equal((await read(a)).start_time, '12:00:00')
  })

  it('200 refuses by name what was changed or deleted since, and restores the others', async () => {
    const { event, session, move, undo, read } = await newProgramme()
    const hall = await make('locations', { event_id: event.id, name: 'Hall' })
    const [a, b, c, d] = [
      await session('A', '10:00', '11:00'),
      await session('B', '10:00', '11:00'),
      await session('C', '10:00', '11:00'),
      await session('D', '10:00', '11:00', { location_id: hall.id }),
    ]
    const { change } = (
      await move([
        ...[a, b, c].map(({ id }) => ({ id, start_time: '12:00', end_time: '13:00' })),
        { id: d.id, location_id: null },
      ])
    ).body
    await call('PUT', `/sessions/${a.id}`, { start_time: '12:15' })
    await call('DELETE', `/sessions/${b.id}`)
    await call('DELETE', `/locations/${hall.id}`)
    const { body } = await undo(change)
    assert.deepEqual(
      body.refused.map(({ id, type }: Json) => [id, type]),
      [
        [a.id, 'changed_since'],
        [b.id, 'deleted'],
        [d.id, 'impossible'],
      ],
    )
    assert.deepEqual([(await read(a)).start_time, (await read(c)).start_time], ['12:15:00', '10:00:00'])
  })

  it('200 refuses a capacity that is taken by now, unless that is overridden', async () => {
    const { session, person, move, undo, read } = await newProgramme()
    const [a, b] = [
      await session('A', '10:00', '11:00', { capacity: 1 }),
      await session('B', '12:00', '13:00'),
    ]
    await person(a)
    const { change } = (
      await move([
        { id: a.id, capacity: 3 },
        { id: b.id, start_time: '12:30' },
      ])
    ).body
    await person(a)
    const { body } = await undo(change)
    assert.deepEqual(
      body.refused.map(({ id, type }: Json) => [id, type]),
      [[a.id, 'impossible']],
    )
    assert.deepEqual([(await read(a)).capacity, (await read(b)).start_time], [3, '12:00:00'])
    const again = (await move([{ id: a.id, capacity: 4 }])).body.change
    await person(a)
    await person(a)
    assert.equal((await undo(again, 'override_capacity_errors=1')).body.refused.length, 0)
    const seats = (await call('GET', `/sessions/${a.id}/seats`)).body
    assert.deepEqual([seats.capacity, seats.selected], [3, 4])
  })

  it('200 takes those into an included session who fit, and names the others', async () => {
    const { session, person, move, undo } = await newProgramme()
    const a = await session('A', '10:00', '11:00', { capacity: 2, selection_control: 'included' })
    await person()
    const { change } = (await move([{ id: a.id, selection_control: 'optional' }])).body
    await person()
    await person()
    const { body } = await undo(change)
    assert.equal(body.not_included.length, 1)
    assert.equal((await call('GET', `/sessions/${a.id}/seats`)).body.selected, 2)
  })

  it('200 empties a custom field that had no value', async () => {
    const { session, move, undo, read } = await newProgramme()
    const field = await make('sessions/fields', { name: 'Level', type: 'textInput' })
    const a = await session('A', '10:00', '11:00')
    const { change } = (await move([{ id: a.id, [field.attribute]: 'hard' }])).body
    assert.equal((await read(a))[field.attribute], 'hard')
    assert.deepEqual((await undo(change)).body.refused, [])
    assert.equal((await read(a))[field.attribute] ?? null, null)
  })

  it('200 refuses a session whose external id is taken, and restores the others', async () => {
    const { session, move, undo, read } = await newProgramme()
    const [a, b] = [
      await session('A', '10:00', '11:00', { external_id: 'x1' }),
      await session('B', '10:00', '11:00'),
    ]
    const { change } = (
      await move([
        { id: a.id, external_id: 'x9' },
        { id: b.id, start_time: '09:00' },
      ])
    ).body
    await session('C', '10:00', '11:00', { external_id: 'x1' })
    const { status, body } = await undo(change)
    assert.deepEqual(
      [status, body.refused.map(({ id, type }: Json) => [id, type])],
      [200, [[a.id, 'impossible']]],
    )
    assert.equal((await read(b)).start_time, '10:00:00')
  })

  it('200 ends the offers of the change, and the next in line has the seat', async () => {
    const { event, session, person, move, undo } = await newProgramme({ waitlist_mode: 'automatic' })
    const a = await session('A', '10:00', '11:00', { repeat_key: 'a' })
    const b = await session('B', '12:00', '13:00')
    const repeat = await session('A again', '15:00', '16:00', { repeat_key: 'a', capacity: 1 })
    await person(a, b)
    const waiting = await make('registrants', { event_id: event.id, email: 'waiting@example.com' })
    const { change, offered } = (
      await move([{ id: a.id, start_time: '12:00', end_time: '13:00' }], 'send_email=1')
    ).body
    assert.equal(offered, 1)
    await call('POST', `/registrants/${waiting.id}/waitlist/${repeat.id}`)
    assert.equal((await undo(change)).status, 200)
    const seats = (await call('GET', `/sessions/${repeat.id}/seats`)).body
    assert.deepEqual([seats.offered, seats.selected], [0, 1])
  })

  it('404 for a change of another event or account, and for what is no id', async () => {
    const { session, move, undo } = await newProgramme()
    const other = await newProgramme()
    const a = await session('A', '10:00', '11:00')
    const { change } = (await move([{ id: a.id, start_time: '09:00' }])).body
    assert.equal((await other.undo(change)).status, 404)
    for (const id of [999_999_999, 0, -1]) assert.equal((await undo(id)).status, 404)
    const { event } = other
    assert.equal((await stranger.call('POST', `/events/${event.id}/schedule/undo/${change}`)).status, 404)
  })
})
