import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { handClock, reasonsIn, seatDesk } from '../../../test/support/seats.ts'

const clock = handClock()
const app = await testApp({ clock, url: await ownDatabase() })
const { call, pool } = app
// Here minutes pass while one token is used.
await pool`
  update tokens set expires_at = '2100-01-01'
  where credential_id in (select id from credentials where account_id = ${app.account_id})`
const desk = seatDesk(app)
const { event, session, person, claim, drop, waitFor, change, agenda, counts, moves } = desk
const findings = (summit: Json & { id: number }) => desk.findings(summit, clock.now())

const included = { selection_control: 'included' }
const update = ({ id }: { id: number }, body: Json, query = '') =>
  call('PUT', `/sessions/update/${id}${query}`, body)
const isIn = async (who: { id: number }, talk: { id: number }) => (await agenda(who)).in.includes(talk.id)

/** An included session, and somebody who is left out because of a rival at the same time. */
async function leftOutByConflict() {
  const summit = await event()
  const rival = await session(summit, { prevent_session_conflicts: 1 })
  const someone = await person(summit, { session_ids: [rival.id] })
  const keynote = await session(summit, { ...included, capacity: 5 })
  assert.equal(await isIn(someone, keynote), false)
  return { summit, rival, someone, keynote }
}

describe('a registrant who was left out of an included session by a conflict', () => {
  type Scene = Awaited<ReturnType<typeof leftOutByConflict>>
  const ways: Record<string, (scene: Scene) => Promise<unknown>> = {
    'the other seat is given up': ({ someone, rival }) => drop(someone, rival),
    'the other seat is given up by a new selection': ({ someone }) => change(someone, { session_ids: [] }),
    'the other session is moved': ({ rival }) => update(rival, { date: '2030-01-02' }),
    'the other session is in another zone': ({ rival }) => update(rival, { timezone: 'Asia/Tokyo' }),
    'the other session no longer takes place': ({ rival }) => update(rival, { session_status: 'rejected' }),
    'the other session no longer prevents conflicts': ({ rival }) =>
      update(rival, { prevent_session_conflicts: 0 }),
    'the other session is deleted': ({ rival }) => call('DELETE', `/sessions/delete/${rival.id}?force=1`),
    'the included session is moved': ({ keynote }) => update(keynote, { date: '2030-01-02' }),
    'the included session is live again': async ({ keynote, rival }) => {
      await update(keynote, { session_status: 'approved' })
      await update(rival, { date: '2030-01-02' })
      await update(keynote, { session_status: 'live' })
    },
    'the registration is made anew without the other seat': async ({ someone }) => {
      await change(someone, { registration_status: 'cancelled' })
      await change(someone, { registration_status: 'confirmed' })
    },
  }
  for (const [way, happen] of Object.entries(ways))
    it(`comes in when ${way}`, async () => {
      const scene = await leftOutByConflict()
      await happen(scene)
      assert.equal(await isIn(scene.someone, scene.keynote), true)
      assert.deepEqual(await findings(scene.summit), [])
    })

  it('stays out while there is no seat, and comes in with the next, before a newcomer', async () => {
    const { summit, rival, someone, keynote } = await leftOutByConflict()
    const [first] = [await person(summit), await update(keynote, { capacity: 1 })]
    await drop(someone, rival)
    assert.equal(await isIn(someone, keynote), false)
    assert.deepEqual(await findings(summit), [])
    const newcomer = { event_id: summit.id, email: 'late@example.com' }
    assert.deepEqual(reasonsIn(await call('POST', '/registrants', newcomer)), [`sold_out ${keynote.id}`])
    await change(first, { registration_status: 'cancelled' })
    assert.equal(await isIn(someone, keynote), true)
    const { after } = (await moves(summit)).at(-1)!
    assert.deepEqual([after!.registrant_id, after!.why], [someone.id, 'included'])
  })
})

describe('registrants who did not fit into an included session', () => {
  /** One is in, and three are left out, the first of whom has something at the same time. */
  async function full(settings: Json = {}) {
    const summit = await event(settings)
    const rival = await session(summit, { prevent_session_conflicts: 1 })
    const talk = await session(summit, { capacity: 1 })
    const holder = await person(summit, { session_ids: [talk.id] })
    const busy = await person(summit, { session_ids: [rival.id] })
    const [first, second] = [await person(summit), await person(summit)]
    const { body } = await update(talk, included)
    assert.deepEqual(
      body.not_included.map((each: Json) => [each.registrant_id, each.type]),
      [
        [busy.id, 'sold_out'],
        [busy.id, 'conflict'],
        [first.id, 'sold_out'],
        [second.id, 'sold_out'],
      ],
    )
    return { summit, talk, holder, busy, first, second }
  }

  it('come in by order of registration as seats come back, whoever cannot being passed over', async () => {
    const { summit, talk, holder, busy, first, second } = await full()
    await change(holder, { registration_status: 'cancelled' })
    assert.deepEqual([await isIn(first, talk), await isIn(busy, talk)], [true, false])
    await update(talk, { capacity: 2 })
    assert.deepEqual([await isIn(second, talk), await isIn(busy, talk)], [true, false])
    assert.deepEqual(await findings(summit), [])
  })

  for (const waitlist_mode of ['manual', 'offer'])
    it(`come in also where lines are ${waitlist_mode}, and after registration has closed`, async () => {
      const { summit, talk, holder, first } = await full({ waitlist_mode })
      await call('PUT', `/events/update/${summit.id}`, { status: 'closed' })
      await call('DELETE', `/registrants/${holder.id}`)
      assert.deepEqual([await isIn(first, talk), await counts(talk)], [true, [1, 0, 0, 0]])
    })

  it('come in when a hold runs out', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 1, ...included })
    await person(summit, { registration_status: 'in_progress' })
    const query = '?override_capacity_errors=true'
    const other = { event_id: summit.id, email: 'o@example.com', session_ids: [] }
    const late = (await call('POST', `/registrants${query}`, other)).body
    await drop(late, talk)
    await update(talk, { capacity: 1 })
    const next = (await call('POST', `/registrants${query}`, other)).body
    await update(talk, { selection_control: 'optional' })
    await drop(next, talk)
    assert.equal((await update(talk, included)).body.not_included.length, 1)
    clock.pass(15)
    await app.parts.desk.giveBackExpired()
    assert.deepEqual([await isIn(next, talk), await isIn(late, talk)], [true, false])
  })

  it('come in beyond the capacity when an override says so, and that is on record', async () => {
    const { summit, talk, busy, first, second } = await full()
    await update(talk, { selection_control: 'optional' })
    const { body } = await update(talk, included, '?override_capacity_errors=true')
    assert.deepEqual(
      body.not_included.map((each: Json) => [each.registrant_id, each.type]),
      [[busy.id, 'conflict']],
    )
    assert.deepEqual([await isIn(first, talk), await isIn(second, talk)], [true, true])
    assert.deepEqual([await counts(talk), await findings(summit)], [[3, 0, 0, 0], []])
    const created = { event_id: summit.id, name: 'New', date: '2030-02-01', capacity: 0, ...included }
    const forced = await call('POST', '/sessions/create?override_capacity_errors=true', created)
    assert.deepEqual([forced.body.not_included, forced.body.seats_taken], [[], 4])
  })

  it('stay out beyond the capacity when the override is for another change than the switch', async () => {
    const { summit, talk, holder, first } = await full()
    for (const body of [{ capacity: 0 }, { start_time: '09:30' }, { ...included, name: 'Keynote' }])
      assert.equal((await update(talk, body, '?override_capacity_errors=true')).status, 200)
    assert.deepEqual([await isIn(holder, talk), await isIn(first, talk)], [true, false])
    assert.deepEqual([await counts(talk), await findings(summit)], [[1, 0, 0, 0], []])
  })

  it('come in behind those who wait', async () => {
    const { summit, talk, holder, second, first } = await full()
    await waitFor(second, talk)
    await call('DELETE', `/registrants/${holder.id}`)
    assert.deepEqual([await isIn(second, talk), await isIn(first, talk)], [true, false])
    assert.deepEqual(await findings(summit), [])
  })
})

describe('a registrant whom the organiser took out of an included session', () => {
  async function removed() {
    const summit = await event()
    const keynote = await session(summit, { ...included, capacity: 5 })
    const someone = await person(summit)
    await drop(someone, keynote)
    return { summit, keynote, someone }
  }

  it('stays out, whatever happens to the session or the registration', async () => {
    const { summit, keynote, someone } = await removed()
    const { body: record } = await call('GET', `/sessions/${keynote.id}`)
    assert.equal((await update(keynote, record)).body.not_included, undefined)
    await update(keynote, { session_status: 'approved' })
    assert.deepEqual((await update(keynote, { session_status: 'live' })).body.not_included, [])
    await update(keynote, { capacity: 9 })
    await change(someone, await desk.read(someone.id))
    await change(someone, { registration_status: 'cancelled' })
    await change(someone, { registration_status: 'confirmed' })
    assert.equal(await isIn(someone, keynote), false)
    assert.deepEqual(await findings(summit), [])
  })

  it('is in again once a call names the session for them, and then like everybody', async () => {
    const { keynote, someone } = await removed()
    assert.equal((await claim(someone, keynote)).status, 200)
    await update(keynote, { session_status: 'approved' })
    await change(someone, { registration_status: 'cancelled' })
    await update(keynote, { session_status: 'live' })
    await change(someone, { registration_status: 'confirmed' })
    assert.equal(await isIn(someone, keynote), true)
  })

  it('does not wait for it any more either, so that no seat that comes back takes them in', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 1 })
    const [holder, someone] = [await person(summit, { session_ids: [talk.id] }), await person(summit)]
    await waitFor(someone, talk)
    await update(talk, included)
    await drop(someone, talk)
    assert.deepEqual((await agenda(someone)).waits, [])
    await change(holder, { registration_status: 'cancelled' })
    assert.deepEqual([await isIn(someone, talk), await findings(summit)], [false, []])
  })

  it('gives the seat to one who was left out', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 1 })
    const [holder, next] = [await person(summit, { session_ids: [talk.id] }), await person(summit)]
    await update(talk, included)
    await call('PUT', `/registrants/${holder.id}/agenda`, { drop: [talk.id] })
    assert.deepEqual([await isIn(holder, talk), await isIn(next, talk)], [false, true])
  })
})

describe('the zone of an event', () => {
  it('200 answers as an update of a session: who is in conflict, and who is left out', async () => {
    const summit = await event()
    const abroad = await session(summit, { timezone: 'Asia/Tokyo', prevent_session_conflicts: 1 })
    const [here, keynote] = [
      await session(summit),
      await session(summit, { ...included, date: '2030-01-02' }),
    ]
    const busy = await session(summit, {
      timezone: 'Asia/Tokyo',
      date: '2030-01-02',
      prevent_session_conflicts: 1,
    })
    const someone = await person(summit, { session_ids: [here.id, abroad.id] })
    const out = await person(summit)
    await drop(out, keynote)
    const other = await person(summit, { session_ids: [busy.id] })
    await update(keynote, { selection_control: 'optional' })
    await drop(other, keynote)
    await update(keynote, { start_time: '09:00', end_time: '21:00' })
    await update(keynote, included)
    const { body } = await call('PUT', `/events/update/${summit.id}`, { timezone: 'Asia/Tokyo' })
    assert.deepEqual(body.new_conflicts, [
      { registrant_id: someone.id, session_id: here.id, conflicts_with: [abroad.id] },
      { registrant_id: other.id, session_id: keynote.id, conflicts_with: [busy.id] },
    ])
    assert.deepEqual(body.not_included, [])
    const same = await call('PUT', `/events/update/${summit.id}`, { name: 'Summit' })
    assert.deepEqual([same.body.new_conflicts, same.body.not_included], [undefined, undefined])
  })
})
