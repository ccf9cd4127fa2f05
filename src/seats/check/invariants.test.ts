import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { spawnLectern } from '../../../test/support/cli.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { seatDesk } from '../../../test/support/seats.ts'

const url = await ownDatabase()
const app = await testApp({ url })
const { pool, call, account_id } = app
const { event, session, person, claim, drop, waitFor, change, findings, moves } = seatDesk(app)

const found = async (summit: { id: number }) =>
  (await findings(summit)).map(({ invariant, type }) => [invariant, type])

/** Puts somebody into a session behind the rules' back. */
const smuggle = (who: { id: number }, talk: { id: number; event_id: number }, state = 'selected') =>
  pool`insert into selections (account_id, event_id, registrant_id, session_id, state, created_at, updated_at)
    values (${account_id}, ${talk.event_id}, ${who.id}, ${talk.id}, ${state}, now(), now())`

describe('the invariants of seats', () => {
  it('1. selected + held + offered ≤ capacity, unless an override put it there, and overrides are on record', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 1 })
    await person(summit, { session_ids: [talk.id] })
    await claim(await person(summit), talk, '?override_capacity_errors=true')
    assert.deepEqual(await found(summit), [])
    const [row] = await pool`
      select after from changes where event_id = ${summit.id} and object = 'selection' order by id desc limit 1`
    assert.equal(row!.after.override, true)
    await smuggle(await person(summit), talk)
    assert.deepEqual((await found(summit))[0], [1, 'oversold'])
    await assert.rejects(pool`update sessions set selected_count = 3 where id = ${talk.id}`, {
      constraint_name: 'sessions_never_oversold',
    })
    await pool`delete from selections where session_id = ${talk.id} and created_at = updated_at and id not in
      (select object_id from changes where object = 'selection')`
  })

  it('1. an override stays on record when a seat that was held is taken for good', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 0 })
    const someone = await person(summit, { registration_status: 'in_progress' })
    await claim(someone, talk, '?override_capacity_errors=true')
    await call('PUT', `/registrants/update/${someone.id}`, { registration_status: 'confirmed' })
    const [row] = await pool`select state, override from selections where registrant_id = ${someone.id}`
    assert.deepEqual({ ...row }, { state: 'selected', override: 1 })
  })

  it('1. whoever is not registered holds nothing', async () => {
    const summit = await event()
    const talk = await session(summit)
    const someone = await person(summit, { session_ids: [talk.id] })
    await pool`update registrants set registration_status = 'cancelled' where id = ${someone.id}`
    assert.deepEqual((await found(summit))[0], [1, 'wrong_holder'])
    await pool`update registrants set registration_status = 'confirmed' where id = ${someone.id}`
  })

  it('2. one live selection per registrant and session; a repeated claim is the same claim', async () => {
    const summit = await event()
    const talk = await session(summit)
    const someone = await person(summit)
    await Promise.all([claim(someone, talk), claim(someone, talk), claim(someone, talk)])
    await assert.rejects(smuggle(someone, talk), { constraint_name: 'selections_once' })
    assert.deepEqual(await found(summit), [])
  })

  it('3. no registrant holds two conflicting sessions, unless a later change of times made them clash', async () => {
    const summit = await event()
    const one = await session(summit, { prevent_session_conflicts: 1 })
    const other = await session(summit, { date: '2030-01-02' })
    const someone = await person(summit, { session_ids: [one.id, other.id] })
    const conflict = { registrant_id: someone.id, session_id: other.id, conflicts_with: [one.id] }
    const moved = await call('PUT', `/sessions/update/${other.id}`, { date: '2030-01-01' })
    assert.deepEqual([moved.body.new_conflicts, await found(summit)], [[conflict], []])
    const { before, after } = (await moves(summit)).at(-1)!
    const seat = { registrant_id: someone.id, session_id: other.id, state: 'selected' }
    assert.deepEqual([before, after], [seat, { ...seat, why: 'times_changed', conflicts_with: [one.id] }])
    const again = await call('PUT', `/sessions/update/${other.id}`, { start_time: '10:15' })
    assert.equal(again.body.new_conflicts, undefined)
    const { body } = await call('GET', `/sessions/${other.id}?expand=conflicts`)
    assert.deepEqual(body.conflicts, [{ id: one.id, name: 'Talk', registrants: 1 }])
    const third = await session(summit)
    await smuggle(someone, third)
    assert.deepEqual((await found(summit))[0], [3, 'clash'])
    await pool`delete from selections where session_id = ${third.id}`
  })

  it('3. the change log says so also when the event changes its zone', async () => {
    const summit = await event()
    const here = await session(summit, { prevent_session_conflicts: 1 })
    const abroad = await session(summit, { timezone: 'Asia/Tokyo' })
    const someone = await person(summit, { session_ids: [here.id, abroad.id] })
    await call('PUT', `/events/update/${summit.id}`, { timezone: 'Asia/Tokyo' })
    const seat = { registrant_id: someone.id, session_id: here.id, state: 'selected' }
    assert.deepEqual((await moves(summit)).at(-1)!.after, {
      ...seat,
      why: 'times_changed',
      conflicts_with: [abroad.id],
    })
    assert.deepEqual(await found(summit), [])
  })

  it('4. a freed seat never stays free while someone eligible waits', async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 1 })
    const holder = await person(summit, { session_ids: [talk.id] })
    const waiting = await person(summit)
    await waitFor(waiting, talk)
    await pool`update sessions set capacity = 2 where id = ${talk.id}`
    const [finding] = await findings(summit)
    assert.deepEqual(
      [finding!.type, finding!.session_id, finding!.registrant_id],
      ['free_seat', talk.id, waiting.id],
    )
    await drop(holder, talk)
    assert.deepEqual(await found(summit), [])
  })

  it('5. what was answered with success survives: selections are what the change log says', async () => {
    const summit = await event()
    const talk = await session(summit)
    const someone = await person(summit, { session_ids: [talk.id] })
    const [lost] = await pool`delete from selections where registrant_id = ${someone.id} returning *`
    assert.deepEqual((await found(summit))[0], [5, 'unrecorded'])
    await pool`insert into selections ${pool([lost!])}`
    assert.deepEqual(await found(summit), [])
  })

  it('5. what a reader of the change feed believes is what is stored, in the order of the feed', async () => {
    const summit = await event()
    const talk = await session(summit)
    const someone = await person(summit)
    await claim(someone, talk)
    await drop(someone, talk)
    assert.deepEqual(await found(summit), [])
    const swap = () => pool`
      with pair as (select tx, id from changes where event_id = ${summit.id} and object = 'selection')
      update changes c set tx = p.tx from pair p, pair q where q.id = c.id and p.id <> q.id`
    await swap()
    assert.deepEqual(await found(summit), [[5, 'unrecorded']])
    await swap()
    assert.deepEqual(await found(summit), [])
  })

  it('5. what the feed still holds back is believed as well', async () => {
    const summit = await event()
    const talk = await session(summit)
    await pool.begin(async db => {
      await db`select pg_current_xact_id()`
      await person(summit, { session_ids: [talk.id] })
      assert.deepEqual(await found(summit), [])
    })
  })

  it('6. counters equal recounts', async () => {
    const summit = await event()
    const talk = await session(summit)
    const someone = await person(summit, { session_ids: [talk.id] })
    await change(someone, { registration_status: 'no_show' })
    await pool`update sessions set selected_count = 4, waitlisted_count = 1 where id = ${talk.id}`
    await pool`update events set registrants_count = 9 where id = ${summit.id}`
    assert.deepEqual(
      (await findings(summit)).map(finding => finding.message),
      [
        `Session ${talk.id} counts 4 selected, not 1; 1 waitlisted, not 0.`,
        `Event ${summit.id} counts 9 registrants, not 1.`,
      ],
    )
    const env = { DATABASE_URL: url }
    const broken = await spawnLectern(['integrity', '--json'], env)
    assert.equal(broken.code, 1)
    const repaired = await spawnLectern(['integrity', '--repair'], env)
    assert.deepEqual([repaired.code, repaired.said.match(/^Repaired: /gm)?.length], [0, 2])
    assert.deepEqual([await found(summit), (await spawnLectern(['integrity'], env)).code], [[], 0])
    assert.equal((await call('GET', `/sessions/${talk.id}`)).body.seats_taken, 1)
  })

  it('7. speakers, attendances and fees of a session are of its event', async () => {
    const [summit, other] = [await event(), await event()]
    const [talk, far] = [await session(summit), await session(other)]
    const guest = await person(other)
    const { body: speaker } = await call('POST', '/speakers', { event_id: summit.id, name: 'Ada L' })
    const common = { account_id, event_id: summit.id, created_at: new Date(), updated_at: new Date() }
    const appearance = { ...common, speaker_id: speaker.id, role: 'speaker', sort: 1 }
    await pool`insert into session_speakers ${pool({ ...appearance, session_id: talk.id })}`
    assert.deepEqual(await found(summit), [])
    await pool`insert into session_speakers ${pool({ ...appearance, session_id: far.id })}`
    await pool`insert into session_attendances ${pool({ ...common, session_id: talk.id, registrant_id: guest.id, unexpected: 0 })}`
    await pool`insert into session_fees ${pool({ ...common, session_id: far.id, price: '1', conditional_prices: pool.json({}) })}`
    assert.deepEqual(
      (await findings(summit)).map(({ invariant, object }) => [invariant, object]),
      ['session_attendance', 'session_fee', 'session_speaker'].map(object => [7, object]),
    )
    for (const table of ['session_speakers', 'session_attendances', 'session_fees'])
      await pool`delete from ${pool(table)} where event_id = ${summit.id}`
  })
})
