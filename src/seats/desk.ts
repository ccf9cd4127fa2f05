import { type Db, type Pool, transaction } from '../db/connection.ts'
import { Gathered } from '../db/gathered.ts'
import { ApiError, expectedError, unavailable } from '../errors.ts'
import type { Outcome } from './batch.ts'
import { findPlaces, type Place, readEventsWithExpired } from './queries.ts'
import { carryOut, type PersonErrand } from './registration.ts'

/** Errands that may wait at once in this process; more are refused with 503, at once. */
const longestQueue = 20_000
/** Errands that are decided in one transaction. */
const largestBatch = 1000
/** How often expired holds and offers are looked for, in milliseconds. Each batch also gives back those of its event. */
const sweepInterval = 5000

type Waiting = { errand: PersonErrand; resolve: (outcome: Outcome) => void; reject: (error: unknown) => void }
type Queue = { waiting: Waiting[]; busy: boolean }

/**
 * Where wishes are gathered: while one batch of an event is being committed, the next gathers. There is no timer: an
 * errand that arrives alone is carried out alone, at once.
 */
export class Desk {
  readonly #pool: Pool
  readonly #now: () => Date
  readonly #places: Gathered<Place>
  readonly #queues = new Map<number, Queue>()
  readonly #sweep: NodeJS.Timeout
  #waiting = 0

  constructor(pool: Pool, readers: Pool, now: () => Date) {
    this.#pool = pool
    this.#now = now
    this.#places = new Gathered(ids => findPlaces(readers, ids))
    this.#sweep = setInterval(() => void this.giveBackExpired().catch(() => {}), sweepInterval).unref()
  }

  /** The event of a registrant of this account. */
  async findEventOf(db: Db, account_id: number, registrant_id: number): Promise<number | undefined> {
    const place =
      db === this.#pool
        ? await this.#places.get(registrant_id)
        : (await findPlaces(db, [registrant_id])).get(registrant_id)
    return place?.account_id === account_id ? place.event_id : undefined
  }

  /**
   * Carries out an errand and says what became of it, after it has been committed. With a transaction as `db` it is
   * carried out inside that, by itself: an Idempotency-Key and validate_only need it there.
   */
  async submit(db: Db, event_id: number, errand: PersonErrand): Promise<Outcome> {
    if (db !== this.#pool) return (await carryOut(db, event_id, [errand], this.#now()))[0]!
    if (this.#waiting >= longestQueue)
      throw unavailable('Too many people are signing up at this moment. Try again in a second.')
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(event_id) ?? { waiting: [], busy: false }
      this.#queues.set(event_id, queue)
      queue.waiting.push({ errand, resolve, reject })
      this.#waiting++
      if (!queue.busy) void this.#serve(event_id, queue)
    })
  }

  /** Gives back the holds and offers that have expired, in every event. */
  async giveBackExpired(): Promise<void> {
    for (const event_id of await readEventsWithExpired(this.#pool, this.#now()))
      await transaction(this.#pool, db => carryOut(db, event_id, [], this.#now()))
  }

  close(): void {
    clearInterval(this.#sweep)
  }

  async #serve(event_id: number, queue: Queue): Promise<void> {
    queue.busy = true
    while (queue.waiting.length > 0) await this.#serveBatch(event_id, queue.waiting.splice(0, largestBatch))
    this.#queues.delete(event_id)
  }

  async #serveBatch(event_id: number, batch: Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#commit(
        event_id,
        batch.map(waiting => waiting.errand),
      )
      for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index]!)
      this.#waiting -= batch.length
    } catch (error) {
      if (batch.length > 1 && isOwnFault(error)) {
        // One of them cannot be carried out: each by itself, so that it harms nobody else.
        for (const waiting of batch) await this.#serveBatch(event_id, [waiting])
        return
      }
      for (const { reject } of batch) reject(error)
      this.#waiting -= batch.length
    }
  }

  #commit(event_id: number, errands: PersonErrand[]): Promise<Outcome[]> {
    return transaction(this.#pool, db => carryOut(db, event_id, errands, this.#now()))
  }
}

/** Whether a batch failed because of what is in it, and not because its event or the database is away. */
function isOwnFault(error: unknown): boolean {
  return !(error instanceof ApiError) && expectedError(error)?.status !== 503
}
