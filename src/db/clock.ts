import { setTimeout as pause } from 'node:timers/promises'
import type { Db, Pool } from './connection.ts'

/** How often the offset is measured, in milliseconds. */
const interval = 30_000
/** An offset that differs by less than this, in milliseconds, from what is believed is taken for the way there and back. */
const precision = 50
/** A skew of more than this, in milliseconds, is worth a warning. */
const muchSkew = 2000

/**
 * The time of the database, as this process knows it: measured at first, with every new connection that hears
 * notifications, and every 30 s; counted by a clock that is never set in between. However wrong the clock of this machine
 * is, all processes of one database agree on what has expired, to within the time of a way there and back.
 */
export class DatabaseClock {
  /** Milliseconds from the monotonic clock to the time of the database. */
  #offset: number
  readonly #pool: Pool
  readonly #ended = new AbortController()
  readonly #warn: (message: string) => void
  #isSkewed = false

  private constructor(pool: Pool, offset: number, warn: (message: string) => void) {
    this.#pool = pool
    this.#offset = offset
    this.#warn = warn
  }

  /** Measures the time for the first time. `warn` hears when the clock of this machine begins, or ceases, to be far off. */
  static async start(pool: Pool, warn: (message: string) => void): Promise<DatabaseClock> {
    const clock = new DatabaseClock(pool, (await readTime(pool)).offset, warn)
    clock.#report()
    const again = () => void clock.measure().catch(() => {})
    await pool.listen('time', () => {}, again)
    void clock.#keep()
    return clock
  }

  readonly now = (): Date => new Date(Math.round(this.#offset + performance.now()))

  /** How far the clock of this machine is ahead of the database, in milliseconds. */
  readonly skew = (): number => Math.round(Date.now() - this.#offset - performance.now())

  /** Measures again: after every connection that was lost, and every 30 s. */
  async measure(): Promise<void> {
    const { offset, uncertainty } = await readTime(this.#pool)
    if (Math.abs(offset - this.#offset) > precision + uncertainty) this.#offset = offset
    this.#report()
  }

  #report(): void {
    const isSkewed = Math.abs(this.skew()) > muchSkew
    if (isSkewed !== this.#isSkewed)
      this.#warn(
        `The clock of this machine is ${this.skew()} ms ahead of that of the database, whose time counts.`,
      )
    this.#isSkewed = isSkewed
  }

  /** Measures no more. */
  stop(): void {
    this.#ended.abort()
  }

  async #keep(): Promise<void> {
    const { signal } = this.#ended
    while (await pause(interval, true, { signal, ref: false }).catch(() => false))
      await this.measure().catch(() => {})
  }
}

/**
 * One look at the time of the database, read somewhere between sending and receiving: `offset` is what it is ahead of the
 * monotonic clock of this process, to within `uncertainty`, in milliseconds.
 */
export async function readTime(db: Db): Promise<{ now: Date; offset: number; uncertainty: number }> {
  const sent = performance.now()
  const [row] = await db<{ ms: string }[]>`select (extract(epoch from clock_timestamp()) * 1000)::text as ms`
  const received = performance.now()
  const offset = Number(row!.ms) - (sent + received) / 2
  return { now: new Date(Math.round(offset + received)), offset, uncertainty: (received - sent) / 2 }
}
