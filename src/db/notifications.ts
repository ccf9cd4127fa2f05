import { setTimeout as pause } from 'node:timers/promises'
import type postgresTypes from 'postgres'

type Heard = (payload: string) => void
type Listener = { heard: Heard; listening: () => void }

/** How often the connection is asked what it listens to, and how soon again when it did not answer, in milliseconds. */
const heartbeat = 1000
const retryAfter = 250

/**
 * Hears the notifications of a database over one connection of its own. When that breaks, falls silent or forgets what
 * it listens to, everything is listened to anew within 1.5 s of the database being back. `open` opens the connection.
 */
export class Notifications {
  readonly #open: (heard: (channel: string, payload: string) => void) => postgresTypes.Sql
  readonly #channels = new Map<string, Set<Listener>>()
  readonly #ended = new AbortController()
  #sql: postgresTypes.Sql | undefined
  #keeping: Promise<void> | undefined

  constructor(open: (heard: (channel: string, payload: string) => void) => postgresTypes.Sql) {
    this.#open = open
  }

  /**
   * Calls `heard` with every payload from now on, and `listening` now and each time after notifications may have been
   * missed. Rejects when the database does not answer. Resolves to the function that ends it.
   */
  async listen(
    channel: string,
    heard: Heard,
    listening: () => void = () => {},
  ): Promise<{ unlisten: () => Promise<void> }> {
    this.#sql ??= this.#open((name, payload) => {
      for (const listener of this.#channels.get(name) ?? []) listener.heard(payload)
    })
    const listener = { heard, listening }
    await this.#listenTo(this.#sql, [channel])
    this.#channels.set(channel, (this.#channels.get(channel) ?? new Set()).add(listener))
    listening()
    this.#keeping ??= this.#keepListening(this.#sql)
    return { unlisten: async () => void this.#channels.get(channel)?.delete(listener) }
  }

  async end(): Promise<void> {
    this.#ended.abort()
    await this.#sql?.end({ timeout: 0 })
    await this.#keeping
  }

  async #keepListening(sql: postgresTypes.Sql): Promise<void> {
    const { signal } = this.#ended
    let wait = heartbeat
    while (await pause(wait, true, { signal, ref: false }).catch(() => false))
      wait = await this.#listenAnew(sql).then(
        () => heartbeat,
        () => retryAfter,
      )
  }

  async #listenAnew(sql: postgresTypes.Sql): Promise<void> {
    const known = new Set((await sql`select pg_listening_channels() as name`).map(row => row.name as string))
    const missing = [...this.#channels.keys()].filter(channel => !known.has(channel))
    if (missing.length === 0) return
    await this.#listenTo(sql, missing)
    for (const channel of missing) for (const { listening } of this.#channels.get(channel)!) listening()
  }

  async #listenTo(sql: postgresTypes.Sql, channels: string[]): Promise<void> {
    await sql.unsafe(channels.map(channel => `listen "${channel}"`).join(';'))
  }
}
