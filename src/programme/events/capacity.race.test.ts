import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { withoutClause } from '../../../test/support/clauses.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { atOnce, order, withoutLock } from '../../../test/support/races.ts'
import { seatDesk } from '../../../test/support/seats.ts'
import type { Db } from '../../db/connection.ts'
import { carryOut } from '../../registration/desk/registration.ts'
import type { Outcome } from '../../seats/ledger/order.ts'
import { changeEvent } from './events.ts'
import type { EventRow } from './queries.ts'

const url = await ownDatabase()
const first = await testApp({ url })
const second = await testApp({ beside: first, url })
const { pool, account_id, call } = first
const { event, person } = seatDesk(first)
const actor = { account_id, actor_id: null, request_id: null, now: new Date() }
type Named = { id: number }

const lower = (summit: Named) => (db: Db) => changeEvent(db, actor, summit.id, { capacity: 1 })
const comeIn = (summit: Named, who: Named) => async (db: Db) => {
  const wish = order(account_id, { registrant_id: who.id, status: 'confirmed' })
  return (await carryOut(db, summit.id, [wish], new Date()))[0]!
}
/** An event with one registrant, and somebody who is about to come in. */
const scene = async () => {
  const summit = await event({ capacity: 5 })
  await person(summit)
  return { summit, late: await person(summit, { registration_status: 'cancelled' }) }
}
const stored = async (summit: Named) => {
  const { capacity, registrants_count } = (await call('GET', `/events/${summit.id}`)).body
  return { capacity, registrants_count }
}
const isLowered = (outcome: Outcome | EventRow | Error) => 'capacity' in outcome
const isIn = (outcome: Outcome | EventRow | Error) => 'granted' in outcome && outcome.granted

describe('the capacity of an event is lowered while somebody is about to come in', () => {
  it('who comes in first is counted: the capacity stays', async () => {
    const { summit, late } = await scene()
    const [came, lowered] = await atOnce<Outcome | EventRow>(pool, comeIn(summit, late), lower(summit))
    assert.deepEqual([isIn(came!), isLowered(lowered!)], [true, false])
    assert.deepEqual(await stored(summit), { capacity: 5, registrants_count: 2 })
  })

  it('without the lock of the event they are not counted', async () => {
    const { summit, late } = await scene()
    const [came, lowered] = await atOnce<Outcome | EventRow>(pool, comeIn(summit, late), db =>
      lower(summit)(withoutClause(db, 'for update', 'from events')),
    )
    assert.deepEqual([isIn(came!), isLowered(lowered!)], [true, true])
    assert.deepEqual(await stored(summit), { capacity: 1, registrants_count: 2 })
  })

  it('who comes later finds the event full', async () => {
    const { summit, late } = await scene()
    const [lowered, came] = await atOnce<Outcome | EventRow>(pool, lower(summit), comeIn(summit, late))
    assert.deepEqual([isLowered(lowered!), isIn(came!)], [true, false])
    assert.deepEqual(await stored(summit), { capacity: 1, registrants_count: 1 })
  })

  it('without the lock of the event they come in', async () => {
    const { summit, late } = await scene()
    const [lowered, came] = await atOnce<Outcome | EventRow>(pool, lower(summit), db =>
      comeIn(summit, late)(withoutLock(db)),
    )
    assert.deepEqual([isLowered(lowered!), isIn(came!)], [true, true])
    assert.deepEqual(await stored(summit), { capacity: 1, registrants_count: 2 })
  })

  it('from two processes, the registrants are never more than the capacity, and counted right', async () => {
    const at = (n: number) => (n % 2 ? first : second)
    for (let round = 0; round < 3; round++) {
      const summit = await event({ capacity: 20 })
      const replies = await Promise.all(
        Array.from({ length: 40 }, (_, n) =>
          n % 8 === 7
            ? at(n >> 3).call('PUT', `/events/${summit.id}`, { capacity: 3 + (n >> 3) })
            : at(n >> 1).call('POST', '/registrants', { event_id: summit.id, email: `p${n}@example.com` }),
        ),
      )
      const registered = replies.filter(({ status }) => status === 201).length
      const { capacity, registrants_count } = await stored(summit)
      assert.equal(registrants_count, registered)
      assert.ok(registered <= capacity, `${registered} of ${capacity}`)
    }
  })
})
