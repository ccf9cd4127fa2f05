import { LRUCache } from 'lru-cache'
import type { Db, Pool } from './connection.ts'
import { VainLooks } from './vain-looks.ts'

/** How long a value is believed when no notification contradicts it, in milliseconds, unless told otherwise. */
const usuallyBelieved = 10_000
const mostEntries = 20_000

/**
 * Values that are read often and change rarely. A change is announced to every process with `notify(channel, key)` in
 * the transaction that makes it (`*` means all of them); should a notification be lost, 10 s bound the error.
 */
export class NotifiedCache<V> {
  readonly #entries = new LRUCache<string, { value: V; until: number }>({ max: mostEntries })
  readonly #loading = new Map<string, Promise<V>>()
  readonly #next = new Map<string, Promise<V>>()
  readonly #vain = new VainLooks()
  readonly #load: (key: string, db?: Db) => Promise<V>
  readonly #believed: number

  constructor(load: (key: string, db?: Db) => Promise<V>, believed = usuallyBelieved) {
    this.#load = load
    this.#believed = believed
  }

  /** Follows the channel; resolves to the function that stops it. */
  async follow(pool: Pool, channel: string): Promise<() => Promise<void>> {
    const { unlisten } = await pool.listen(
      channel,
      key => this.forget(key),
      () => this.forget('*'),
    )
    return unlisten
  }

  /** Drops what changed. A change calls this as well: the notification arrives a moment after the answer. */
  forget(key: string): void {
    this.#vain.forget(key)
    for (const known of [this.#entries, this.#loading])
      if (key === '*') known.clear()
      else known.delete(key)
  }

  /**
   * What is stored under a key; it is read once for all who ask meanwhile. Who is in a transaction reads there, and never
   * waits for a second connection.
   */
  async get(key: string, db?: Db): Promise<V> {
    const known = this.#entries.get(key)
    if (known && known.until > performance.now()) return known.value
    return isOpen(db) ? this.#load(key, db) : (this.#loading.get(key) ?? this.#read(key))
  }

  /**
   * The same for who names something that another process may have announced a moment ago: what `strangersIn` finds unknown
   * to a value is looked for once more, unless that was just done in vain (VainLooks).
   */
  async getKnowing(key: string, strangersIn: (value: V) => string[], db?: Db): Promise<V> {
    const value = await this.get(key, db)
    const strangers = strangersIn(value)
    if (strangers.length === 0 || !this.#vain.allows(key, strangers)) return value
    const current = await (isOpen(db) ? this.#load(key, db) : this.#readNext(key))
    const unknown = strangersIn(current)
    // What was read in a transaction is not remembered, but what is remembered is out of date.
    if (isOpen(db) && unknown.length < strangers.length) this.forget(key)
    if (unknown.length > 0) this.#vain.note(key, unknown)
    return current
  }

  /** A reading that begins after this call, shared by all who ask before it does. */
  #readNext(key: string): Promise<V> {
    const known = this.#next.get(key)
    if (known) return known
    const begin = () => {
      this.#next.delete(key)
      return this.#read(key)
    }
    const next = (this.#loading.get(key) ?? Promise.resolve()).then(begin, begin)
    this.#next.set(key, next)
    return next
  }

  #read(key: string): Promise<V> {
    const reading = this.#load(key)
    this.#loading.set(key, reading)
    const isCurrent = () => this.#loading.get(key) === reading && this.#loading.delete(key)
    reading.then(
      // When a change was announced while this was being read, what was read may be older than that.
      value => isCurrent() && this.#remember(key, value),
      isCurrent,
    )
    return reading
  }

  #remember(key: string, value: V): void {
    this.#entries.set(key, { value, until: performance.now() + this.#believed })
  }
}

/** Whether this is a transaction, and not the pool. */
const isOpen = (db: Db | undefined): db is Db => db !== undefined && !('begin' in db)
