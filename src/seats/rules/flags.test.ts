import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { handClock, reasonsIn, seatDesk } from '../../../test/support/seats.ts'
import { transaction } from '../../db/connection.ts'
import { carryOut } from '../../registration/desk/registration.ts'
import type { Decision } from './wish.ts'
import { emptyWish, type Wish } from './wish.ts'

const clock = handClock()
const app = await testApp({ clock, url: await ownDatabase() })
const { call, make } = app
const { event, session, person, claim, drop, waitFor, change, agenda, counts, findings, moves } =
  seatDesk(app)

/** What the attendee's own page does. */
async function asAttendee(who: { id: number; event_id: number }, wish: Partial<Wish>): Promise<Decision> {
  const actor = { account_id: app.account_id, actor_id: null, request_id: null, now: clock.now() }
  const order = { actor, wish: { ...emptyWish, by: 'attendee' as const, registrant_id: who.id, ...wish } }
  const [outcome] = await transaction(app.pool, db => carryOut(db, who.event_id, [order], clock.now()))
  if ('failure' in outcome!) throw outcome.failure
  return outcome!
}

const typesOf = (decision: Decision) =>
  decision.granted ? 'granted' : decision.reasons.map(reason => reason.type)

describe('included sessions', () => {
  it('hold everybody from the moment they register, without asking, also who names other sessions', async () => {
    const summit = await event()
    const keynote = await session(summit, { selection_control: 'included' })
    const talk = await session(summit, { start_time: '12:00', end_time: '13:00' })
    const [named, none] = [await person(summit, { session_ids: [talk.id] }), await person(summit)]
    assert.deepEqual((await agenda(named)).in, [keynote.id, talk.id])
    assert.deepEqual((await agenda(none)).in, [keynote.id])
  })

  it('add everyone who is active when they are switched on, and keep them when they are switched off', async () => {
    const summit = await event()
    const talk = await session(summit)
    const active = await person(summit)
    const unfinished = await person(summit, { registration_status: 'in_progress' })
    const gone = await person(summit, { registration_status: 'cancelled' })
    await call('PUT', `/sessions/update/${talk.id}`, { selection_control: 'included' })
    assert.deepEqual(await counts(talk), [1, 1, 0, 0])
    assert.deepEqual((await agenda(gone)).in, [])
    await call('PUT', `/sessions/update/${talk.id}`, { selection_control: 'optional' })
    assert.deepEqual(
      [(await agenda(active)).in, (await agenda(unfinished)).in, (await agenda(await person(summit))).in],
      [[talk.id], [talk.id], []],
    )
  })

  it('take those who wait first, in their order, and offer nothing to anybody', async () => {
    const summit = await event({ waitlist_mode: 'offer' })
    const talk = await session(summit, { capacity: 0 })
    const [late, first, second] = [await person(summit), await person(summit), await person(summit)]
    for (const someone of [second, first])
      await call('POST', `/registrants/${someone.id}/waitlist/${talk.id}`)
    const { body } = await call('PUT', `/sessions/update/${talk.id}`, {
      capacity: 2,
      selection_control: 'included',
    })
    assert.deepEqual(
      body.not_included.map((reason: any) => reason.registrant_id),
      [late.id],
    )
    assert.deepEqual(await counts(talk), [2, 0, 0, 0])
    assert.deepEqual([(await agenda(first)).in, (await agenda(second)).in], [[talk.id], [talk.id]])
    assert.deepEqual(await findings(summit), [])
  })

  it('take whoever was offered a seat in them before they were switched on', async () => {
    const summit = await event({ waitlist_mode: 'offer' })
    const talk = await session(summit, { capacity: 1 })
    const someone = await person(summit)
    await call('POST', `/registrants/${someone.id}/waitlist/${talk.id}`)
    assert.deepEqual(await counts(talk), [0, 0, 1, 0])
    const { body } = await call('PUT', `/sessions/update/${talk.id}`, { selection_control: 'included' })
    assert.deepEqual([body.not_included, (await agenda(someone)).in], [[], [talk.id]])
    assert.deepEqual(await counts(talk), [1, 0, 0, 0])
  })

  it('report who does not fit or has something at the same time', async () => {
    const summit = await event()
    const workshop = await session(summit, { prevent_session_conflicts: 1 })
    const keynote = await session(summit, { capacity: 1 })
    const [busy, first, second] = [
      await person(summit, { session_ids: [workshop.id] }),
      await person(summit),
      await person(summit),
    ]
    const { body } = await call('PUT', `/sessions/update/${keynote.id}`, { selection_control: 'included' })
    assert.deepEqual(
      body.not_included.map((entry: any) => [entry.registrant_id, entry.type]),
      [
        [busy.id, 'conflict'],
        [second.id, 'sold_out'],
      ],
    )
    assert.deepEqual((await agenda(first)).in, [keynote.id])
  })

  it('count against their own capacity: when full nobody registers, except by override', async () => {
    const summit = await event()
    const keynote = await session(summit, { selection_control: 'included', capacity: 1 })
    await person(summit)
    const body = { event_id: summit.id, email: 'late@example.com' }
    assert.deepEqual(reasonsIn(await call('POST', '/registrants/create', body)), [`sold_out ${keynote.id}`])
    const forced = await call('POST', '/registrants/create?override_capacity_errors=true', body)
    assert.deepEqual([forced.status, forced.body.session_ids], [201, [String(keynote.id)]])
    assert.deepEqual(await findings(summit), [])
  })

  it('take in who did not fit when their capacity grows, or when they are included once more', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 1 })
    for (let n = 0; n < 3; n++) await person(summit)
    const update = (body: object) => call('PUT', `/sessions/update/${talk.id}`, body)
    assert.equal((await update({ selection_control: 'included' })).body.not_included.length, 2)
    assert.equal((await update({ capacity: 2 })).body.not_included.length, 1)
    assert.deepEqual(await counts(talk), [2, 0, 0, 0])
    await update({ capacity: null })
    assert.deepEqual([await counts(talk), await findings(summit)], [[3, 0, 0, 0], []])
  })

  it('take in who had something at the same time when another zone moves them', async () => {
    const summit = await event()
    const [rival, talk] = [await session(summit, { prevent_session_conflicts: 1 }), await session(summit)]
    const someone = await person(summit, { session_ids: [rival.id] })
    const update = (body: object) => call('PUT', `/sessions/update/${talk.id}`, body)
    assert.equal((await update({ selection_control: 'included' })).body.not_included.length, 1)
    assert.deepEqual((await update({ timezone: 'Asia/Tokyo' })).body.not_included, [])
    assert.deepEqual((await agenda(someone)).in, [rival.id, talk.id])
  })

  it('take in who had something at the same time when the event changes its zone, and say why', async () => {
    const summit = await event()
    const rival = await session(summit, {
      prevent_session_conflicts: 1,
      use_event_timezone: 0,
      timezone: 'UTC',
    })
    const talk = await session(summit)
    const someone = await person(summit, { session_ids: [rival.id] })
    await call('PUT', `/sessions/update/${talk.id}`, { selection_control: 'included' })
    assert.deepEqual((await agenda(someone)).in, [rival.id])
    await call('PUT', `/events/update/${summit.id}`, { timezone: 'Asia/Tokyo' })
    assert.deepEqual((await agenda(someone)).in, [rival.id, talk.id])
    assert.equal((await moves(summit)).at(-1)!.after!.why, 'included')
  })

  it('that are named, or selected by default, as well have one reason against them', async () => {
    const summit = await event()
    const first = await session(summit, { selection_control: 'included', prevent_session_conflicts: 1 })
    const second = await session(summit, { selection_control: 'included', selected_by_default: 1 })
    const { skipped_sessions } = await make('registrants', { event_id: summit.id, email: 'a@example.com' })
    assert.deepEqual(
      skipped_sessions.map((reason: any) => [reason.type, reason.session_id]),
      [['conflict', second.id]],
    )
    await call('PUT', `/sessions/update/${first.id}`, { capacity: 1 })
    const named = { event_id: summit.id, email: 'b@example.com', session_ids: [first.id] }
    const { body } = await call('POST', '/registrants/create', named)
    assert.deepEqual(
      body.map((reason: any) => [reason.type, reason.session_id, reason.waitlist]),
      [['sold_out', first.id, false]],
    )
  })

  it('that conflict with each other hold a newcomer in the first, and the answer names the other', async () => {
    const summit = await event()
    const first = await session(summit, { selection_control: 'included', prevent_session_conflicts: 1 })
    const second = await session(summit, { selection_control: 'included' })
    const { session_ids, skipped_sessions } = await person(summit)
    assert.deepEqual(session_ids, [String(first.id)])
    assert.deepEqual(
      skipped_sessions.map((reason: any) => [reason.type, reason.session_id, reason.conflicts_with]),
      [['conflict', second.id, [first.id]]],
    )
  })

  it('are not asked for again when somebody is checked in', async () => {
    const summit = await event()
    const someone = await person(summit)
    await session(summit, { capacity: 0 }).then(full =>
      call('PUT', `/sessions/update/${full.id}`, { selection_control: 'included' }),
    )
    assert.equal((await call('POST', '/registrants/checkin', { id: someone.id })).status, 200)
  })

  it('take back whoever was cancelled and comes again', async () => {
    const summit = await event()
    const keynote = await session(summit, { selection_control: 'included' })
    const someone = await person(summit)
    await change(someone, { registration_status: 'cancelled' })
    assert.deepEqual(await counts(keynote), [0, 0, 0, 0])
    await change(someone, { registration_status: 'confirmed' })
    assert.deepEqual(await counts(keynote), [1, 0, 0, 0])
  })

  it('hold an attendee who registers after they have started', async () => {
    const summit = await event()
    const over = await session(summit, { selection_control: 'included', date: '2029-11-30' })
    const someone = await person(summit, { registration_status: 'expired' })
    const decision = await asAttendee(someone, { status: 'confirmed' })
    assert.equal(typesOf(decision), 'granted')
    assert.deepEqual(await counts(over), [1, 0, 0, 0])
  })

  it('cannot be removed by the attendee, only by the organiser', async () => {
    const summit = await event()
    const keynote = await session(summit, { selection_control: 'included' })
    const someone = await person(summit)
    assert.deepEqual(typesOf(await asAttendee(someone, { drop: [keynote.id] })), ['included'])
    assert.deepEqual(typesOf(await asAttendee(someone, { add: [], replace: true })), 'granted')
    assert.deepEqual((await agenda(someone)).in, [keynote.id])
    assert.equal((await drop(someone, keynote)).status, 200)
    assert.deepEqual((await agenda(someone)).in, [])
  })
})

describe('sessions that are selected by default', () => {
  it('are chosen when none are named, skipped with a reason when they do not fit, replaced by an empty list', async () => {
    const summit = await event()
    const open = await session(summit, { selected_by_default: 1 })
    const full = await session(summit, { selected_by_default: 1, capacity: 0, sold_out_message: 'Gone.' })
    const draft = await session(summit, { selected_by_default: 1, session_status: 'approved' })
    const other = await session(summit)
    const byDefault = await call('POST', '/registrants/create', {
      event_id: summit.id,
      email: 'a@example.com',
    })
    assert.deepEqual(byDefault.body.session_ids, [String(open.id)])
    assert.deepEqual(
      byDefault.body.skipped_sessions.map((reason: any) => [reason.session_id, reason.type, reason.message]),
      [[full.id, 'sold_out', 'Gone.']],
    )
    assert.deepEqual((await agenda(await person(summit, { session_ids: [] }))).in, [])
    assert.deepEqual((await agenda(await person(summit, { session_ids: [other.id] }))).in, [other.id])
    assert.equal((await counts(draft))[0], 0)
  })

  it('that are full are not overbooked by an override, which is for what was named', async () => {
    const summit = await event()
    const full = await session(summit, { selected_by_default: 1, capacity: 0 })
    const included = await session(summit, { selection_control: 'included', capacity: 0 })
    const { body } = await call('POST', '/registrants/create?override_capacity_errors=true', {
      event_id: summit.id,
      email: 'a@example.com',
    })
    assert.deepEqual(body.session_ids, [String(included.id)])
    assert.deepEqual(
      body.skipped_sessions.map((reason: any) => [reason.session_id, reason.type]),
      [[full.id, 'sold_out']],
    )
  })

  it('that conflict with each other: the first one is taken', async () => {
    const summit = await event()
    const first = await session(summit, { selected_by_default: 1, prevent_session_conflicts: 1 })
    const second = await session(summit, { selected_by_default: 1 })
    const { body } = await call('POST', '/registrants/create', {
      event_id: summit.id,
      email: 'b@example.com',
    })
    assert.deepEqual(body.session_ids, [String(first.id)])
    assert.deepEqual(body.skipped_sessions[0].conflicts_with, [first.id])
    assert.equal(body.skipped_sessions[0].session_id, second.id)
  })
})

describe('sessions that are locked when saved', () => {
  it('cannot be dropped or swapped by the attendee once saved, but by the organiser', async () => {
    const summit = await event()
    const locked = await session(summit, { locked_when_saved: 1 })
    const other = await session(summit)
    const someone = await person(summit, { session_ids: [locked.id] })
    assert.deepEqual(typesOf(await asAttendee(someone, { drop: [locked.id] })), ['locked'])
    assert.deepEqual(typesOf(await asAttendee(someone, { add: [other.id], replace: true })), ['locked'])
    assert.deepEqual((await agenda(someone)).in, [locked.id])
    assert.equal((await drop(someone, locked)).status, 200)
  })

  it('can be dropped while the registration is not finished', async () => {
    const summit = await event()
    const locked = await session(summit, { locked_when_saved: 1 })
    const someone = await person(summit, { session_ids: [locked.id], registration_status: 'in_progress' })
    assert.equal(typesOf(await asAttendee(someone, { drop: [locked.id] })), 'granted')
  })
})

describe('sessions at the same time', () => {
  const pairs: [string, object, object, boolean][] = [
    ['clash when the one that is held has the flag', { prevent_session_conflicts: 1 }, {}, true],
    ['clash when the one that is wanted has the flag', {}, { prevent_session_conflicts: 1 }, true],
    ['are both possible when neither has the flag', {}, {}, false],
    [
      'back to back are both possible',
      { prevent_session_conflicts: 1 },
      { start_time: '11:00', end_time: '12:00' },
      false,
    ],
    [
      'in other zones conflict by the moment, not by the clock',
      { prevent_session_conflicts: 1 },
      { timezone: 'Asia/Kolkata', start_time: '16:00', end_time: '16:15' },
      true,
    ],
    [
      'at the same hour of other zones are both possible',
      { prevent_session_conflicts: 1 },
      { timezone: 'Asia/Kolkata' },
      false,
    ],
    ['without times never clash', { prevent_session_conflicts: 1 }, { start_time: '', end_time: '' }, false],
    [
      'of no length never clash',
      { prevent_session_conflicts: 1 },
      { start_time: '10:30', end_time: '10:30' },
      false,
    ],
    [
      'past midnight conflict on the next day',
      { prevent_session_conflicts: 1, start_time: '23:00', end_time: '01:00' },
      { date: '2030-01-02', start_time: '00:30', end_time: '02:00' },
      true,
    ],
  ]
  for (const [sentence, held, wanted, isConflict] of pairs)
    it(sentence, async () => {
      const summit = await event()
      const [a, b] = [await session(summit, held), await session(summit, wanted)]
      const someone = await person(summit, { session_ids: [a.id] })
      const reply = await claim(someone, b)
      assert.equal(reply.status, isConflict ? 422 : 200)
      if (isConflict)
        assert.deepEqual([reply.body[0].type, reply.body[0].conflicts_with], ['conflict', [a.id]])
    })

  it('named together are refused, and each conflict is told', async () => {
    const summit = await event()
    const a = await session(summit, { prevent_session_conflicts: 1, capacity: 0 })
    const b = await session(summit)
    const someone = await person(summit)
    const refused = await change(someone, { session_ids: [a.id, b.id] })
    assert.deepEqual(reasonsIn(refused), [`sold_out ${a.id}`, `conflict ${a.id}`, `conflict ${b.id}`])
  })
})

describe('a session that does not take place', () => {
  it('is in conflict with nothing, for claims, lines and included sessions, until it is live again', async () => {
    const summit = await event()
    const dead = await session(summit, { prevent_session_conflicts: 1 })
    const full = await session(summit, { capacity: 1 })
    const wanted = await session(summit)
    const holder = await person(summit, { session_ids: [full.id] })
    const someone = await person(summit, { session_ids: [dead.id] })
    const waiting = await person(summit, { session_ids: [dead.id] })
    await waitFor(waiting, full)
    assert.deepEqual(reasonsIn(await claim(someone, wanted)), [`conflict ${wanted.id}`])
    await drop(holder, full)
    assert.deepEqual(await agenda(waiting), { in: [dead.id], waits: [full.id] })
    await call('PUT', `/sessions/update/${dead.id}`, { session_status: 'rejected' })
    assert.deepEqual(await agenda(waiting), { in: [dead.id, full.id], waits: [] })
    assert.equal((await claim(someone, wanted)).status, 200)
    await call('PUT', `/sessions/update/${dead.id}`, { prevent_session_conflicts: 1, date: '2030-01-01' })
    const { body } = await call('PUT', `/sessions/update/${wanted.id}`, { selection_control: 'included' })
    assert.deepEqual([body.not_included, body.new_conflicts], [[], undefined])
    assert.deepEqual((await agenda(waiting)).in, [dead.id, full.id, wanted.id])
  })

  it('is shown in no conflicts, and those that come back with it are told', async () => {
    const summit = await event()
    const talk = await session(summit, { prevent_session_conflicts: 1, session_status: 'live' })
    const someone = await person(summit, { session_ids: [talk.id] })
    await call('PUT', `/sessions/update/${talk.id}`, { session_status: 'approved' })
    const other = await session(summit)
    await claim(someone, other)
    const shown = async () => (await call('GET', `/sessions/${talk.id}?expand=conflicts`)).body.conflicts
    assert.deepEqual(await shown(), [])
    const { body } = await call('PUT', `/sessions/update/${talk.id}`, { session_status: 'live' })
    assert.deepEqual(body.new_conflicts, [
      { registrant_id: someone.id, session_id: talk.id, conflicts_with: [other.id] },
    ])
    assert.deepEqual(await shown(), [{ id: other.id, name: 'Talk', registrants: 1 }])
    assert.deepEqual(await findings(summit), [])
  })

  it('keeps its own line, which stands still until it is live again', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 1 })
    const holder = await person(summit, { session_ids: [talk.id] })
    const waiting = await person(summit)
    await waitFor(waiting, talk)
    await call('PUT', `/sessions/update/${talk.id}`, { session_status: 'approved' })
    await drop(holder, talk)
    assert.deepEqual(await agenda(waiting), { in: [], waits: [talk.id] })
    await call('PUT', `/sessions/update/${talk.id}`, { session_status: 'live' })
    assert.deepEqual(await agenda(waiting), { in: [talk.id], waits: [] })
  })
})

describe('capacity and status', () => {
  it('null is unlimited, 0 is closed, and only live sessions can be selected', async () => {
    const summit = await event()
    const [open, closed] = [await session(summit), await session(summit, { capacity: 0 })]
    const statuses = ['submitted', 'approved', 'rejected', 'converted']
    const someone = await person(summit)
    assert.equal((await claim(someone, open)).status, 200)
    assert.deepEqual(reasonsIn(await claim(someone, closed)), [`sold_out ${closed.id}`])
    for (const session_status of statuses) {
      const talk = await session(summit, { session_status })
      assert.deepEqual(reasonsIn(await claim(someone, talk)), [`not_live ${talk.id}`])
    }
  })

  it('override lifts sold_out for the organiser, nothing else, and never for the attendee', async () => {
    const summit = await event()
    const full = await session(summit, { capacity: 0 })
    const conflicting = await session(summit, { capacity: 0, prevent_session_conflicts: 1 })
    const draft = await session(summit, { capacity: 0, session_status: 'approved' })
    const someone = await person(summit)
    const override = '?override_capacity_errors=true'
    assert.deepEqual(typesOf(await asAttendee(someone, { add: [full.id], override: true })), ['sold_out'])
    assert.equal((await claim(someone, full, override)).status, 200)
    assert.deepEqual(reasonsIn(await claim(someone, conflicting, override)), [`conflict ${conflicting.id}`])
    assert.deepEqual(reasonsIn(await claim(someone, draft, override)), [`not_live ${draft.id}`])
    assert.deepEqual(await findings(summit), [])
  })

  it('every reason against every session is listed, not the first', async () => {
    const summit = await event()
    const elsewhere = await session(await event())
    const held = await session(summit, { prevent_session_conflicts: 1 })
    const bad = await session(summit, { capacity: 0, session_status: 'rejected' })
    const full = await session(summit, { capacity: 0 })
    const someone = await person(summit, { session_ids: [held.id] })
    const wanted = [held.id, bad.id, full.id, elsewhere.id, 999_999_999]
    assert.deepEqual(reasonsIn(await change(someone, { session_ids: wanted })), [
      `not_live ${bad.id}`,
      `sold_out ${bad.id}`,
      `sold_out ${full.id}`,
      `conflict ${full.id}`,
      `wrong_event ${elsewhere.id}`,
      'not_found 999999999',
    ])
    assert.deepEqual((await agenda(someone)).in, [held.id])
  })

  it('an attendee comes neither after the start nor after registration has closed; the organiser does', async () => {
    const summit = await event({ close_date: '2029-12-02' })
    const over = await session(summit, { date: '2029-11-30' })
    const talk = await session(summit)
    const someone = await person(summit)
    assert.deepEqual(typesOf(await asAttendee(someone, { add: [over.id] })), ['session_started'])
    assert.equal((await claim(someone, over)).status, 200)
    const closed = await event({ close_date: '2029-11-30' })
    const late = await session(closed)
    const visitor = await person(closed)
    assert.deepEqual(typesOf(await asAttendee(visitor, { add: [late.id] })), ['registration_closed'])
    assert.equal((await claim(visitor, late)).status, 200)
    assert.equal(typesOf(await asAttendee(someone, { add: [talk.id] })), 'granted')
  })

  it('sold_out shows the way to the line only to whom it is open', async () => {
    const closed = await event({ close_date: '2029-11-30' })
    const full = await session(closed, { capacity: 0 })
    const visitor = await person(closed)
    const decision = await asAttendee(visitor, { add: [full.id] })
    assert.deepEqual(decision.granted || decision.reasons.map(({ type, waitlist }) => [type, waitlist]), [
      ['registration_closed', undefined],
      ['sold_out', false],
    ])
    assert.equal((await claim(visitor, full)).body[0].waitlist, true)
    assert.equal((await call('POST', `/registrants/${visitor.id}/waitlist/${full.id}`)).status, 200)
  })

  it('an attendee keeps a seat in what has started, also one that is held; the organiser takes it back', async () => {
    const summit = await event()
    const over = await session(summit, { date: '2029-11-30' })
    const next = await session(summit)
    for (const registration_status of ['confirmed', 'in_progress']) {
      const someone = await person(summit, { registration_status, session_ids: [over.id] })
      for (const wish of [{ drop: [over.id] }, { replace: true }, { replace: true, add: [next.id] }])
        assert.deepEqual(typesOf(await asAttendee(someone, wish)), ['session_started'])
      assert.deepEqual((await agenda(someone)).in, [over.id])
      assert.equal(typesOf(await asAttendee(someone, { add: [over.id, next.id], replace: true })), 'granted')
      assert.equal((await drop(someone, over)).status, 200)
      assert.deepEqual((await agenda(someone)).in, [next.id])
    }
  })

  it('an attendee is told of a lock as well when the session has started', async () => {
    const summit = await event()
    const over = await session(summit, { date: '2029-11-30', locked_when_saved: 1 })
    const someone = await person(summit, { session_ids: [over.id] })
    assert.deepEqual(typesOf(await asAttendee(someone, { drop: [over.id] })), ['locked', 'session_started'])
  })

  it('an attendee keeps what they have once registration has closed; the organiser changes it', async () => {
    const closed = await event({ close_date: '2029-11-30' })
    const [talk, full] = [await session(closed), await session(closed, { capacity: 0 })]
    const visitor = await person(closed, { session_ids: [talk.id] })
    await call('POST', `/registrants/${visitor.id}/waitlist/${full.id}`)
    for (const wish of [
      { drop: [talk.id] },
      { leave: [full.id] },
      { replace: true },
      { status: 'cancelled' as const },
    ])
      assert.deepEqual(typesOf(await asAttendee(visitor, wish)), ['registration_closed'])
    assert.deepEqual(await agenda(visitor), { in: [talk.id], waits: [full.id] })
    assert.equal((await drop(visitor, talk)).status, 200)
  })

  it('an attendee is told of a lock as well once registration has closed', async () => {
    const closed = await event({ close_date: '2029-11-30' })
    const [locked, included] = [
      await session(closed, { locked_when_saved: 1 }),
      await session(closed, { selection_control: 'included' }),
    ]
    const visitor = await person(closed, { session_ids: [locked.id] })
    const decision = await asAttendee(visitor, { drop: [locked.id, included.id] })
    assert.deepEqual(typesOf(decision), ['registration_closed', 'locked', 'included'])
  })

  it('an attendee who is cancelled, denied or expired does not come back, except to register again', async () => {
    const summit = await event()
    for (const registration_status of ['cancelled', 'denied', 'expired'] as const) {
      const someone = await person(summit, { registration_status })
      for (const status of ['pending', 'in_progress', 'attended'] as const)
        assert.deepEqual(typesOf(await asAttendee(someone, { status })), ['registrant_inactive'])
      const again = typesOf(await asAttendee(someone, { status: 'confirmed' }))
      assert.deepEqual(again, registration_status === 'expired' ? 'granted' : ['registrant_inactive'])
    }
  })

  it('whoever is cancelled, denied or expired can have nothing', async () => {
    const summit = await event()
    const talk = await session(summit)
    for (const registration_status of ['cancelled', 'denied', 'expired']) {
      const someone = await person(summit, { registration_status })
      assert.deepEqual(reasonsIn(await claim(someone, talk)), [`registrant_inactive ${talk.id}`])
      assert.deepEqual(reasonsIn(await change(someone, { session_ids: [talk.id] })), [
        `registrant_inactive ${talk.id}`,
      ])
    }
    assert.deepEqual(await counts(talk), [0, 0, 0, 0])
  })

  it('whoever is cancelled is told so by the field that named a session, and has none that does not exist', async () => {
    const summit = await event()
    const talk = await session(summit)
    const someone = await person(summit, { registration_status: 'cancelled' })
    const lined = await call('POST', `/registrants/${someone.id}/waitlist/${talk.id}`)
    assert.deepEqual([lined.status, lined.body[0].field], [422, 'waitlist_ids'])
    for (const what of ['session', 'waitlist'])
      assert.deepEqual(reasonsIn(await call('DELETE', `/registrants/${someone.id}/${what}/999999999`)), [
        'not_found 999999999',
      ])
    assert.equal((await drop(someone, talk)).status, 200)
  })
})
