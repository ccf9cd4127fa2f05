import type { Db } from '../db/connection.ts'
import { reserveIds } from './queries.ts'

const blockSize = 100

/** Hands out ids for people who are not written yet, drawn from the sequence a block at a time. */
export class IdBlock {
  readonly #db: Db
  #free: number[] = []
  #drawing: Promise<void> | undefined

  constructor(db: Db) {
    this.#db = db
  }

  async next(): Promise<number> {
    for (;;) {
      const id = this.#free.shift()
      if (id !== undefined) return id
      this.#drawing ??= this.#draw()
      await this.#drawing
    }
  }

  async #draw(): Promise<void> {
    try {
      this.#free = await reserveIds(this.#db, blockSize)
    } finally {
      this.#drawing = undefined
    }
  }
}
