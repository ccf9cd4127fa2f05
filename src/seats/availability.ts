import { hash } from 'node:crypto'
import { PassThrough } from 'node:stream'
import type { FastifyReply } from 'fastify'
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

/** A new session, is announced by nobody: within so many milliseconds it is there all the same. */
const believed = 1000
/** Changes within so many milliseconds reach a stream together. */
const coalesced = 200
const heartbeat = 15_000

type Listener = (availability: Availability) => void

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
    const { unlisten } = await pool.listen(seatsChannel, event_id => this.#announce(Number(event_id)))
    this.#unfollow = [await this.#cache.follow(pool, seatsChannel), unlisten]
  }

  /** Throws 404 for an event that does not exist, or belongs to another account. */
  async get(account_id: number, event_id: number): Promise<Availability> {
    const availability = await this.#cache.get(String(event_id))
    if (availability?.account_id !== account_id) throw notFound('Event', event_id)
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
    setTimeout(async () => {
      this.#due.delete(event_id)
      const availability = await this.#cache.get(String(event_id)).catch(() => undefined)
      if (availability) for (const listener of this.#listeners.get(event_id) ?? []) listener(availability)
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

/** Server-sent events: first everything (`event: seats`), then the sessions whose seats changed. */
export async function streamAvailability(
  board: AvailabilityBoard,
  account_id: number,
  event_id: number,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const stream = new PassThrough()
  let told: Availability['seats'] | undefined
  const tell = ({ seats, etag }: Availability) => {
    const news = Object.entries(seats).filter(([id, left]) => !told || told[id] !== left)
    if (!told || news.length > 0)
      stream.write(
        `event: seats\nid: ${etag.slice(1, -1)}\ndata: ${JSON.stringify(Object.fromEntries(news))}\n\n`,
      )
    told = seats
  }
  // Listen, then look: a change between the two is told.
  const stop = board.listen(event_id, tell)
  try {
    tell(await board.get(account_id, event_id))
  } catch (error) {
    stop()
    throw error
  }
  const beat = setInterval(() => stream.write(': still here\n\n'), heartbeat).unref()
  stream.on('close', () => {
    stop()
    clearInterval(beat)
  })
  reply.request.server.openStreams.add(stream)
  stream.on('close', () => reply.request.server.openStreams.delete(stream))
  return reply
    .type('text/event-stream')
    .header('cache-control', 'no-store')
    .header('x-accel-buffering', 'no')
    .send(stream)
}
