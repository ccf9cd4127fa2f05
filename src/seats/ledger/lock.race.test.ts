import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { atOnce, collide, order, withoutLock } from '../../../test/support/races.ts'
import { seatDesk } from '../../../test/support/seats.ts'
import type { Db } from '../../db/connection.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { carryOut } from '../../registration/desk/registration.ts'
import { includeEveryone } from '../../registration/desk/sessions.ts'
import type { Wish } from '../rules/wish.ts'
import type { Outcome } from './order.ts'
import { readOutsiders } from './queries.ts'

const app = await testApp({ url: await ownDatabase() })
const { pool, account_id, call } = app
const { event, session, person, findings, waitFor, agenda } = seatDesk(app)

const wish = (who: { id: number }, wanted: Partial<Wish>) =>
  order(account_id, { registrant_id: who.id, ...wanted })
const granted = (outcomes: (Outcome | Error)[]) =>
  outcomes.map(outcome => 'granted' in outcome && outcome.granted)
const found = async (summit: { id: number }) => (await findings(summit)).map(finding => finding.type)

/** What two orders at the same moment come to, with and without the lock of the event. */
type Scene = () => Promise<{
  summit: { id: number }
  orders: [ReturnType<typeof wish>, ReturnType<typeof wish>]
}>

const scenes: Record<string, { scene: Scene; locked: boolean[]; unlocked: string[] }> = {
  'two claim the last seat': {
    scene: async () => {
      const summit = await event()
      const talk = await session(summit, { capacity: 1 })
      const [a, b] = [await person(summit), await person(summit)]
      return { summit, orders: [wish(a, { add: [talk.id] }), wish(b, { add: [talk.id] })] }
    },
    locked: [true, false],
    unlocked: ['oversold', 'session_counters'],
  },
  'two claim the same fifty sessions': {
    scene: async () => {
      const summit = await event()
      const talks: { id: number }[] = []
      for (let n = 0; n < 50; n++) talks.push(await session(summit, { capacity: 1 }))
      const [a, b] = [await person(summit), await person(summit)]
      const add = talks.map(talk => talk.id)
      return { summit, orders: [wish(a, { add }), wish(b, { add: add.toReversed() })] }
    },
    locked: [true, false],
    unlocked: [...Array(50).fill('oversold'), ...Array(50).fill('session_counters')],
  },
  'two baskets of five overlap in one session': {
    scene: async () => {
      const summit = await event()
      const talks: { id: number }[] = []
      for (let n = 0; n < 9; n++)
        talks.push(
          await session(summit, { capacity: 1, date: `2030-03-0${n + 1}`, prevent_session_conflicts: 1 }),
        )
      const ids = talks.map(talk => talk.id)
      const [a, b] = [await person(summit), await person(summit)]
      return { summit, orders: [wish(a, { add: ids.slice(0, 5) }), wish(b, { add: ids.slice(4) })] }
    },
    locked: [true, false],
    unlocked: ['oversold', 'session_counters'],
  },
  'two swap into the same seat': {
    scene: async () => {
      const summit = await event()
      const settings = { capacity: 1, prevent_session_conflicts: 1 }
      const [x, y, z] = [
        await session(summit, settings),
        await session(summit, settings),
        await session(summit, settings),
      ]
      const [a, b] = [
        await person(summit, { session_ids: [x.id] }),
        await person(summit, { session_ids: [y.id] }),
      ]
      const swap = { add: [z.id], replace: true }
      return { summit, orders: [wish(a, swap), wish(b, swap)] }
    },
    locked: [true, false],
    unlocked: ['oversold', 'session_counters'],
  },
  'two cancellations promote from one line': {
    scene: async () => {
      const summit = await event()
      const talk = await session(summit, { capacity: 2 })
      const [a, b] = [
        await person(summit, { session_ids: [talk.id] }),
        await person(summit, { session_ids: [talk.id] }),
      ]
      for (let n = 0; n < 2; n++) await waitFor(await person(summit), talk)
      return { summit, orders: [wish(a, { status: 'cancelled' }), wish(b, { status: 'cancelled' })] }
    },
    locked: [true, true],
    unlocked: ['session_counters', 'registrant_counter'],
  },
}

describe('two transactions at the same moment', () => {
  for (const [name, { scene, locked, unlocked }] of Object.entries(scenes)) {
    it(`${name}: the ledger balances`, async () => {
      const { summit, orders } = await scene()
      assert.deepEqual(granted(await collide(pool, summit, 'locked', orders)), locked)
      assert.deepEqual(await findings(summit), [])
    })

    it(`${name}: without the lock they do not`, async () => {
      const { summit, orders } = await scene()
      assert.deepEqual(granted(await collide(pool, summit, 'unlocked', orders)), [true, true])
      assert.deepEqual(new Set(await found(summit)), new Set(unlocked))
    })
  }
})

describe('included switched on while somebody registers', () => {
  const scene = async () => {
    const summit = await event()
    const talk = await session(summit)
    const late = await person(summit, { registration_status: 'cancelled' })
    return { summit, talk, late, order: wish(late, { status: 'confirmed' }) }
  }
  const actor = { account_id, actor_id: null, request_id: null, now: new Date() }
  const include = (talk: { id: number }) => (db: Db) =>
    db`update sessions set selection_control = 'included' where id = ${talk.id}`

  it('finds them', async () => {
    const { summit, talk, late } = await scene()
    const replies = await Promise.all([
      call('PUT', `/sessions/update/${talk.id}`, { selection_control: 'included' }),
      call('PUT', `/registrants/update/${late.id}`, { registration_status: 'confirmed' }),
    ])
    assert.deepEqual(
      replies.map(reply => reply.status),
      [200, 200],
    )
    assert.deepEqual([(await agenda(late)).in, await findings(summit)], [[talk.id], []])
  })

  it('finds them when they are about to commit, because it looks under the lock', async () => {
    const { summit, talk, late } = await scene()
    await atOnce<unknown>(
      pool,
      async db => {
        await lockEventSeats(db, summit.id)
        await db`update registrants set registration_status = 'confirmed' where id = ${late.id}`
      },
      async db => {
        await include(talk)(db)
        await includeEveryone(db, actor, { id: talk.id, event_id: summit.id })
      },
    )
    assert.deepEqual((await agenda(late)).in, [talk.id])
  })

  it('without the lock it does not', async () => {
    const { summit, talk, late } = await scene()
    const outcomes = await atOnce<unknown>(
      pool,
      async db => {
        await lockEventSeats(db, summit.id)
        await db`update registrants set registration_status = 'confirmed' where id = ${late.id}`
      },
      async db => {
        await include(talk)(db)
        return readOutsiders(db, summit.id, talk.id)
      },
    )
    assert.deepEqual(outcomes[1], [])
  })
})

describe('a capacity that is lowered while a seat is claimed', () => {
  const scene = async () => {
    const summit = await event()
    const talk = await session(summit, { capacity: 2 })
    const [, b] = [await person(summit, { session_ids: [talk.id] }), await person(summit)]
    return { summit, talk, b }
  }

  it('is refused, or comes first', async () => {
    const { summit, talk, b } = await scene()
    const [lowered, claimed] = await Promise.all([
      call('PUT', `/sessions/update/${talk.id}`, { capacity: 1 }),
      call('POST', `/registrants/${b.id}/session/${talk.id}`),
    ])
    assert.deepEqual([lowered.status, claimed.status].sort(), [200, 422])
    assert.deepEqual(await findings(summit), [])
  })

  for (const [defence, sentence] of [
    ['checked', 'without the lock the check of the table refuses it'],
    ['unchecked', 'without the lock and the check it oversells'],
  ])
    it(sentence!, async () => {
      const { summit, talk, b } = await scene()
      const definition = await withoutCheck(defence === 'unchecked')
      const outcomes = await collideWithCapacity(summit, talk, b)
      assert.equal((outcomes[1] as { code?: string })?.code, defence === 'checked' ? '23514' : undefined)
      assert.deepEqual(await found(summit), defence === 'checked' ? [] : ['oversold'])
      await pool`update sessions set capacity = null where id = ${talk.id}`
      await definition.restore()
    })

  /** The rule was asked before the seat was claimed; the capacity is written after. */
  function collideWithCapacity(summit: { id: number }, talk: { id: number }, b: { id: number }) {
    const claim = wish(b, { add: [talk.id] })
    return atOnce<unknown>(
      pool,
      async db => {
        return carryOut(withoutLock(db), summit.id, [claim], new Date())
      },
      async db => void (await db`update sessions set capacity = 1 where id = ${talk.id}`),
    )
  }

  async function withoutCheck(isDropped: boolean) {
    const name = 'sessions_never_oversold'
    const [row] =
      await pool`select pg_get_constraintdef(oid) as text from pg_constraint where conname = ${name}`
    if (isDropped) await pool`alter table sessions drop constraint sessions_never_oversold`
    return {
      restore: async () => {
        if (isDropped) await pool.unsafe(`alter table sessions add constraint ${name} ${row!.text}`)
      },
    }
  }
})
