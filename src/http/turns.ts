import { unavailable } from '../errors.ts'

/** Lets so much work run at once, and so much wait for its turn. */
export class Turns {
  readonly #most: { atOnce: number; waiting: number; refusal: string }
  #running = 0
  readonly #waiting: (() => void)[] = []

  /** `refusal` is what the 503 says of work for which there is no place to wait. */
  constructor(most: { atOnce: number; waiting: number; refusal: string }) {
    this.#most = most
  }

  /** Carries out work when its turn comes. Throws 503 when too much waits already. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    await this.#begin()
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }

  async #begin(): Promise<void> {
    const { atOnce, waiting, refusal } = this.#most
    if (this.#running < atOnce) {
      this.#running++
      return
    }
    if (this.#waiting.length >= waiting) throw unavailable(refusal)
    await new Promise<void>(resolve => this.#waiting.push(resolve))
  }
}
