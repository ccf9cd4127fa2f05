import { hash } from 'node:crypto'
import { NotifiedCache } from '../db/cache.ts'
import type { Pool } from '../db/connection.ts'
import { notFound } from '../errors.ts'
import { readAvailability } from './counts-queries.ts'
import { seatsChannel } from './queries.ts'

/** Seats left by session id; null is unlimited. `json` is the same as text, `etag` its name. */
export type Availability = {
  account_id: number
  seats: Record<string, number | null>
  json: string
  etag: string
}

/** A new session is announced by nobody: within so many milliseconds it is there all the same. */
const believed = 1000
/** Changes within so many milliseconds reach a stream together. */
const coalesced = 200

/** Is told when seats of an event have changed, or the event is gone. */
type Listener = () => void

/**
 * Seats left in whole events, read once per change however many ask: every batch announces its event to all processes.
 */
export class AvailabilityBoard {
  readonly #cache: NotifiedCache<Availability | undefined>
  readonly #listeners = new Map<number, Set<Listener>>()
  readonly #due = new Set<number>()
  #unfollow: (() => Promise<void>)[] = []

  constructor(pool: Pool) {
    this.#cache = new NotifiedCache(
      async event_id => describe(await readAvailability(pool, Number(event_id))),
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
    const availability = await this.#cache.get(String(event_id))
    return availability?.account_id === account_id ? availability : undefined
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

function describe(rows: Awaited<ReturnType<typeof readAvailability>>): Availability | undefined {
  if (!rows[0]) return undefined
  const { account_id } = rows[0]
  const seats = Object.fromEntries(
    rows.flatMap(({ id, seats_left }) => (id === null ? [] : [[id, seats_left]])),
  )
  const json = JSON.stringify(seats)
  return { account_id, seats, json, etag: `"${hash('sha1', json, 'base64url').slice(0, 16)}"` }
}
