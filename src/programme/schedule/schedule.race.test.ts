import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { atOnce, order, withoutLock } from '../../../test/support/races.ts'
import { seatDesk } from '../../../test/support/seats.ts'
import type { Db } from '../../db/connection.ts'
import { carryOut } from '../../registration/desk/registration.ts'
import { rearrange } from './schedule.ts'
import type { Rearranged } from './schema.ts'

const url = await ownDatabase()
const first = await testApp({ url })
const second = await testApp({ beside: first, url })
const { pool, account_id, call } = first
const { event, session, person, counts, findings } = seatDesk(first)
const actor = { account_id, actor_id: null, request_id: null, now: new Date() }
type Named = { id: number }

const manner = { fields: [], basis: null, outlook: false, people_after: 0, override: false, mail: false }
const setting =
  (summit: Named, talk: Named, body: Json, version: number | null = null) =>
  (db: Db): Promise<Rearranged> =>
    rearrange(db, actor, summit.id, [{ id: talk.id, version, body, place: 0 }], manner)
const claiming = (summit: Named, who: Named, talk: Named) => async (db: Db) => {
  const [outcome] = await carryOut(
    db,
    summit.id,
    [order(account_id, { registrant_id: who.id, add: [talk.id] })],
    new Date(),
  )
  return outcome!
}
const isDone = (outcome: unknown) => !(outcome instanceof Error)

describe('a capacity is lowered by a schedule while a seat is claimed', () => {
  const scene = async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 2 })
    await person(summit, { session_ids: [talk.id] })
    return { summit, talk, late: await person(summit) }
  }

  it('the seat that was claimed first counts, although the change was planned before', async () => {
    const { summit, talk, late } = await scene()
    const outcomes = await atOnce<unknown>(
      pool,
      claiming(summit, late, talk),
      setting(summit, talk, { capacity: 1 }),
    )
    assert.deepEqual(outcomes.map(isDone), [true, false])
    assert.deepEqual([await counts(talk), await findings(summit)], [[2, 0, 0, 0], []])
  })

  it('without the lock of the event more seats are taken than there are', async () => {
    const { summit, talk, late } = await scene()
    const outcomes = await atOnce<unknown>(pool, setting(summit, talk, { capacity: 1 }), db =>
      claiming(summit, late, talk)(withoutLock(db)),
    )
    const [row] = await pool`select capacity, selected_count, overbooked from sessions where id = ${talk.id}`
    // The check on the table is the last line: it refuses what the rules granted.
    assert.ok(outcomes.some(outcome => !isDone(outcome)) || row!.selected_count > row!.capacity)
  })
})

describe('two organisers change one session', () => {
  it('who names the version that they saw does not undo the other', async () => {
    const summit = await event()
    const talk = await session(summit)
    const outcomes = await atOnce<unknown>(
      pool,
      setting(summit, talk, { start_time: '09:00' }, 1),
      setting(summit, talk, { start_time: '12:00', end_time: '13:00' }, 1),
    )
    assert.deepEqual(outcomes.map(isDone), [true, false])
    assert.equal((outcomes[1] as { status?: number }).status, 412)
    assert.equal((await call('GET', `/sessions/${talk.id}`)).body.start_time, '09:00:00')
  })

  it('without versions the later one builds on what the first left', async () => {
    const summit = await event()
    const talk = await session(summit)
    const outcomes = await atOnce<unknown>(
      pool,
      setting(summit, talk, { start_time: '09:00' }),
      setting(summit, talk, { end_time: '13:00' }),
    )
    assert.deepEqual(outcomes.map(isDone), [true, true])
    const { start_time, end_time, version } = (await call('GET', `/sessions/${talk.id}`)).body
    assert.deepEqual([start_time, end_time, version], ['09:00:00', '13:00:00', 3])
  })

  it('from two processes, schedules of the same sessions in opposite orders all end', async () => {
    const summit = await event()
    const sessions = await Promise.all(
      Array.from({ length: 12 }, (_, n) => session(summit, { name: `S${n}` })),
    )
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, n) => {
        const list = sessions.map(({ id }) => ({ id, start_time: `0${n % 9}:00`, end_time: '23:00' }))
        const { call } = n % 2 ? first : second
        return call('PUT', `/events/${summit.id}/schedule`, n % 3 ? list : list.toReversed())
      }),
    )
    assert.deepEqual([...new Set(replies.map(({ status }) => status))], [200])
    const starts = await Promise.all(
      sessions.map(async ({ id }) => (await call('GET', `/sessions/${id}`)).body.start_time),
    )
    assert.equal(new Set(starts).size, 1)
  })
})

describe('a session moves while its waitlist does', () => {
  it('nobody has two seats, and the line stays right', async () => {
    for (let round = 0; round < 3; round++) {
      const summit = await event()
      const talk = await session(summit, { capacity: 3, prevent_session_conflicts: 1 })
      const lab = await session(summit, { name: 'Lab', start_time: '14:00', end_time: '15:00' })
      const seated = await Promise.all(
        Array.from({ length: 3 }, () => person(summit, { session_ids: [talk.id] })),
      )
      const waiting = await Promise.all(
        Array.from({ length: 4 }, (_, n) => person(summit, { session_ids: n % 2 ? [lab.id] : [] })),
      )
      for (const { id } of waiting) await call('POST', `/registrants/${id}/waitlist/${talk.id}`)
      const replies = await Promise.all([
        ...seated.map(({ id }) => second.call('DELETE', `/registrants/${id}/session/${talk.id}`)),
        call('PUT', `/events/${summit.id}/schedule?send_email=1`, [
          { id: talk.id, start_time: '14:30', end_time: '15:30' },
        ]),
        second.call('PUT', `/events/${summit.id}/schedule`, [{ id: talk.id, capacity: 4 }]),
      ])
      assert.deepEqual([...new Set(replies.map(({ status }) => status))], [200])
      assert.deepEqual(await findings(summit), [])
    }
  })
})

describe('an undoing meets another', () => {
  it('one of them takes the change back', async () => {
    const summit = await event()
    const talk = await session(summit)
    const { change } = (
      await call('PUT', `/events/${summit.id}/schedule`, [{ id: talk.id, start_time: '09:00' }])
    ).body
    const replies = await Promise.all(
      [first, second, first, second].map(app =>
        app.call('POST', `/events/${summit.id}/schedule/undo/${change}`),
      ),
    )
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 422, 422, 422])
    assert.equal((await call('GET', `/sessions/${talk.id}`)).body.start_time, '10:00:00')
  })
})
