import { type Db, type Pool, swiftTransaction, transaction } from '../db/connection.ts'
import { Gathered } from '../db/gathered.ts'
import { ApiError, type Fault, invalid, isUnavailable, unavailable } from '../errors.ts'
import { type Kept, keepAnswers, type Once, takeKeys } from '../http/once.ts'
import type { Answer } from '../http/write.ts'
import type { Granted, Outcome } from './errand.ts'
import { findPlaces, type Place, readEventsWithExpired } from './queries.ts'
import { mustBeGranted } from './refusals.ts'
import { carryOut, type PersonErrand, prepare } from './registration.ts'

/** Errands that may wait at once in this process; more are refused with 503, at once. */
const longestQueue = 20_000
/** Errands that are decided in one transaction. */
const largestBatch = 1000
/** Registrants whose event is remembered. */
const mostKnown = 50_000
/** How often expired holds and offers are looked for, in milliseconds. Each batch also gives back those of its event. */
const sweepInterval = 5000

/** An errand, and the event that it is about. */
export type Order = { event_id: number; errand: PersonErrand }

/** What is answered to an errand that was granted. */
export type Reply<T> = (db: Db, granted: Granted) => Promise<T>

/** A request that is carried out once: it is answered, and its answer remembered, in the transaction of its batch. */
type Keyed = { once: Once; answer: Reply<Answer> }
type Waiting = {
  errand: PersonErrand
  keyed: Keyed | undefined
  resolve: (carried: Outcome | Kept) => void
  reject: (error: unknown) => void
}
type Queue = { waiting: Waiting[]; busy: boolean }

/**
 * Where wishes are gathered: while one batch of an event is being committed, the next gathers. There is no timer: an
 * errand that arrives alone is carried out alone, at once.
 */
export class Desk {
  readonly #pool: Pool
  readonly #now: () => Date
  readonly #places: Gathered<Place>
  /** Nobody changes events: where somebody was once is where they are, or they are gone. */
  readonly #known = new Map<number, Place>()
  readonly #queues = new Map<number, Queue>()
  readonly #sweep: NodeJS.Timeout
  #waiting = 0

  constructor(pool: Pool, readers: Pool, now: () => Date) {
    this.#pool = pool
    this.#now = now
    this.#places = new Gathered(ids => findPlaces(readers, ids))
    this.#sweep = setInterval(() => void this.giveBackExpired().catch(() => {}), sweepInterval).unref()
  }

  /** The event of a registrant of this account, who may have been deleted since; undefined when there never was one. */
  async findEventOf(db: Db, account_id: number, registrant_id: number): Promise<number | undefined> {
    const place = this.#known.get(registrant_id) ?? (await this.#findPlace(db, registrant_id))
    return place?.account_id === account_id ? place.event_id : undefined
  }

  /**
   * Carries out an errand and answers after it has been committed. With a transaction as `db` it is carried out inside
   * that, by itself: validate_only needs it there. Throws the refusal of one that is not granted.
   */
  async submit<T>(db: Db, { event_id, errand }: Order, answer: Reply<T>): Promise<T> {
    const outcome =
      db === this.#pool
        ? ((await this.#queue(event_id, errand)) as Outcome)
        : (await carryOut(db, event_id, [errand], this.#now()))[0]!
    return answer(db, mustBeGranted(outcome))
  }

  /**
   * Carries out the errand of a request with an Idempotency-Key, unless it has been before. Throws 409 while it is being
   * carried out elsewhere, and 422 for a key that was used for another request.
   */
  async submitOnce({ event_id, errand }: Order, answer: Reply<Answer>, once: Once): Promise<Kept> {
    const carried = await this.#queue(event_id, errand, { once, answer })
    if ('failure' in carried) throw carried.failure
    return carried as Kept
  }

  /**
   * Throws one 422 with the faults of fields, if there are any, and every reason against the order besides: it is decided as
   * it would be now, and nothing of it is written. Throws 404 and 412 as the order would.
   */
  async mustBeFaultless(db: Db, faults: Fault[], { event_id, errand }: Order): Promise<void> {
    if (faults.length === 0) return
    const { outcomes } = await transaction(db, async tx => {
      // What is over is given back before, as in every batch: an order of before that is stale for good otherwise.
      await carryOut(tx, event_id, [], this.#now())
      return prepare(tx, event_id, [errand], this.#now())
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

  async #findPlace(db: Db, registrant_id: number): Promise<Place | undefined> {
    const place =
      db === this.#pool
        ? await this.#places.get(registrant_id)
        : (await findPlaces(db, [registrant_id])).get(registrant_id)
    if (this.#known.size >= mostKnown) this.#known.clear()
    if (place) this.#known.set(registrant_id, place)
    return place
  }

  #queue(event_id: number, errand: PersonErrand, keyed?: Keyed): Promise<Outcome | Kept> {
    if (this.#waiting >= longestQueue)
      throw unavailable('Too many people are signing up at this moment. Try again in a second.')
    return new Promise((resolve, reject) => {
      const queue = this.#queues.get(event_id) ?? { waiting: [], busy: false }
      this.#queues.set(event_id, queue)
      queue.waiting.push({ errand, keyed, resolve, reject })
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
      const carried = await this.#commit(event_id, batch)
      for (const waiting of batch) waiting.resolve(carried.get(waiting)!)
      this.#waiting -= batch.length
    } catch (error) {
      if (batch.length > 1 && isOwnFault(error)) {
        // One of them cannot be carried out: each by itself, so that it harms nobody else.
        for (const waiting of batch) await this.#serveBatch(event_id, queue, [waiting])
        return
      }
      // Who waits for the same event would hear the same, each batch after the time that this one took.
      const failed = isUnavailable(error) ? [...batch, ...queue.waiting.splice(0)] : batch
      for (const { reject } of failed) reject(error)
      this.#waiting -= failed.length
    }
  }

  #commit(event_id: number, batch: Waiting[]): Promise<Map<Waiting, Outcome | Kept>> {
    return swiftTransaction(this.#pool, async db => {
      const carried = await answeredBefore(db, batch)
      const fresh = batch.filter(waiting => !carried.has(waiting))
      const { outcomes, write } = await prepare(
        db,
        event_id,
        fresh.map(waiting => waiting.errand),
        this.#now(),
      )
      for (const [index, waiting] of fresh.entries()) carried.set(waiting, outcomes[index]!)
      const written = write()
      const keyed = fresh.filter(waiting => waiting.keyed)
      if (keyed.length === 0) return { result: carried, writes: written }
      await written
      return { result: carried, writes: keepAnswers(db, await answersTo(db, keyed, carried)) }
    })
  }
}

/** Takes the keys of a batch; says what became of the requests that are not new. */
async function answeredBefore(db: Db, batch: Waiting[]): Promise<Map<Waiting, Outcome | Kept>> {
  const keyed = batch.filter(waiting => waiting.keyed)
  if (keyed.length === 0) return new Map()
  const earlier = await takeKeys(
    db,
    keyed.map(waiting => waiting.keyed!.once),
  )
  return new Map(
    keyed.flatMap(waiting => {
      const answer = earlier.get(waiting.keyed!.once)
      return answer ? [[waiting, answer]] : []
    }),
  )
}

/** Renders what is answered to requests with a key; puts it in the place of what was decided. */
function answersTo(db: Db, keyed: Waiting[], carried: Map<Waiting, Outcome | Kept>): Promise<[Once, Kept][]> {
  return Promise.all(
    keyed.map(async (waiting): Promise<[Once, Kept]> => {
      const { once, answer } = waiting.keyed!
      const outcome = carried.get(waiting) as Outcome
      const kept = await once.render(async () => answer(db, mustBeGranted(outcome)))
      carried.set(waiting, kept)
      return [once, kept]
    }),
  )
}

/** Whether a batch failed because of what is in it, and not because its event or the database is away. */
function isOwnFault(error: unknown): boolean {
  return !(error instanceof ApiError) && !isUnavailable(error)
}
