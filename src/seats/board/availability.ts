import { hash } from 'node:crypto'
import { NotifiedCache } from '../../db/cache.ts'
import type { Pool } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import { readSeatsLeft, type SeatsLeft } from '../ledger/counts-queries.ts'
import { type LedgerEvent, readEvent, seatsChannel } from '../ledger/queries.ts'
import { hasClosed, hasStarted, takesPlace } from '../rules/state.ts'

/** Seats that can be claimed by session id; null is unlimited. `json` is the same as text, `etag` its name. */
export type Availability = {
  account_id: number
  seats: Record<string, number | null>
  json: string
  etag: string
}

/** What was read of an event, and what it comes to until a session starts or registration closes. */
type Reading = { event: LedgerEvent; sessions: SeatsLeft[]; shown: Availability; until: number }

/** What happens by the clock, such as a start, is not announced: the memory is at most so many milliseconds old. */
const believed = 1000
/** Changes within so many milliseconds reach a stream together. */
const coalesced = 200

/** Is told when seats of an event have changed, or the event is gone. */
type Listener = () => void

/**
 * Seats left in whole events, read once per change however many ask: every batch announces its event to all processes.
 */
export class AvailabilityBoard {
  readonly #cache: NotifiedCache<Reading | undefined>
  readonly #now: () => Date
  readonly #listeners = new Map<number, Set<Listener>>()
  readonly #due = new Set<number>()
  #unfollow: (() => Promise<void>)[] = []

  constructor(pool: Pool, now: () => Date) {
    this.#now = now
    this.#cache = new NotifiedCache(
      event_id => readAvailability(pool, Number(event_id), now().getTime()),
      believed,
    )
  }

  async follow(pool: Pool): Promise<void> {
    const { unlisten } = await pool.listen(
      seatsChannel,
      event_id => this.#announce(Number(event_id)),
      // What changed while nothing was heard is not known: every stream looks.
      () => {
        for (const event_id of this.#listeners.keys()) this.#announce(event_id)
      },
    )
    this.#unfollow = [await this.#cache.follow(pool, seatsChannel), unlisten]
  }

  /** Undefined for an event that does not exist, or belongs to another account. */
  async find(account_id: number, event_id: number): Promise<Availability | undefined> {
    const reading = await this.#cache.get(String(event_id))
    if (reading?.event.account_id !== account_id) return undefined
    const now = this.#now().getTime()
    if (now >= reading.until) Object.assign(reading, describe(reading.event, reading.sessions, now))
    return reading.shown
  }

  /** Throws 404 for an event that does not exist, or belongs to another account. */
  async get(account_id: number, event_id: number): Promise<Availability> {
    const availability = await this.find(account_id, event_id)
    if (!availability) throw notFound('Event', event_id)
    return availability
  }

  /** Tells every change of an event from now on; returns the function that ends it. */
  listen(event_id: number, listener: Listener): () => void {
    const listeners = this.#listeners.get(event_id) ?? new Set()
    this.#listeners.set(event_id, listeners.add(listener))
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(event_id)
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#unfollow.map(stop => stop()))
  }

  #announce(event_id: number): void {
    if (!this.#listeners.has(event_id) || this.#due.has(event_id)) return
    this.#due.add(event_id)
    setTimeout(() => {
      this.#due.delete(event_id)
      for (const listener of this.#listeners.get(event_id) ?? []) listener()
    }, coalesced).unref()
  }
}

async function readAvailability(pool: Pool, event_id: number, now: number): Promise<Reading | undefined> {
  const [event, sessions] = await Promise.all([readEvent(pool, event_id), readSeatsLeft(pool, event_id)])
  return event && { event, sessions, ...describe(event, sessions, now) }
}

/** What can be claimed now: nothing of a session that does not take place or has started, nor once registration has closed. */
function describe(event: LedgerEvent, sessions: SeatsLeft[], now: number): Pick<Reading, 'shown' | 'until'> {
  const isOpen = (session: SeatsLeft) =>
    takesPlace(session) && !hasStarted(session, now) && !hasClosed({ event, now })
  const seats = Object.fromEntries(
    sessions.map(session => [session.id, isOpen(session) ? session.seats_left : 0]),
  )
  const json = JSON.stringify(seats)
  const etag = `"${hash('sha1', json, 'base64url').slice(0, 16)}"`
  const ends = [event.closes, ...sessions.map(session => session.starts)]
  return {
    shown: { account_id: event.account_id, seats, json, etag },
    until: ends.reduce<number>(
      (least, end) => (end !== null && end > now ? Math.min(least, end) : least),
      Infinity,
    ),
  }
}
