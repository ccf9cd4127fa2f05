import type { Pool } from '../../src/db/connection.ts'
import { type Db, transaction } from '../../src/db/connection.ts'
import type { PersonOrder } from '../../src/registration/desk/order.ts'
import { carryOut } from '../../src/registration/desk/registration.ts'
import type { Outcome } from '../../src/seats/ledger/order.ts'
import { emptyWish, type Wish } from '../../src/seats/rules/wish.ts'

/** An order of the organiser, as the API makes it. */
export function order(account_id: number, wish: Partial<Wish> & { registrant_id: number }): PersonOrder {
  const actor = { account_id, actor_id: null, request_id: null, now: new Date() }
  const change = wish.status && { change: { given: {}, addresses: {}, answers: {}, unanswered: [] } }
  return { actor, wish: { ...emptyWish, by: 'organiser', ...wish }, ...change }
}

/**
 * Carries out two orders in two transactions at the same moment: the first has written everything, and is about to
 * commit, when the second looks. With the lock the second waits for it; without, it decides by what was before.
 */
export function collide(
  pool: Pool,
  event: { id: number },
  lock: 'locked' | 'unlocked',
  [first, second]: [PersonOrder, PersonOrder],
): Promise<(Outcome | Error)[]> {
  const carry = (order: PersonOrder) => async (db: Db) => {
    const hands = lock === 'locked' ? db : withoutLock(db)
    return (await carryOut(hands, event.id, [order], new Date()))[0]!
  }
  return atOnce(pool, carry(first), carry(second))
}

/** The same transaction, in which the statement that locks an event does nothing. */
export function withoutLock(db: Db): Db {
  const locksEvent = (text: string) => text.includes('from events') && text.includes('for no key update')
  return new Proxy(db, {
    apply: (sql, _this, [text, ...values]) =>
      Array.isArray(text) && 'raw' in text && locksEvent(text.join('?'))
        ? sql`select 1`
        : Reflect.apply(sql as never, undefined, [text, ...values]),
  })
}

/** Two pieces of work in two transactions: the second starts when the first is done and not committed. */
export async function atOnce<T>(
  pool: Pool,
  first: (db: Db) => Promise<T>,
  second: (db: Db) => Promise<T>,
): Promise<(T | Error)[]> {
  const started = Promise.withResolvers<void>()
  const two = started.promise.then(() => transaction(pool, second))
  const settled = two.then(
    () => true,
    () => true,
  )
  const one = transaction(pool, async db => {
    const outcome = await first(db).finally(started.resolve)
    await Promise.race([settled, someoneWaits(pool)])
    return outcome
  })
  const failed = (error: Error) => error
  return Promise.all([one.catch(failed), two.catch(failed)])
}

/** Resolves when a transaction in this database waits for a lock of another. */
export async function someoneWaits(pool: Pool): Promise<void> {
  for (;;) {
    const [row] = await pool`
      select count(*)::int as waiting from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`
    if (row!.waiting > 0) return
  }
}
