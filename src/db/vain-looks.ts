import { hash } from 'node:crypto'
import { LRUCache } from 'lru-cache'

const remembered = 1000
/** Looks in vain for one key while they are remembered; after that the answer is what is known. */
const mostLooks = 10
const mostKeys = 10_000

/**
 * What was looked for in vain within the last second: at most ten looks for a key. Who names again and again what does not
 * exist costs a second no more than these.
 */
export class VainLooks {
  readonly #looks = new LRUCache<string, { digests: Set<string>; until: number }>({ max: mostKeys })

  /** Whether to look for these names: not when it was just done in vain. */
  allows(key: string, names: string[]): boolean {
    const looks = this.#current(key)
    return !looks || (looks.digests.size < mostLooks && !looks.digests.has(digestOf(names)))
  }

  /** Remembers that there are no such names. */
  note(key: string, names: string[]): void {
    const looks = this.#current(key) ?? { digests: new Set(), until: performance.now() + remembered }
    looks.digests.add(digestOf(names))
    this.#looks.set(key, looks)
  }

  /** Looks under a key, of all keys when it is `*`, were made before something changed. */
  forget(key: string): void {
    if (key === '*') this.#looks.clear()
    else this.#looks.delete(key)
  }

  #current(key: string) {
    const looks = this.#looks.get(key)
    return looks && looks.until > performance.now() ? looks : undefined
  }
}

const digestOf = (names: string[]) => hash('sha1', JSON.stringify(names))
