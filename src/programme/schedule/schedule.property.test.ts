import assert from 'node:assert/strict'
import { it } from 'node:test'
import fc from 'fast-check'
import { type Json, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { seatDesk } from '../../../test/support/seats.ts'

const app = await testApp({ url: await ownDatabase() })
const { call, pool } = app
const { event, session, person, findings } = seatDesk(app)

const hour = (n: number) => `${String(n).padStart(2, '0')}:00`
const place = fc.record({ start: fc.integer({ min: 9, max: 14 }), length: fc.integer({ min: 1, max: 2 }) })
const programmes = fc.record({
  sessions: fc.array(
    fc.record({ at: place, capacity: fc.option(fc.integer({ min: 1, max: 3 })), prevents: fc.boolean() }),
    { minLength: 2, maxLength: 5 },
  ),
  people: fc.array(fc.array(fc.nat(4), { maxLength: 3 }), { minLength: 1, maxLength: 6 }),
  waiting: fc.array(fc.tuple(fc.nat(5), fc.nat(4)), { maxLength: 4 }),
  moves: fc.uniqueArray(
    fc.record({
      session: fc.nat(4),
      at: fc.option(place),
      capacity: fc.option(fc.integer({ min: 1, max: 6 })),
      status: fc.option(fc.constantFrom('approved', 'live')),
    }),
    { selector: ({ session }) => session, minLength: 1, maxLength: 3 },
  ),
})

type Seat = {
  registrant_id: number
  session_id: number
  state: string
  session_status: string
  starts: number
  ends: number
}

/** Every seat, place and offer, with the times of its session. */
const seatsOf = (summit: Json) => pool<Seat[]>`
  select x.registrant_id, x.session_id, x.state, s.session_status, extract(epoch from s.starts_at)::int as starts,
    extract(epoch from s.ends_at)::int as ends
  from selections x join sessions s on s.id = x.session_id where s.event_id = ${summit.id}`

const isSeat = ({ state, session_status }: Seat) => state !== 'waitlisted' && session_status === 'live'
const isSitting = (seat: Seat) => isSeat(seat) && seat.state !== 'offered'
const named = (seats: Seat[], test: (seat: Seat) => boolean) =>
  new Set(seats.filter(test).map(seat => `${seat.registrant_id} ${seat.session_id}`))
const ids = (keys: Iterable<string>) =>
  [...new Set([...keys].map(key => Number(key.split(' ')[0])))].sort((a, b) => a - b)

/** Pairs of seats of one registrant at the same time. */
function overlapsIn(seats: Seat[]): Set<string> {
  const sitting = seats.filter(isSitting)
  return new Set(
    sitting.flatMap(a =>
      sitting
        .filter(
          b =>
            a.registrant_id === b.registrant_id &&
            a.session_id < b.session_id &&
            a.starts < b.ends &&
            b.starts < a.ends,
        )
        .map(b => `${a.registrant_id} ${a.session_id} ${b.session_id}`),
    ),
  )
}

it('a schedule does what its rehearsal said, names who loses or overlaps, and is taken back by its undoing', async () => {
  await fc.assert(
    fc.asyncProperty(programmes, async ({ sessions, people, waiting, moves }) => {
      const summit = await event()
      const talks: Json[] = []
      for (const { at, capacity, prevents } of sessions)
        talks.push(
          await session(summit, {
            name: `S${talks.length}`,
            start_time: hour(at.start),
            end_time: hour(at.start + at.length),
            capacity,
            prevent_session_conflicts: prevents ? 1 : 0,
          }),
        )
      const registrants: Json[] = []
      for (const wanted of people) {
        const who = await person(summit)
        registrants.push(who)
        const session_ids = wanted.flatMap(n => talks[n]?.id ?? [])
        await call('PUT', `/registrants/${who.id}/agenda`, { session_ids, partial: true })
      }
      for (const [who, talk] of waiting)
        if (registrants[who] && talks[talk])
          await call('POST', `/registrants/${registrants[who].id}/waitlist/${talks[talk].id}`)
      const wanted = moves.flatMap(({ session, at, capacity, status }) => {
        const talk = talks[session]
        if (!talk) return []
        const times = at && { start_time: hour(at.start), end_time: hour(at.start + at.length) }
        return [
          { id: talk.id, ...times, ...(capacity && { capacity }), ...(status && { session_status: status }) },
        ]
      })
      const path = `/events/${summit.id}/schedule`
      const query = 'override_capacity_errors=1'
      const before = await seatsOf(summit)
      const rehearsal = (await call('PUT', `${path}?${query}&validate_only=1`, wanted)).body
      assert.deepEqual(await seatsOf(summit), before)
      const applied = await call('PUT', `${path}?${query}`, {
        sessions: wanted,
        basis: rehearsal.basis ?? null,
      })
      assert.equal(applied.status, 200)
      const after = await seatsOf(summit)
      if (applied.body.change === null) return assert.deepEqual(after, before)
      assert.deepEqual(applied.body.people, rehearsal.people)
      const { people: effects } = rehearsal
      const had = named(before, isSeat)
      const has = named(after, isSeat)
      assert.deepEqual(effects.without_seat.ids, ids(had.difference(has)))
      assert.deepEqual(effects.in_conflict.ids, ids(overlapsIn(after).difference(overlapsIn(before))))
      const seatedBefore = named(before, ({ state }) => state !== 'waitlisted')
      assert.deepEqual(effects.promoted.ids, ids(has.difference(seatedBefore)))
      assert.deepEqual(await findings(summit), [])
      const stored = new Map(talks.map(talk => [talk.id, talk]))
      const undone = await call('POST', `${path}/undo/${applied.body.change}?${query}`)
      assert.deepEqual([undone.status, undone.body.refused], [200, []])
      for (const { id } of wanted) {
        const now = (await call('GET', `/sessions/${id}`)).body
        for (const field of [
          'date',
          'start_time',
          'end_time',
          'starts_at',
          'ends_at',
          'capacity',
          'session_status',
        ])
          assert.equal(now[field], stored.get(id)![field], field)
      }
      assert.deepEqual(await findings(summit), [])
    }),
    { numRuns: Number(process.env.LECTERN_SEQUENCES ?? 25), seed: Number(process.env.LECTERN_SEED ?? 9) },
  )
})
