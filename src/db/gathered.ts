import type { Db } from './connection.ts'

/** How records are read by id: those who ask at the same time, over one pool or in one transaction, by one statement. */
export function gathering<V>(
  load: (db: Db, ids: number[]) => Promise<Map<number, V>>,
): (db: Db, id: number) => Promise<V | undefined> {
  const known = new WeakMap<Db, Gathered<V>>()
  return (db, id) => {
    const gathered = known.get(db) ?? new Gathered(ids => load(db, ids))
    known.set(db, gathered)
    return gathered.get(id)
  }
}

/**
 * Answers many askers with one statement: while one is being answered, those who come gather for the next. There is no
 * timer: a question that comes alone is answered alone, at once.
 */
export class Gathered<V> {
  readonly #load: (ids: number[]) => Promise<Map<number, V>>
  #next: { ids: Set<number>; answer: Promise<Map<number, V>> } | undefined
  #running: Promise<unknown> = Promise.resolve()

  constructor(load: (ids: number[]) => Promise<Map<number, V>>) {
    this.#load = load
  }

  /** What is stored under an id when this is called, or a moment later. */
  async get(id: number): Promise<V | undefined> {
    this.#next ??= this.#gather()
    this.#next.ids.add(id)
    return (await this.#next.answer).get(id)
  }

  #gather() {
    const ids = new Set<number>()
    const answer = this.#running.then(() => {
      this.#next = undefined
      return this.#load([...ids])
    })
    this.#running = answer.catch(() => {})
    return { ids, answer }
  }
}
