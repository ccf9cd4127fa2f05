import type { Db } from '../../db/connection.ts'
import { reserveIds } from './queries.ts'

const blockSize = 100

/** Hands out ids for people who are not written yet, drawn from the sequence a block at a time. */
export class IdBlock {
  #free: number[] = []
  #drawing: Promise<void> | undefined

  /** The next id. A block is drawn through `db`, so that a transaction never waits for a second connection. */
  async next(db: Db): Promise<number> {
    for (;;) {
      const id = this.#free.shift()
      if (id !== undefined) return id
      this.#drawing ??= this.#draw(db)
      await this.#drawing
    }
  }

  async #draw(db: Db): Promise<void> {
    try {
      this.#free = await reserveIds(db, blockSize)
    } finally {
      this.#drawing = undefined
    }
  }
}
