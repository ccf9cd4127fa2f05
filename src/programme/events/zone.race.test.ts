import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'
import { resolveTimes } from '../sessions/times.ts'

const first = await testApp()
const second = await testApp({ beside: first })
const { make, call, pool } = first
const zones = ['Asia/Tokyo', 'Europe/Brussels', 'America/New_York', 'UTC']

describe('an event changes its zone while its sessions are written', () => {
  it('without lock and constraint a session keeps the old zone: the negative control', async () => {
    await pool.begin(async db => {
      await db`create temporary table scratch_event (zone text) on commit drop`
      await db`create temporary table scratch_session (zone text) on commit drop`
      await db`insert into scratch_event values ('UTC')`
      const [read] = await db`select zone from scratch_event`
      await db`update scratch_event set zone = 'Asia/Tokyo'`
      await db`update scratch_session set zone = 'Asia/Tokyo'`
      await db`insert into scratch_session values (${read!.zone})`
      const [late] = await db`select s.zone = e.zone as agrees from scratch_session s, scratch_event e`
      assert.equal(late!.agrees, false)
    })
  })

  it('every session ends in the zone of the event, with the instants of its own wall-clock time', async () => {
    const event = await make('events', { name: 'Race' })
    const body = { event_id: event.id, name: 'S', date: '2026-07-20', start_time: '10:00', end_time: '11:00' }
    const sessions = await Promise.all([1, 2, 3].map(() => make('sessions', body)))
    for (let round = 0; round < 8; round++) {
      const replies = await Promise.all([
        call('PUT', `/events/${event.id}`, { timezone: zones[round % 4] }),
        ...[first, second, first].map(app => app.call('POST', '/sessions/create', body)),
        ...sessions.map(({ id }, n) =>
          second.call('PUT', `/sessions/${id}`, { start_time: `0${(round + n) % 9}:00` }),
        ),
        second.call('PUT', `/sessions/${sessions[0].id}`, { use_event_timezone: round % 2 }),
      ])
      assert.deepEqual(
        replies.map(({ status }) => status),
        [200, 201, 201, 201, 200, 200, 200, 200],
      )
    }
    const { timezone } = (await call('GET', `/events/${event.id}`)).body
    const { items } = (await call('GET', `/sessions?event_id=${event.id}&fields=*&per-page=1000`)).body
    assert.equal(items.length, 27)
    for (const session of items as Json[]) {
      if (session.use_event_timezone) assert.equal(session.timezone, timezone)
      const { times } = resolveTimes(session as Parameters<typeof resolveTimes>[0])
      assert.deepEqual(
        {
          starts_at: session.starts_at,
          ends_at: session.ends_at,
          times_with_timezone: session.times_with_timezone,
        },
        times,
      )
    }
  })
})

describe('an event is deleted while sessions are created in it', () => {
  it('each creation comes before, and goes with the event, or is refused', async () => {
    for (let round = 0; round < 5; round++) {
      const event = await make('events', { name: 'Short' })
      const body = { event_id: event.id, name: 'S', date: '2026-07-20' }
      const [removed, ...created] = await Promise.all([
        second.call('DELETE', `/events/${event.id}`),
        ...Array.from({ length: 6 }, (_, n) =>
          (n % 2 ? first : second).call('POST', '/sessions/create', body),
        ),
      ])
      assert.equal(removed.status, 204)
      for (const { status, body } of created) {
        if (status === 422) assert.equal(body[0].field, 'event_id')
        else assert.equal(status, 201)
      }
      const [left] = await pool`select count(*)::int as sessions from sessions where event_id = ${event.id}`
      assert.equal(left!.sessions, 0)
    }
  })
})
