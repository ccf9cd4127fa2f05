import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from './connection.ts'

/** What the pools say of the database; undefined when one of them has not answered in time. */
export type Found = { version: number; read_only: boolean } | undefined

/** How long an answer is waited for, in milliseconds. */
const patience = 500

/**
 * Asks the database whether it can work, in the way of the requests: through each pool, behind what waits there. However
 * often that is asked, each pool has one question at a time.
 */
export class Readiness {
  readonly #pools: Pool[]
  readonly #asking = new Map<Pool, Promise<Found>>()

  constructor(pools: Pool[]) {
    this.#pools = [...new Set(pools)]
  }

  /** Resolves or rejects within a second. Rejects with why the database cannot be reached. */
  async check(): Promise<Found> {
    const late = new AbortController()
    try {
      const answers = Promise.all(this.#pools.map(pool => this.#ask(pool)))
      const found = await Promise.race([answers, pause(patience, [undefined], { signal: late.signal })])
      return found[0]
    } finally {
      late.abort()
    }
  }

  #ask(pool: Pool): Promise<Found> {
    const asked = this.#asking.get(pool) ?? question(pool).finally(() => this.#asking.delete(pool))
    this.#asking.set(pool, asked)
    return asked
  }
}

async function question(pool: Pool): Promise<Found> {
  const [row] = await pool<{ version: number; read_only: boolean }[]>`
    select max(version) as version, current_setting('transaction_read_only') = 'on' as read_only from schema_migrations`
  return row
}
