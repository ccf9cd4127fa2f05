import type { Db } from '../../db/connection.ts'
import type { Noun } from './queries.ts'
import { deleteImported, type Imported, listImported, type Members, storeImported } from './queries.ts'

/** What earlier imports wrote into an event, and what this one writes: how edits by hand are recognised. */
export class Memory {
  readonly #event_id: number
  readonly #known = new Map<string, Members>()
  /** records that were deleted since, by what recognises them */
  readonly #gone = new Map<string, Imported>()
  readonly #written: Imported[] = []
  readonly #revived: Imported[] = []

  private constructor(event_id: number, imported: (Imported & { is_gone: boolean })[]) {
    this.#event_id = event_id
    for (const { is_gone, ...row } of imported)
      if (is_gone) this.#gone.set(keyOf(row.object, row.members.external_id), row)
      else this.#known.set(keyOf(row.object, row.object_id), row.members)
  }

  static async of(db: Db, event_id: number): Promise<Memory> {
    return new Memory(event_id, await listImported(db, event_id))
  }

  /** What the last import wrote into a record; undefined when none has. */
  lastOf(object: Noun, id: number): Members | undefined {
    return this.#known.get(keyOf(object, id))
  }

  /** Whether a record that an import brought was deleted since. */
  wasDeleted(object: Noun, external_id: unknown): boolean {
    return this.#gone.has(keyOf(object, external_id))
  }

  /** Notes what a record is to be compared with next time; members that were kept are still compared with what they were. */
  wrote(object: Noun, id: number, given: Members, kept: string[] = []): void {
    const last = this.lastOf(object, id)
    const members = { ...given, ...Object.fromEntries(kept.map(member => [member, last?.[member]])) }
    this.#written.push({ object, object_id: id, members })
    const gone = this.#gone.get(keyOf(object, given.external_id))
    if (gone) this.#revived.push(gone)
  }

  /** Stores what was noted. */
  async store(db: Db): Promise<void> {
    await deleteImported(db, this.#event_id, this.#revived)
    await storeImported(db, this.#event_id, this.#written)
  }
}

const keyOf = (object: Noun, id: unknown) => `${object} ${String(id)}`
