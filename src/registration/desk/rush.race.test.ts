import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { type Crowd, count, crowdAt, sum } from '../../../test/support/crowds.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { seatDesk } from '../../../test/support/seats.ts'
import { twoAndTwo } from '../../../test/support/servers.ts'

const url = await ownDatabase()
const app = await testApp({ url })
const { pool } = app
// Without the lock transactions wait for each other in circles: these are found soon.
await pool.unsafe(`alter database "${new URL(url).pathname.slice(1)}" set deadlock_timeout = '20ms'`)
const { event, seats, findings } = seatDesk(app)

/** Two processes on one database, and two more that do not lock events. */
const { servers, spoiled: unlocked } = twoAndTwo(url, 'does not lock events')

/** Rounds of a race without the lock, at most, until it shows. */
const rounds = 50

/**
 * Races under load. Clients with an even and an odd `n` begin at different servers: `n >> 1` chooses, so that both servers
 * have people for everything. Each says what came of it: exactly `balanced` with the lock, something else without, in one round of a
 * few at the latest.
 */
const races: Record<string, { race: (crowd: Crowd) => Promise<object>; balanced: object }> = {
  'one hot session: exactly its seats are granted': {
    balanced: { granted: 40, refused: 260, seated: [40], findings: [] },
    race: async ({ people, sessions, all, seated }) => {
      const summit = await event()
      const talks = await sessions(summit, 1, () => ({ capacity: 40 }))
      const statuses = await all(await people(summit, 300), (ask, who) =>
        ask('POST', `/registrants/${who.id}/session/${talks[0]!.id}`),
      )
      return {
        granted: count(statuses, 200),
        refused: count(statuses, 422),
        seated: await seated(talks),
        findings: await findings(summit),
      }
    },
  },
  'fifty sessions: exactly the seats of each are granted': {
    balanced: { granted: 150, seated: Array(50).fill(3), findings: [] },
    race: async ({ people, sessions, all, seated }) => {
      const summit = await event()
      const talks = await sessions(summit, 50, () => ({ capacity: 3 }))
      const statuses = await all(await people(summit, 200), async (ask, who, n) => [
        await ask('POST', `/registrants/${who.id}/session/${talks[(n >> 1) % 50]!.id}`),
        await ask('POST', `/registrants/${who.id}/session/${talks[((n >> 1) * 7 + 1) % 50]!.id}`),
      ])
      return {
        granted: count(statuses.flat(), 200),
        seated: await seated(talks),
        findings: await findings(summit),
      }
    },
  },
  'baskets of five with overlaps: each is granted whole or not at all': {
    balanced: { torn: 0, unaccounted: 0, findings: [] },
    race: async ({ people, sessions, all, seated }) => {
      const summit = await event()
      const talks = await sessions(summit, 12, n => ({
        capacity: 10,
        date: `2030-04-${String(1 + (n >> 1)).padStart(2, '0')}`,
        prevent_session_conflicts: n % 2,
      }))
      const baskets = new Map<number, number[]>()
      const statuses = await all(await people(summit, 120), (ask, who, n) => {
        const ids = [0, 1, 2, 3, 4].map(k => talks[(n + k * (1 + (n % 3))) % 12]!.id)
        baskets.set(who.id, [...new Set(ids)].sort())
        return ask('PUT', `/registrants/update/${who.id}`, { session_ids: ids })
      })
      const held = await pool<{ registrant_id: number; ids: number[] }[]>`
        select registrant_id, array_agg(session_id order by session_id) as ids from selections
        where event_id = ${summit.id} group by registrant_id`
      const isTorn = ({ registrant_id, ids }: (typeof held)[number]) =>
        ids.join() !== baskets.get(registrant_id)!.join()
      return {
        torn: held.filter(isTorn).length,
        unaccounted:
          held.length -
          count(statuses, 200) +
          sum(held.map(({ ids }) => ids.length)) -
          sum(await seated(talks)),
        findings: await findings(summit),
      }
    },
  },
  'swaps in a circle: nobody is without a seat, no seat is held twice': {
    balanced: { seated: 60, findings: [] },
    race: async ({ people, sessions, all, seated }) => {
      const summit = await event()
      const talks = await sessions(summit, 6, () => ({ capacity: 11, prevent_session_conflicts: 1 }))
      const swappers = await people(summit, 60)
      await all(swappers, (ask, who, n) => ask('POST', `/registrants/${who.id}/session/${talks[n % 6]!.id}`))
      await all(swappers, async (ask, who, n) => {
        for (let turn = 1; turn <= 4; turn++)
          await ask('PUT', `/registrants/update/${who.id}`, {
            session_ids: [talks[((n >> 1) + turn) % 6]!.id],
          })
      })
      return { seated: sum(await seated(talks)), findings: await findings(summit) }
    },
  },
  'cancellation against promotion: every seat that comes back goes to the line': {
    balanced: { seated: [30], isWaitedFor: true, findings: [] },
    race: async ({ people, sessions, all, seated }) => {
      const summit = await event()
      const talks = await sessions(summit, 1, () => ({ capacity: 30 }))
      const path = (who: { id: number }, place: string) => `/registrants/${who.id}/${place}/${talks[0]!.id}`
      const crowd = await people(summit, 90)
      await all(crowd.slice(0, 30), (ask, who) => ask('POST', path(who, 'session')))
      await all(crowd, async (ask, who, n) => {
        if (n < 20) return ask('PUT', `/registrants/update/${who.id}`, { registration_status: 'cancelled' })
        if (n < 30) return ask('DELETE', path(who, 'session'))
        await ask('POST', path(who, 'waitlist'))
        return n % 3 === 0 ? ask('DELETE', path(who, 'waitlist')) : 200
      })
      return {
        seated: await seated(talks),
        isWaitedFor: (await seats(talks[0]!.id)).waitlisted > 0,
        findings: await findings(summit),
      }
    },
  },
  'included switched on during registration: everybody is in it': {
    balanced: { registered: 79, seated: [79], findings: [] },
    race: async ({ strangers, sessions, all, seated }) => {
      const summit = await event()
      const talks = await sessions(summit, 1)
      const statuses = await all(strangers(80), (ask, _who, n) =>
        n === 40
          ? ask('PUT', `/sessions/update/${talks[0]!.id}`, { selection_control: 'included' })
          : ask('POST', '/registrants/create', {
              event_id: summit.id,
              email: `n${n}@example.com`,
              session_ids: [],
            }),
      )
      return {
        registered: count(statuses, 201),
        seated: await seated(talks),
        findings: await findings(summit),
      }
    },
  },
  'capacity raised and lowered under load: never more than it allows, never a free seat with a line': {
    balanced: { isFullOrWanted: true, findings: [] },
    race: async ({ people, sessions, all }) => {
      const summit = await event()
      const [talk] = await sessions(summit, 1, () => ({ capacity: 10 }))
      await all(await people(summit, 100), async (ask, who, n) => {
        if (n % 20 < 2) {
          for (const capacity of [25, 5, 40, 12])
            await ask('PUT', `/sessions/update/${talk!.id}`, { capacity: capacity + (n >> 3) })
          return
        }
        await ask('POST', `/registrants/${who.id}/waitlist/${talk!.id}`)
        if (n % 4 < 2) await ask('DELETE', `/registrants/${who.id}/session/${talk!.id}`)
      })
      const { selected, capacity, waitlisted } = await seats(talk!.id)
      return {
        isFullOrWanted: selected === Math.min(capacity, selected + waitlisted),
        findings: await findings(summit),
      }
    },
  },
  'sessions, tracks and the event change meanwhile, and nobody waits in a circle': {
    balanced: { askedAgain: 0, findings: [] },
    race: async ({ people, sessions, all }) => {
      const summit = await event()
      const talks = await sessions(summit, 6, () => ({ capacity: 10 }))
      const track = await app.make('tracks', { event_id: summit.id, name: 'Main' })
      const askedAgain = await all(await people(summit, 60), async (ask, who, n) => {
        const talk = talks[(n >> 1) % 6]!
        if (n % 12 < 2)
          await ask('PUT', `/sessions/update/${talk.id}`, { track_id: track.id, capacity: 10 + n })
        if (n % 12 === 2 || n % 12 === 3)
          await ask('PUT', `/events/update/${summit.id}`, { timezone: n < 4 ? 'Asia/Tokyo' : 'UTC' })
        if (n === 6) await ask('DELETE', `/tracks/delete/${track.id}`)
        if (n === 8)
          await ask('POST', '/sessions/create', {
            event_id: summit.id,
            name: 'For all',
            date: '2030-01-05',
            selection_control: 'included',
          })
        await ask('POST', `/registrants/${who.id}/session/${talk.id}`)
        return ask.unanswered
      })
      return { askedAgain: sum(askedAgain), findings: await findings(summit) }
    },
  },
}

describe('two processes under load', () => {
  for (const [sentence, { race, balanced }] of Object.entries(races)) {
    it(sentence, async () => {
      assert.deepEqual(await race(crowdAt(app, servers)), balanced)
    })

    it(`${sentence.split(':')[0]}: without the lock it is not so`, async () => {
      const crowd = crowdAt(app, unlocked, 3)
      for (let round = 0; round < rounds; round++) {
        const outcome = await race(crowd)
        try {
          assert.deepEqual(outcome, balanced)
        } catch {
          return
        }
      }
      assert.fail(`in ${rounds} rounds without the lock the ledger balanced`)
    })
  }
})
