import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { testApp } from '../../test/support/app.ts'
import { ownDatabase } from '../../test/support/database.ts'
import { seatDesk } from '../../test/support/seats.ts'
import { persistentClient, type Server, startServer } from '../../test/support/servers.ts'

const url = await ownDatabase()
const app = await testApp({ url })
const { pool, token, account_id } = app
const { event, session, seats, findings } = seatDesk(app)

/** Two processes on one database; a third application, in this process, looks on. */
let servers: Server[]
before(async () => {
  servers = await Promise.all([startServer(url), startServer(url)])
})
after(() => Promise.all(servers.map(server => server.kill('SIGTERM'))))

/** So many confirmed people, as if they had registered before. */
async function crowd(summit: { id: number }, size: number): Promise<{ id: number }[]> {
  const rows = await pool<{ id: number }[]>`
    insert into registrants (account_id, event_id, email, registration_status, payment_status, addresses, custom_fields,
      secure_id, created_at, updated_at)
    select ${account_id}, ${summit.id}, 'p' || n, 'confirmed', 'not_required', '{}', '{}', gen_random_uuid(), now(), now()
    from generate_series(1, ${size}) n returning id`
  await pool`update events set registrants_count = ${size} where id = ${summit.id}`
  return [...rows]
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
const count = (statuses: number[], status: number) => statuses.filter(each => each === status).length

/** What every client of a crowd does, all at the same time, half of them at each server. */
function all<T>(
  people: { id: number }[],
  act: (ask: ReturnType<typeof persistentClient>, who: { id: number }, n: number) => Promise<T>,
) {
  return Promise.all(people.map((who, n) => act(persistentClient(servers, token, n), who, n)))
}

async function sessionsIn(summit: { id: number }, size: number, settings: (n: number) => object) {
  const talks: { id: number }[] = []
  for (let n = 0; n < size; n++) talks.push(await session(summit, settings(n)))
  return talks
}

const held = async (talks: { id: number }[]) =>
  Promise.all(talks.map(async talk => (await seats(talk.id)).selected))

describe('two processes', () => {
  it('one hot session: exactly its seats are granted', async () => {
    const summit = await event()
    const [talk] = await sessionsIn(summit, 1, () => ({ capacity: 40 }))
    const statuses = await all(await crowd(summit, 300), (ask, who) =>
      ask('POST', `/registrants/${who.id}/session/${talk!.id}`),
    )
    assert.deepEqual([count(statuses, 200), count(statuses, 422)], [40, 260])
    assert.deepEqual([await held([talk!]), await findings(summit)], [[40], []])
  })

  it('one hot session, by whoever only counts and then writes: more than its seats', async () => {
    const summit = await event()
    const [talk] = await sessionsIn(summit, 1, () => ({ capacity: 5 }))
    const people = await crowd(summit, 20)
    let looked = 0
    const everybodyLooked = Promise.withResolvers<void>()
    await Promise.all(
      people.slice(0, 6).map(who =>
        pool.begin(async db => {
          const [row] = await db`select count(*)::int as taken from selections where session_id = ${talk!.id}`
          if (++looked === 6) everybodyLooked.resolve()
          await everybodyLooked.promise
          if (row!.taken < 5)
            await db`
              insert into selections (account_id, event_id, registrant_id, session_id, state, created_at, updated_at)
              values (${account_id}, ${summit.id}, ${who.id}, ${talk!.id}, 'selected', now(), now())`
        }),
      ),
    )
    const types = (await findings(summit)).map(finding => finding.type)
    assert.deepEqual(new Set(types), new Set(['oversold', 'session_counters', 'unrecorded']))
    await pool`delete from selections where session_id = ${talk!.id}`
  })

  it('fifty sessions: exactly the seats of each are granted', async () => {
    const summit = await event()
    const talks = await sessionsIn(summit, 50, () => ({ capacity: 3 }))
    const statuses = await all(await crowd(summit, 200), async (ask, who, n) => {
      const one = await ask('POST', `/registrants/${who.id}/session/${talks[n % 50]!.id}`)
      const two = await ask('POST', `/registrants/${who.id}/session/${talks[(n * 7 + 1) % 50]!.id}`)
      return [one, two]
    })
    const total = sum(await held(talks))
    assert.deepEqual([total, count(statuses.flat(), 200)], [150, 150])
    assert.deepEqual(await findings(summit), [])
  })

  it('baskets of five with overlaps: each is granted whole or not at all', async () => {
    const summit = await event()
    const talks = await sessionsIn(summit, 12, n => ({
      capacity: 10,
      date: `2030-04-${String(1 + (n >> 1)).padStart(2, '0')}`,
      prevent_session_conflicts: n % 2,
    }))
    const people = await crowd(summit, 120)
    const statuses = await all(people, (ask, who, n) => {
      const session_ids = [0, 1, 2, 3, 4].map(k => talks[(n + k * (1 + (n % 3))) % 12]!.id)
      return ask('PUT', `/registrants/update/${who.id}`, { session_ids: [...new Set(session_ids)] })
    })
    const baskets = await pool<{ size: number }[]>`
      select count(*)::int as size from selections where event_id = ${summit.id} group by registrant_id`
    assert.equal(baskets.length, count(statuses, 200))
    assert.equal(sum(baskets.map(basket => basket.size)), sum(await held(talks)))
    assert.deepEqual(
      baskets.every(basket => basket.size === 5 || basket.size === 4 || basket.size === 3),
      true,
    )
    assert.deepEqual(await findings(summit), [])
  })

  it('swaps in a circle: nobody is without a seat, no seat is held twice', async () => {
    const summit = await event()
    const talks = await sessionsIn(summit, 6, () => ({ capacity: 11, prevent_session_conflicts: 1 }))
    const people = await crowd(summit, 60)
    await all(people, (ask, who, n) => ask('POST', `/registrants/${who.id}/session/${talks[n % 6]!.id}`))
    await all(people, async (ask, who, n) => {
      for (let turn = 1; turn <= 4; turn++)
        await ask('PUT', `/registrants/update/${who.id}`, { session_ids: [talks[(n + turn) % 6]!.id] })
    })
    assert.deepEqual([sum(await held(talks)), await findings(summit)], [60, []])
  })

  it('cancellation against promotion: every seat that comes back goes to the line', async () => {
    const summit = await event()
    const [talk] = await sessionsIn(summit, 1, () => ({ capacity: 30 }))
    const people = await crowd(summit, 90)
    await all(people.slice(0, 30), (ask, who) => ask('POST', `/registrants/${who.id}/session/${talk!.id}`))
    await all(people, async (ask, who, n) => {
      if (n < 20) return ask('PUT', `/registrants/update/${who.id}`, { registration_status: 'cancelled' })
      if (n < 30) return ask('DELETE', `/registrants/${who.id}/session/${talk!.id}`)
      await ask('POST', `/registrants/${who.id}/waitlist/${talk!.id}`)
      return n % 3 === 0 ? ask('DELETE', `/registrants/${who.id}/waitlist/${talk!.id}`) : 200
    })
    const { selected, waitlisted } = await seats(talk!.id)
    assert.deepEqual([selected, waitlisted > 0, await findings(summit)], [30, true, []])
  })

  it('included switched on during registration: everybody is in it', async () => {
    const summit = await event()
    const [talk] = await sessionsIn(summit, 1, () => ({}))
    const clients = Array.from({ length: 80 }, (_, id) => ({ id }))
    const statuses = await all(clients, (ask, _who, n) =>
      n === 40
        ? ask('PUT', `/sessions/update/${talk!.id}`, { selection_control: 'included' })
        : ask('POST', '/registrants/create', {
            event_id: summit.id,
            email: `n${n}@example.com`,
            session_ids: [],
          }),
    )
    assert.deepEqual([count(statuses, 201), await held([talk!])], [79, [79]])
    assert.deepEqual(await findings(summit), [])
  })

  it('capacity raised and lowered under load: never more than it allows, never a free seat with a line', async () => {
    const summit = await event()
    const [talk] = await sessionsIn(summit, 1, () => ({ capacity: 10 }))
    const people = await crowd(summit, 100)
    await all(people, async (ask, who, n) => {
      if (n % 10 === 0) {
        for (const capacity of [25, 5, 40, 12])
          await ask('PUT', `/sessions/update/${talk!.id}`, { capacity: capacity + n / 10 })
        return
      }
      await ask('POST', `/registrants/${who.id}/waitlist/${talk!.id}`)
      if (n % 4 === 0) await ask('DELETE', `/registrants/${who.id}/session/${talk!.id}`)
    })
    const { selected, capacity, waitlisted } = await seats(talk!.id)
    assert.equal(selected, Math.min(capacity, selected + waitlisted))
    assert.deepEqual(await findings(summit), [])
  })

  it('the same Idempotency-Key from many clients is one registration, without it each is one', async () => {
    const summit = await event()
    const [talk] = await sessionsIn(summit, 1, () => ({ capacity: 100 }))
    const clients = Array.from({ length: 20 }, (_, id) => ({ id }))
    const body = { event_id: summit.id, email: 'same@example.com', session_ids: [talk!.id] }
    const key = `key ${summit.id}`
    const statuses = await all(clients, ask => ask('POST', '/registrants/create', body, key))
    assert.deepEqual([new Set(statuses), await held([talk!])], [new Set([201]), [1]])
    await all(clients, ask => ask('POST', '/registrants/create', body))
    assert.deepEqual([await held([talk!]), await findings(summit)], [[21], []])
  })

  it('many keys at once do not wait for each other', async () => {
    const summit = await event()
    const clients = Array.from({ length: 250 }, (_, id) => ({ id }))
    const statuses = await all(clients, (ask, _who, n) =>
      ask('POST', '/registrants/create', { event_id: summit.id, email: `k${n}@example.com` }, `many ${n}`),
    )
    assert.deepEqual(count(statuses, 201), 250)
  })

  it('sessions, tracks and the event change meanwhile, and nobody waits in a circle', async () => {
    const summit = await event()
    const talks = await sessionsIn(summit, 6, () => ({ capacity: 10 }))
    const track = await app.make('tracks', { event_id: summit.id, name: 'Main' })
    const people = await crowd(summit, 60)
    const clients = await all(people, async (ask, who, n) => {
      const talk = talks[n % 6]!
      if (n % 12 === 0)
        await ask('PUT', `/sessions/update/${talk.id}`, { track_id: track.id, capacity: 10 + n })
      if (n % 12 === 1)
        await ask('PUT', `/events/update/${summit.id}`, { timezone: n === 1 ? 'Asia/Tokyo' : 'UTC' })
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
    assert.deepEqual([sum(clients), await findings(summit)], [0, []])
  })

  it('kill -9 of one in the middle: every acknowledged seat is there, and nothing else', async () => {
    const summit = await event()
    const talks = await sessionsIn(summit, 5, () => ({ capacity: 30 }))
    const people = await crowd(summit, 150)
    const acknowledged: string[] = []
    let answered = 0
    const unanswered = await all(people, async (ask, who, n) => {
      for (let turn = 0; turn < 4; turn++) {
        const talk = talks[(n + turn) % 5]!
        if ((await ask('POST', `/registrants/${who.id}/session/${talk.id}`)) === 200)
          acknowledged.push(`${who.id} ${talk.id}`)
        if (++answered === 100) {
          await servers[0]!.kill('SIGKILL')
          servers[0] = await startServer(url)
        }
      }
      return ask.unanswered
    })
    const stored = await pool<{ registrant_id: number; session_id: number }[]>`
      select registrant_id, session_id from selections where event_id = ${summit.id}`
    assert.deepEqual(stored.map(row => `${row.registrant_id} ${row.session_id}`).sort(), acknowledged.sort())
    assert.equal(sum(unanswered) > 0, true)
    assert.deepEqual([await held(talks), await findings(summit)], [[30, 30, 30, 30, 30], []])
  })
})
