import { LRUCache } from 'lru-cache'
import { type Db, type Pool, swiftTransaction, transaction } from '../../db/connection.ts'
import { Gathered } from '../../db/gathered.ts'
import { ApiError, type Fault, invalid, isUnavailable, unavailable } from '../../errors.ts'
import type { Answer } from '../../http/answer.ts'
import { type Kept, keepAnswers, type Once, takeKeys } from '../../http/once.ts'
import type { Granted, Outcome } from '../../seats/ledger/order.ts'
import { mustBeGranted } from '../../seats/ledger/order.ts'
import { findMemberships, type Membership, readEventsWithExpired } from '../../seats/ledger/queries.ts'
import type { DeskOrder, PersonOrder } from './order.ts'
import { carryOut, prepare } from './registration.ts'

/** Orders that may wait at once in this process; more are refused with 503, at once. */
const longestQueue = 20_000
/** Orders that are decided in one transaction. */
const largestBatch = 1000
/** Registrants whose event is remembered. */
const mostKnown = 50_000
/** How often expired holds and offers are looked for, in milliseconds. Each batch also gives back those of its event. */
const sweepInterval = 5000

/** What is answered to an order that was granted. */
export type Reply<T> = (db: Db, granted: Granted) => Promise<T>

/**
 * A request at the desk. It is answered in the transaction of its batch, so that no answer needs the database after the
 * commit; one with `once` is carried out once, and its answer remembered in the same transaction.
 */
type Waiting = {
  order: PersonOrder
  answer: Reply<unknown>
  once: Once | undefined
  resolve: (answered: unknown) => void
  reject: (error: unknown) => void
}
/** What became of a request: its answer, or why it has none. */
type Settled = { answered: unknown } | { failure: unknown }
type Queue = { waiting: Waiting[]; busy: boolean }

/**
 * Where wishes are gathered: while one batch of an event is being committed, the next gathers. There is no timer: an
 * order that arrives alone is carried out alone, at once.
 */
export class Desk {
  readonly #pool: Pool
  readonly #now: () => Date
  readonly #memberships: Gathered<Membership>
  /** A registrant never moves to another event, so this cannot go stale. */
  readonly #known = new LRUCache<number, Membership>({ max: mostKnown })
  readonly #queues = new Map<number, Queue>()
  readonly #sweep: NodeJS.Timeout
  #waiting = 0

  constructor(pool: Pool, readers: Pool, now: () => Date) {
    this.#pool = pool
    this.#now = now
    this.#memberships = new Gathered(ids => findMemberships(readers, ids))
    this.#sweep = setInterval(() => void this.giveBackExpired().catch(() => {}), sweepInterval).unref()
  }

  /** The event of a registrant of this account, who may have been deleted since; undefined when there never was one. */
  async findEventOf(db: Db, account_id: number, registrant_id: number): Promise<number | undefined> {
    const membership = this.#known.get(registrant_id) ?? (await this.#findMembership(db, registrant_id))
    return membership?.account_id === account_id ? membership.event_id : undefined
  }

  /**
   * Carries out an order and resolves to its answer after it has been committed. With a transaction as `db` it is carried
   * out inside that, by itself: validate_only needs it there. Throws the refusal of one that is not granted.
   */
  async submit<T>(db: Db, order: DeskOrder, answer: Reply<T>): Promise<T> {
    if (db === this.#pool) return (await this.#queue(order, answer)) as T
    const [outcome] = await carryOut(db, order.event_id, [order], this.#now())
    return answer(db, mustBeGranted(outcome!))
  }

  /**
   * Carries out the order of a request with an Idempotency-Key, unless it has been before. Throws 409 while it is being
   * carried out elsewhere, and 422 for a key that was used for another request.
   */
  async submitOnce(order: DeskOrder, answer: Reply<Answer>, once: Once): Promise<Kept> {
    return (await this.#queue(order, answer, once)) as Kept
  }

  /**
   * Throws one 422 with the faults of fields, if there are any, and every reason against the order besides: it is decided as
   * it would be now, and nothing of it is written. Throws 404 and 412 as the order would.
   */
  async mustBeFaultless(db: Db, faults: Fault[], order: DeskOrder): Promise<void> {
    if (faults.length === 0) return
    const { event_id } = order
    const { outcomes } = await transaction(db, async tx => {
      // What is over is given back before, as in every batch: an order of before that is stale for good otherwise.
      await carryOut(tx, event_id, [], this.#now())
      return prepare(tx, event_id, [order], this.#now())
    })
    const [outcome] = outcomes
    if ('failure' in outcome!) throw outcome.failure
    throw invalid([...faults, ...((outcome!.granted ? [] : outcome!.reasons) as Fault[])])
  }

  /** Gives back the holds and offers that have expired, in every event. */
  async giveBackExpired(): Promise<void> {
    for (const event_id of await readEventsWithExpired(this.#pool, this.#now()))
      await transaction(this.#pool, db => carryOut(db, event_id, [], this.#now()))
  }

  close(): void {
    clearInterval(this.#sweep)
  }

  async #findMembership(db: Db, registrant_id: number): Promise<Membership | undefined> {
    const membership =
      db === this.#pool
        ? await this.#memberships.get(registrant_id)
        : (await findMemberships(db, [registrant_id])).get(registrant_id)
    if (membership) this.#known.set(registrant_id, membership)
    return membership
  }

  #queue(order: DeskOrder, answer: Reply<unknown>, once?: Once): Promise<unknown> {
    if (this.#waiting >= longestQueue)
      throw unavailable('Too many people are signing up at this moment. Try again in a second.')
    const { event_id } = order
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(event_id) ?? { waiting: [], busy: false }
      this.#queues.set(event_id, queue)
      queue.waiting.push({ order, answer, once, resolve, reject })
      this.#waiting++
      if (!queue.busy) void this.#serve(event_id, queue)
    })
  }

  async #serve(event_id: number, queue: Queue): Promise<void> {
    queue.busy = true
    while (queue.waiting.length > 0)
      await this.#serveBatch(event_id, queue, queue.waiting.splice(0, largestBatch))
    this.#queues.delete(event_id)
  }

  async #serveBatch(event_id: number, queue: Queue, batch: Waiting[]): Promise<void> {
    try {
      const settled = await this.#commit(event_id, batch)
      for (const waiting of batch) tell(waiting, settled.get(waiting)!)
      this.#waiting -= batch.length
    } catch (error) {
      if (batch.length > 1 && isOwnFault(error)) {
        // One of them cannot be carried out: each by itself, so that the others are carried out.
        for (const waiting of batch) await this.#serveBatch(event_id, queue, [waiting])
        return
      }
      // Who waits for the same event would hear the same, each batch after the time that this one took.
      const failed = isUnavailable(error) ? [...batch, ...queue.waiting.splice(0)] : batch
      for (const { reject } of failed) reject(error)
      this.#waiting -= failed.length
    }
  }

  #commit(event_id: number, batch: Waiting[]): Promise<Map<Waiting, Settled>> {
    return swiftTransaction(this.#pool, async db => {
      const before = await answeredBefore(db, batch)
      const fresh = batch.filter(waiting => !before.has(waiting))
      const { outcomes, write } = await prepare(
        db,
        event_id,
        fresh.map(waiting => waiting.order),
        this.#now(),
      )
      await write()
      const settled = await Promise.all(
        fresh.map(async (waiting, index) => [waiting, await settle(db, waiting, outcomes[index]!)] as const),
      )
      const kept = settled.flatMap(([{ once }, of]): [Once, Kept][] =>
        once && 'answered' in of ? [[once, of.answered as Kept]] : [],
      )
      return { result: new Map([...before, ...settled]), writes: keepAnswers(db, kept) }
    })
  }
}

function tell({ resolve, reject }: Waiting, settled: Settled): void {
  if ('failure' in settled) reject(settled.failure)
  else resolve(settled.answered)
}

/** Takes the keys of a batch; says what became of the requests that are not new. */
async function answeredBefore(db: Db, batch: Waiting[]): Promise<Map<Waiting, Settled>> {
  const keyed = batch.filter(({ once }) => once)
  if (keyed.length === 0) return new Map()
  const earlier = await takeKeys(
    db,
    keyed.map(({ once }) => once!),
  )
  return new Map(
    keyed.flatMap(waiting => {
      const known = earlier.get(waiting.once!)
      return known ? [[waiting, 'failure' in known ? known : { answered: known }]] : []
    }),
  )
}

/** The answer to a request, or its refusal, which harms no other. Throws an unexpected failure. */
async function settle(db: Db, { answer, once }: Waiting, outcome: Outcome): Promise<Settled> {
  const work = async () => answer(db, mustBeGranted(outcome))
  if (once) return { answered: await once.render(work as () => Promise<Answer>) }
  try {
    return { answered: await work() }
  } catch (failure) {
    if (failure instanceof ApiError) return { failure }
    throw failure
  }
}

/** Whether a batch failed because of what is in it, and not because its event or the database is away. */
function isOwnFault(error: unknown): boolean {
  return !(error instanceof ApiError) && !isUnavailable(error)
}
