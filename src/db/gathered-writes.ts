/** Batches that are under way at once, at most. */
const lanes = 2
/** Milliseconds that a batch may take before another begins beside it: until then, who comes makes the next one larger. */
const patience = 25
/** Items of one batch. */
const largestBatch = 200
/** Items that may wait at once. */
const longestQueue = 10_000

type Waiting<I, O> = { item: I; resolve: (outcome: O) => void; reject: (error: unknown) => void }

/** As the driver says it of its own queue. */
class QueueFull extends Error {
  readonly code = 'QUEUE_FULL'
}

/**
 * Writes many items with one statement and one commit: while some are being written, those who come gather for the next.
 * There is no timer: an item that comes alone is written alone, at once. A batch that waits for a lock holds nobody up for
 * long: who comes then begins another. When a batch fails because of what is in it
 * (`isOwnFault`), each of its items is written by itself, so that one harms no other; when it fails because the database
 * is away, those who wait hear so as well, instead of each batch in its turn.
 */
export class GatheredWrites<I, O> {
  readonly #write: (items: I[]) => Promise<O[]>
  readonly #isOwnFault: (error: unknown) => boolean
  readonly #waiting: Waiting<I, O>[] = []
  #busy = 0
  /** when the latest batch began, in milliseconds of the process */
  #began = 0

  constructor(write: (items: I[]) => Promise<O[]>, isOwnFault: (error: unknown) => boolean) {
    this.#write = write
    this.#isOwnFault = isOwnFault
  }

  /** Resolves when the item is committed, to what was written. */
  put(item: I): Promise<O> {
    if (this.#waiting.length >= longestQueue) return Promise.reject(new QueueFull())
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject })
      if (this.#busy === 0 || (this.#busy < lanes && performance.now() - this.#began > patience))
        void this.#serve()
    })
  }

  async #serve(): Promise<void> {
    this.#busy++
    while (this.#waiting.length > 0) await this.#writeBatch(this.#waiting.splice(0, largestBatch))
    this.#busy--
  }

  async #writeBatch(batch: Waiting<I, O>[]): Promise<void> {
    this.#began = performance.now()
    try {
      const outcomes = await this.#write(batch.map(waiting => waiting.item))
      for (const [index, { resolve }] of batch.entries()) resolve(outcomes[index]!)
    } catch (error) {
      const isOwn = this.#isOwnFault(error)
      if (isOwn && batch.length > 1) for (const waiting of batch) await this.#writeBatch([waiting])
      else for (const { reject } of isOwn ? batch : [...batch, ...this.#waiting.splice(0)]) reject(error)
    }
  }
}
