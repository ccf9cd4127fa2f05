import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { handClock, reasonsIn, seatDesk } from '../../../test/support/seats.ts'
import { transaction } from '../../db/connection.ts'
import { carryOut } from '../../registration/desk/registration.ts'
import { emptyWish, type Wish } from './wish.ts'

const clock = handClock()
const app = await testApp({ clock, url: await ownDatabase() })
const { call, pool } = app
// Here hours pass while one token is used.
await pool`
  update tokens set expires_at = '2100-01-01'
  where credential_id in (select id from credentials where account_id = ${app.account_id})`
const desk = seatDesk(app)
const { event, session, person, claim, drop, waitFor, leave, change, agenda, counts, line, moves, seats } =
  desk
const findings = (summit: { id: number }) => desk.findings(summit, clock.now())
const lettersTo = async (who: { id: number }) =>
  (await pool`select kind from outbox where registrant_id = ${who.id} order by id`).map(row => row.kind)

const order = (who: { id: number }, wish: Partial<Wish>) => ({
  actor: { account_id: app.account_id, actor_id: null, request_id: null, now: clock.now() },
  wish: { ...emptyWish, by: 'organiser' as const, registrant_id: who.id, ...wish },
})

/** Times of two hours that begin so many minutes from now. */
function inAnHour(minutes = 60) {
  const at = (more: number) => new Date(clock.now().getTime() + (minutes + more) * 60_000).toISOString()
  const [start, end] = [at(0), at(120)]
  return { date: start.slice(0, 10), start_time: start.slice(11, 16), end_time: end.slice(11, 16) }
}

/** A full session with one holder and so many people in line. */
async function fullSession(summit: { id: number }, waiting: number, settings: object = {}) {
  const talk = await session(summit, { capacity: 1, ...settings })
  const holder = await person(summit, { session_ids: [talk.id] })
  const people = []
  for (let n = 0; n < waiting; n++) people.push(await person(summit))
  for (const someone of people) assert.equal((await waitFor(someone, talk)).status, 200)
  return { talk, holder, people }
}

describe('an automatic line', () => {
  it('is first come, first served, by the moment of lining up', async () => {
    const summit = await event()
    const { talk, holder, people } = await fullSession(summit, 3)
    assert.deepEqual(
      await line(talk),
      people.map(someone => someone.id),
    )
    await leave(people[0], talk)
    await waitFor(people[0], talk)
    assert.deepEqual(await line(talk), [people[1].id, people[2].id, people[0].id])
    await drop(holder, talk)
    assert.deepEqual([(await agenda(people[1])).in, await counts(talk)], [[talk.id], [1, 0, 0, 2]])
    assert.deepEqual(await lettersTo(people[1]), ['promotion'])
  })

  it('is as good when it is long: those in front conflict, whoever can take the seat is far behind', async () => {
    const summit = await event()
    const [talk, rival] = [
      await session(summit, { capacity: 1 }),
      await session(summit, { prevent_session_conflicts: 1 }),
    ]
    const holder = await person(summit, { session_ids: [talk.id] })
    const people = await pool<{ id: number }[]>`
      insert into registrants (account_id, event_id, email, registration_status, payment_status, addresses, custom_fields,
        secure_id, created_at, updated_at)
      select ${app.account_id}, ${summit.id}, 'p' || n, 'confirmed', 'not_required', '{}', '{}', gen_random_uuid(), now(), now()
      from generate_series(1, 250) n returning id`
    await pool`update events set registrants_count = 251 where id = ${summit.id}`
    const lucky = people[230]!
    await Promise.all(people.filter(who => who !== lucky).map(who => claim(who, rival)))
    for (const who of people) await waitFor(who, talk)
    await drop(holder, talk)
    assert.deepEqual([(await agenda(lucky)).in, (await line(talk)).length], [[talk.id], 249])
    const { after } = (await moves(summit)).at(-1)!
    assert.deepEqual([after!.place, after!.passed_over.length], [231, 230])
    assert.deepEqual(await findings(summit), [])
  })

  it('gives a seat that is free at once', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 1 })
    const someone = await person(summit)
    await waitFor(someone, talk)
    assert.deepEqual(await agenda(someone), { in: [talk.id], waits: [] })
  })

  it('lining up again keeps the place, and whoever has a seat does not line up', async () => {
    const summit = await event()
    const { talk, holder, people } = await fullSession(summit, 2)
    await waitFor(people[0], talk)
    await waitFor(people[0], talk, { on_conflict: 'swap' })
    assert.deepEqual(await line(talk), [people[0].id, people[1].id])
    assert.deepEqual(reasonsIn(await waitFor(holder, talk)), [`already_selected ${talk.id}`])
  })

  for (const [cause, free] of [
    ['a drop', (holder: any, talk: any) => drop(holder, talk)],
    ['a cancellation', (holder: any) => change(holder, { registration_status: 'cancelled' })],
    ['a denial', (holder: any) => change(holder, { registration_status: 'denied' })],
    ['a deletion', (holder: any) => call('DELETE', `/registrants/delete/${holder.id}`)],
    ['a replaced selection', (holder: any) => change(holder, { session_ids: [] })],
    [
      'an unlimited capacity',
      (_holder: any, talk: any) => call('PUT', `/sessions/update/${talk.id}`, { capacity: '' }),
    ],
  ] as const)
    it(`moves after ${cause}`, async () => {
      const summit = await event()
      const { talk, holder, people } = await fullSession(summit, 1)
      const { status } = await free(holder, talk)
      assert.equal(status < 300, true)
      assert.deepEqual((await agenda(people[0])).in, [talk.id])
      assert.deepEqual(await findings(summit), [])
    })

  it('capacity raised by five moves five', async () => {
    const summit = await event()
    const { talk } = await fullSession(summit, 7)
    await call('PUT', `/sessions/update/${talk.id}`, { capacity: 6 })
    assert.deepEqual(await counts(talk), [6, 0, 0, 2])
  })

  it('passes over whom it would conflict for, who keep their place and get the seat when the conflict goes', async () => {
    const summit = await event()
    const { talk, holder, people } = await fullSession(summit, 2)
    const rival = await session(summit, { prevent_session_conflicts: 1 })
    const [first, second] = people
    await claim(first, rival)
    await drop(holder, talk)
    assert.deepEqual([await line(talk), (await agenda(second)).in], [[first.id], [talk.id]])
    await call('PUT', `/sessions/update/${talk.id}`, { capacity: 2 })
    assert.deepEqual(await line(talk), [first.id])
    assert.deepEqual(await findings(summit), [])
    await drop(first, rival)
    assert.deepEqual(await agenda(first), { in: [talk.id], waits: [] })
  })

  it('gives the seat when a change of times or flags ends the clash', async () => {
    const summit = await event()
    const rival = await session(summit, { prevent_session_conflicts: 1 })
    const talk = await session(summit)
    const other = await session(summit)
    const someone = await person(summit, { session_ids: [rival.id] })
    await waitFor(someone, talk)
    await waitFor(someone, other)
    assert.deepEqual((await agenda(someone)).waits, [talk.id, other.id])
    await call('PUT', `/sessions/update/${talk.id}`, { date: '2030-01-02' })
    assert.deepEqual((await agenda(someone)).waits, [other.id])
    await call('PUT', `/sessions/update/${rival.id}`, { prevent_session_conflicts: 0 })
    assert.deepEqual((await agenda(someone)).waits, [])
  })

  it('on_conflict=swap gives up what conflicts, unless it is locked or included', async () => {
    const summit = await event()
    for (const [settings, isSwapped] of [
      [{}, true],
      [{ locked_when_saved: 1 }, false],
      [{ selection_control: 'included' }, false],
    ] as const) {
      const { talk, holder, people } = await fullSession(summit, 1, {
        prevent_session_conflicts: 1,
        date: '2030-02-01',
      })
      const rival = await session(summit, { ...settings, date: '2030-02-01' })
      await claim(people[0], rival)
      await waitFor(people[0], talk, { on_conflict: 'swap' })
      await drop(holder, talk)
      assert.deepEqual((await agenda(people[0])).in.includes(talk.id), isSwapped)
      await call('DELETE', `/sessions/delete/${talk.id}?force=1`)
      await call('DELETE', `/sessions/delete/${rival.id}?force=1`)
    }
  })

  it('on_conflict=swap never gives up a session that has started', async () => {
    const summit = await event()
    const rival = await session(summit, { ...inAnHour(), prevent_session_conflicts: 1 })
    const { talk, holder, people } = await fullSession(summit, 1, { ...inAnHour(90) })
    await claim(people[0], rival)
    await waitFor(people[0], talk, { on_conflict: 'swap' })
    clock.pass(70)
    await drop(holder, talk)
    assert.deepEqual(await agenda(people[0]), { in: [rival.id], waits: [talk.id] })
    assert.deepEqual(await findings(summit), [])
  })

  it('lining up again without on_conflict keeps what was asked for', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 0 })
    const someone = await person(summit)
    const asked = async () => (await seats(talk.id)).line[0].on_conflict
    await waitFor(someone, talk, { on_conflict: 'swap' })
    await waitFor(someone, talk)
    assert.equal(await asked(), 'swap')
    await call('PUT', `/registrants/${someone.id}/agenda`, { waitlist_ids: [talk.id] })
    assert.equal(await asked(), 'swap')
    await waitFor(someone, talk, { on_conflict: 'pass' })
    assert.equal(await asked(), 'pass')
  })

  it('moves when what stood in the way of a swap is no longer locked', async () => {
    const summit = await event()
    const { talk, holder, people } = await fullSession(summit, 1, { prevent_session_conflicts: 1 })
    const rival = await session(summit, { locked_when_saved: 1 })
    await claim(people[0], rival)
    await waitFor(people[0], talk, { on_conflict: 'swap' })
    await drop(holder, talk)
    assert.deepEqual((await agenda(people[0])).in, [rival.id])
    await call('PUT', `/sessions/update/${rival.id}`, { locked_when_saved: 0 })
    assert.deepEqual((await agenda(people[0])).in, [talk.id])
    assert.deepEqual(await findings(summit), [])
  })

  it('a swap frees the next seat, also in a circle', async () => {
    const summit = await event()
    const talks = []
    for (let n = 0; n < 3; n++)
      talks.push(await session(summit, { capacity: 1, prevent_session_conflicts: 1 }))
    const people = []
    for (const talk of talks) people.push(await person(summit, { session_ids: [talk.id] }))
    for (const [n, someone] of people.entries())
      await waitFor(someone, talks[(n + 1) % 3], { on_conflict: 'swap' })
    assert.deepEqual((await agenda(people[0])).in, [talks[0].id])
    await call('PUT', `/sessions/update/${talks[0].id}`, { capacity: 2 })
    for (const [n, someone] of people.entries())
      assert.deepEqual(await agenda(someone), { in: [talks[(n + 1) % 3].id], waits: [] })
    for (const talk of talks) assert.equal((await counts(talk))[0], 1)
    assert.deepEqual(await findings(summit), [])
  })

  it('nobody is promoted after the session has started or registration has closed', async () => {
    const summit = await event()
    const started = await fullSession(summit, 1, { date: '2029-11-30' })
    await drop(started.holder, started.talk)
    assert.deepEqual(await counts(started.talk), [0, 0, 0, 1])
    const closed = await event({ close_date: '2029-11-30' })
    const { talk, holder, people } = await fullSession(closed, 1)
    await drop(holder, talk)
    assert.deepEqual(await counts(talk), [0, 0, 0, 1])
    assert.deepEqual([await findings(summit), await findings(closed)], [[], []])
    await call('PUT', `/events/update/${closed.id}`, { close_date: '2029-12-31' })
    assert.deepEqual((await agenda(people[0])).in, [talk.id])
  })

  it('nobody is promoted while the event is closed or archived, until it is open again', async () => {
    for (const status of ['closed', 'archived']) {
      const summit = await event({ status })
      const talk = await session(summit, { capacity: 1 })
      const [a, b] = [await person(summit, { session_ids: [talk.id] }), await person(summit)]
      await waitFor(b, talk)
      await drop(a, talk)
      assert.deepEqual(await counts(talk), [0, 0, 0, 1])
      await call('PUT', `/events/update/${summit.id}`, { status: 'live' })
      assert.deepEqual(await counts(talk), [1, 0, 0, 0])
    }
  })

  it('nobody is promoted into a session that is not live, until it is', async () => {
    const summit = await event()
    const { talk, holder } = await fullSession(summit, 1)
    await call('PUT', `/sessions/update/${talk.id}`, { session_status: 'approved' })
    await drop(holder, talk)
    assert.deepEqual(await counts(talk), [0, 0, 0, 1])
    await call('PUT', `/sessions/update/${talk.id}`, { session_status: 'live' })
    assert.deepEqual(await counts(talk), [1, 0, 0, 0])
  })

  it('each move is explained: who, from which place, why now, who was passed over and why', async () => {
    const summit = await event()
    const { talk, holder, people } = await fullSession(summit, 2)
    const rival = await session(summit, { prevent_session_conflicts: 1 })
    await claim(people[0], rival)
    await drop(holder, talk)
    const [released, promoted] = (await moves(summit)).slice(-2).map(row => row.after ?? row.before)
    assert.deepEqual(released, {
      registrant_id: holder.id,
      session_id: talk.id,
      state: 'selected',
      why: 'released',
    })
    assert.deepEqual(promoted, {
      registrant_id: people[1].id,
      session_id: talk.id,
      state: 'selected',
      why: 'promoted',
      place: 2,
      passed_over: [{ registrant_id: people[0].id, why: 'conflict' }],
    })
  })
})

describe('a line that offers', () => {
  /** Somebody is offered a seat for which they would give up another, at the same time. */
  async function offeredSwap() {
    const summit = await event({ waitlist_mode: 'offer' })
    const { talk, holder, people } = await fullSession(summit, 1, { prevent_session_conflicts: 1 })
    const rival = await session(summit)
    await claim(people[0], rival)
    await waitFor(people[0], talk, { on_conflict: 'swap' })
    await drop(holder, talk)
    return { summit, talk, rival, people }
  }

  it('takes an offer back from whoever replaces their lines without it', async () => {
    const summit = await event({ waitlist_mode: 'offer' })
    const talk = await session(summit, { capacity: 1 })
    const [a, b] = [await person(summit, { session_ids: [talk.id] }), await person(summit)]
    await waitFor(b, talk)
    await drop(a, talk)
    const agendaOf = (waitlist_ids: number[]) =>
      call('PUT', `/registrants/${b.id}/agenda`, { session_ids: [], waitlist_ids })
    assert.deepEqual((await agendaOf([talk.id])).body.waitlisted_session_ids, [String(talk.id)])
    assert.deepEqual((await agendaOf([])).body.waitlisted_session_ids, [])
    assert.deepEqual(await counts(talk), [0, 0, 0, 0])
  })

  it('says for whom a seat is kept, and until when', async () => {
    const summit = await event({ waitlist_mode: 'offer', waitlist_offer_minutes: 30 })
    const { talk, holder, people } = await fullSession(summit, 2)
    await drop(holder, talk)
    const until = new Date(clock.now().getTime() + 30 * 60_000).toISOString().slice(0, 19).replace('T', ' ')
    assert.deepEqual((await seats(talk.id)).offers, [{ registrant_id: people[0]!.id, until }])
  })

  it('keeps a seat no longer than until the session starts, or registration closes', async () => {
    const end = new Date(clock.now().getTime() + 20 * 60_000)
    const [date, time] = end.toISOString().split(/[T.]/)
    for (const [settings, times] of [
      [{}, { date, start_time: time, end_time: '' }],
      [{ close_date: date, close_time: time }, {}],
    ] as const) {
      const summit = await event({ waitlist_mode: 'offer', waitlist_offer_minutes: 30, ...settings })
      const { talk, holder } = await fullSession(summit, 1, times)
      await drop(holder, talk)
      assert.deepEqual((await seats(talk.id)).offers[0].until, `${date} ${time}`)
    }
  })

  it('keeps the seat for the first until they accept', async () => {
    const summit = await event({ waitlist_mode: 'offer' })
    const { talk, holder, people } = await fullSession(summit, 2)
    await drop(holder, talk)
    assert.deepEqual(await counts(talk), [0, 0, 1, 1])
    assert.deepEqual(await lettersTo(people[0]), ['offer'])
    const stranger = await person(summit)
    assert.deepEqual(reasonsIn(await claim(stranger, talk)), [`sold_out ${talk.id}`])
    assert.equal((await claim(people[0], talk)).status, 200)
    assert.deepEqual(await counts(talk), [1, 0, 0, 1])
  })

  it('goes to the next when it is declined, or not answered in time', async () => {
    const summit = await event({ waitlist_mode: 'offer', waitlist_offer_minutes: 30 })
    const { talk, holder, people } = await fullSession(summit, 3)
    await drop(holder, talk)
    await leave(people[0], talk)
    assert.deepEqual(await line(talk), [people[2].id])
    clock.pass(29)
    await app.parts.desk.giveBackExpired()
    assert.deepEqual(await line(talk), [people[2].id])
    clock.pass(1)
    await app.parts.desk.giveBackExpired()
    assert.deepEqual([await line(talk), await counts(talk)], [[], [0, 0, 1, 0]])
    assert.deepEqual(await agenda(people[1]), { in: [], waits: [] })
    const whys = (await moves(summit)).map(row => (row.after ?? row.before)!.why)
    assert.deepEqual(whys.slice(-4), ['offer_declined', 'offered', 'offer_expired', 'offered'])
    assert.deepEqual(await findings(summit), [])
  })

  /** An event whose line offers, with an offer to the first of two who wait. */
  async function offered(settings: object = {}) {
    const summit = await event({ waitlist_mode: 'offer', waitlist_offer_minutes: 600 })
    const { talk, holder, people } = await fullSession(summit, 2, settings)
    await drop(holder, talk)
    const [first, second] = people
    assert.deepEqual([await counts(talk), await line(talk)], [[0, 0, 1, 1], [second.id]])
    return { summit, talk, first, second }
  }
  const until = async (talk: { id: number }) => (await seats(talk.id)).offers[0]?.until
  const clockIn = (minutes: number) =>
    new Date(clock.now().getTime() + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ')

  it('that is closed, or does not take place, returns its offers to their former places', async () => {
    const ways: [object, object, 'events' | 'sessions'][] = [
      [{ status: 'closed' }, { status: 'live' }, 'events'],
      [{ close_date: '2029-11-30' }, { close_date: '' }, 'events'],
      [{ session_status: 'approved' }, { session_status: 'live' }, 'sessions'],
      [{ date: '2029-11-30' }, { date: '2030-01-01' }, 'sessions'],
    ]
    for (const [end, again, noun] of ways) {
      const { summit, talk, first, second } = await offered()
      const path = `/${noun}/update/${noun === 'events' ? summit.id : talk.id}`
      const { version } = (await pool`select version from registrants where id = ${first.id}`)[0]!
      await call('PUT', path, end)
      assert.deepEqual(
        [await counts(talk), await line(talk)],
        [
          [0, 0, 0, 2],
          [first.id, second.id],
        ],
      )
      assert.deepEqual((await moves(summit)).at(-1)!.after!.why, 'offer_ended')
      assert.deepEqual(
        [...(await pool`select version from registrants where id = ${first.id}`)],
        [{ version: version + 1 }],
      )
      await call('PUT', path, again)
      assert.deepEqual([await counts(talk), await line(talk)], [[0, 0, 1, 1], [second.id]])
      assert.deepEqual(await findings(summit), [])
    }
  })

  it('gives an offer its proper end when the start or the closing moves', async () => {
    const { summit, talk } = await offered()
    const whole = clockIn(600)
    assert.equal(await until(talk), whole)
    const move = (body: object) => call('PUT', `/sessions/update/${talk.id}`, body)
    await move(inAnHour(90))
    assert.equal(await until(talk), clockIn(90))
    assert.deepEqual((await moves(summit)).at(-1)!.after!.why, 'offer_end_moved')
    await move(inAnHour(120))
    assert.equal(await until(talk), clockIn(120))
    await move({ date: '2030-01-01' })
    assert.equal(await until(talk), whole)
    const { date, start_time } = inAnHour(30)
    const close = (body: object) => call('PUT', `/events/update/${summit.id}`, body)
    await close({ close_date: date, close_time: start_time })
    assert.equal(await until(talk), clockIn(30))
    await close({ close_date: '', close_time: '' })
    assert.equal(await until(talk), whole)
    const before = (await moves(summit)).length
    await move({ date: '2030-01-02' })
    assert.equal((await moves(summit)).length, before)
  })

  it('returns an offer that is in conflict with a newer seat to the former place, and offers the seat to the next', async () => {
    const { summit, talk, first, second } = await offered()
    const rival = await session(summit, { prevent_session_conflicts: 1 })
    await claim(first, rival)
    assert.deepEqual(await agenda(first), { in: [rival.id], waits: [talk.id] })
    assert.deepEqual([await counts(talk), await line(talk)], [[0, 0, 1, 1], [first.id]])
    await leave(second, talk)
    assert.deepEqual(await counts(talk), [0, 0, 0, 1])
    await drop(first, rival)
    assert.deepEqual([await counts(talk), await findings(summit)], [[0, 0, 1, 0], []])
  })

  it('returns an offer whose swap is no longer possible', async () => {
    const { summit, talk, rival, people } = await offeredSwap()
    await call('PUT', `/sessions/update/${rival.id}`, { locked_when_saved: 1 })
    assert.deepEqual((await agenda(people[0])).waits, [talk.id])
    assert.deepEqual([(await counts(talk))[2], await findings(summit)], [0, []])
  })

  it('keeps the former place also within one batch, before those who line up in it', async () => {
    const { summit, talk, first, second } = await offered()
    const rival = await session(summit, { prevent_session_conflicts: 1 })
    const third = await person(summit)
    await leave(second, talk)
    const waits = { waitFor: [{ session_id: talk.id, on_conflict: undefined }] }
    const orders = [order(third, waits), order(first, { add: [rival.id] }), order(second, waits)]
    await transaction(pool, db => carryOut(db, summit.id, orders, clock.now()))
    const offers = (await seats(talk.id)).offers.map((each: { registrant_id: number }) => each.registrant_id)
    assert.deepEqual(offers, [third.id])
    assert.deepEqual([await line(talk), await findings(summit)], [[first.id, second.id], []])
  })

  it('a swap happens when it is accepted', async () => {
    const { summit, talk, rival, people } = await offeredSwap()
    assert.deepEqual((await agenda(people[0])).in, [rival.id])
    await claim(people[0], talk)
    assert.deepEqual(await agenda(people[0]), { in: [talk.id], waits: [] })
    const { before } = (await moves(summit)).find(move => move.before?.why === 'swapped')!
    assert.deepEqual([before!.session_id, before!.for_session_id], [rival.id, talk.id])
  })

  it('never swaps away what the same call names, whatever the order', async () => {
    const { talk, rival, people } = await offeredSwap()
    for (const session_ids of [
      [rival.id, talk.id],
      [talk.id, rival.id],
    ])
      assert.deepEqual(reasonsIn(await change(people[0], { session_ids })), [`conflict ${talk.id}`])
    assert.deepEqual((await agenda(people[0])).in, [rival.id])
  })

  it('swaps nothing away for a seat that is refused after all', async () => {
    const { talk, rival, people } = await offeredSwap()
    await call('PUT', `/sessions/update/${talk.id}`, { session_status: 'approved' })
    const wanted = { waitlist_ids: [], session_ids: [rival.id, talk.id], partial: true }
    assert.equal((await call('PUT', `/registrants/${people[0].id}/agenda`, wanted)).status, 200)
    assert.deepEqual((await agenda(people[0])).in, [rival.id])
  })

  it('stands for its full time when somebody whose offer has expired lines up again', async () => {
    const summit = await event({ waitlist_mode: 'offer', waitlist_offer_minutes: 30 })
    const { talk, holder, people } = await fullSession(summit, 1)
    await drop(holder, talk)
    clock.pass(30)
    await waitFor(people[0], talk)
    assert.deepEqual(await counts(talk), [0, 0, 1, 0])
    clock.pass(29)
    await app.parts.desk.giveBackExpired()
    assert.deepEqual(await counts(talk), [0, 0, 1, 0])
    clock.pass(1)
    await app.parts.desk.giveBackExpired()
    assert.deepEqual(await counts(talk), [0, 0, 0, 0])
  })
})

describe('a manual line', () => {
  it('moves only when the organiser picks', async () => {
    const summit = await event({ waitlist_mode: 'manual' })
    const { talk, holder, people } = await fullSession(summit, 2)
    await drop(holder, talk)
    assert.deepEqual(await counts(talk), [0, 0, 0, 2])
    assert.deepEqual(await findings(summit), [])
    await claim(people[1], talk)
    assert.deepEqual([await counts(talk), await line(talk)], [[1, 0, 0, 1], [people[0].id]])
    const { why, place } = (await moves(summit)).at(-1)!.after!
    assert.deepEqual([why, place], ['claimed', 2])
  })

  it('moves by itself once it is made automatic', async () => {
    const summit = await event({ waitlist_mode: 'manual' })
    const { talk, holder } = await fullSession(summit, 1)
    await drop(holder, talk)
    await call('PUT', `/events/update/${summit.id}`, { waitlist_mode: 'automatic' })
    assert.deepEqual(await counts(talk), [1, 0, 0, 0])
  })
})

describe('an unfinished registration', () => {
  it('holds its seats for 15 minutes after its last change, then the line moves', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 1 })
    const other = await session(summit, { date: '2030-01-02' })
    const someone = await person(summit, { registration_status: 'in_progress', session_ids: [talk.id] })
    const next = await person(summit)
    await waitFor(next, talk)
    assert.deepEqual(await counts(talk), [0, 1, 0, 1])
    clock.pass(14)
    await change(someone, { company: 'Analytical Engines' })
    clock.pass(14)
    await claim(someone, other)
    clock.pass(14)
    await app.parts.desk.giveBackExpired()
    assert.deepEqual(await counts(talk), [0, 1, 0, 1])
    clock.pass(1)
    await app.parts.desk.giveBackExpired()
    assert.deepEqual(
      [await counts(talk), await counts(other)],
      [
        [1, 0, 0, 0],
        [0, 0, 0, 0],
      ],
    )
    assert.equal((await desk.read(someone.id)).registration_status, 'expired')
    assert.deepEqual([await lettersTo(someone), await lettersTo(next)], [['abandoned'], ['promotion']])
    assert.deepEqual(await findings(summit), [])
  })

  it('becomes seats when it is confirmed', async () => {
    const summit = await event()
    const talk = await session(summit)
    const someone = await person(summit, { registration_status: 'in_progress', session_ids: [talk.id] })
    await change(someone, { registration_status: 'confirmed' })
    assert.deepEqual(await counts(talk), [1, 0, 0, 0])
    clock.pass(20)
    await app.parts.desk.giveBackExpired()
    assert.deepEqual(await counts(talk), [1, 0, 0, 0])
  })

  it('that has expired is gone before anything else is decided, also for whoever deletes it', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 1 })
    const late = await person(summit, { registration_status: 'in_progress', session_ids: [talk.id] })
    const other = await person(summit)
    clock.pass(15)
    assert.equal((await claim(other, talk)).status, 200)
    assert.deepEqual(reasonsIn(await claim(late, talk)), [
      `registrant_inactive ${talk.id}`,
      `sold_out ${talk.id}`,
    ])
    const gone = await person(summit, { registration_status: 'in_progress' })
    clock.pass(15)
    assert.equal((await call('DELETE', `/registrants/${gone.id}`)).status, 204)
  })

  it('that has expired is not checked in, whether or not its seats have been given back', async () => {
    const summit = await event()
    const late = await person(summit, { registration_status: 'in_progress' })
    clock.pass(15)
    const checkIn = () => call('POST', '/registrants/checkin', { id: late.id, status: 'attended' })
    assert.deepEqual(reasonsIn(await checkIn()), ['registrant_inactive id'])
    await app.parts.desk.giveBackExpired()
    assert.deepEqual(reasonsIn(await checkIn()), ['registrant_inactive id'])
    assert.equal((await desk.read(late.id)).registration_status, 'expired')
  })
})

describe('letters', () => {
  it('have one cause each: a repeated claim has none, a promotion tells of the place in the line', async () => {
    const summit = await event()
    const [talk, free] = [await session(summit), await session(summit, { date: '2030-01-02' })]
    const someone = await person(summit)
    await claim(someone, talk, '?send_email=true')
    await claim(someone, talk, '?send_email=true')
    await call('POST', `/registrants/${someone.id}/waitlist/${free.id}?send_email=true`)
    assert.deepEqual(await lettersTo(someone), ['modified', 'promotion'])
  })

  it('that a registration has run out go to whose hold ran out, not to who is recorded as expired', async () => {
    const summit = await event()
    const recorded = await person(summit, { registration_status: 'expired' })
    const late = await person(summit, { registration_status: 'in_progress' })
    await change(await person(summit), { registration_status: 'expired' })
    clock.pass(16)
    await app.parts.desk.giveBackExpired()
    const told = await pool`select registrant_id, kind from outbox where event_id = ${summit.id}`
    assert.deepEqual([...told], [{ registrant_id: late.id, kind: 'abandoned' }])
    assert.deepEqual(await lettersTo(recorded), [])
  })

  it('welcome who comes in, and nobody else', async () => {
    const summit = await event()
    const welcomed = async (registration_status: string, next?: string) => {
      const email = `w${registration_status}@example.com`
      const body = { event_id: summit.id, email, registration_status }
      const { body: someone } = await call('POST', '/registrants?send_email=true', body)
      if (next) await change(someone, { registration_status: next }, '?send_email=true')
      return lettersTo(someone)
    }
    assert.deepEqual(await welcomed('confirmed', 'attended'), ['confirmation', 'modified'])
    assert.deepEqual(await welcomed('in_progress', 'confirmed'), ['confirmation'])
    assert.deepEqual(await welcomed('pending', 'confirmed'), ['confirmation', 'confirmation'])
    assert.deepEqual(await welcomed('cancelled', 'confirmed'), ['confirmation'])
    assert.deepEqual(await welcomed('denied'), [])
    assert.deepEqual(await welcomed('confirmed', 'denied'), ['confirmation', 'cancelled'])
  })
})
