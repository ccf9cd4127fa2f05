import { flushCompileCache } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** When everything that a start needs once is over, in milliseconds after it. */
const settled = 4000

/** After the start: gives back the memory that only the start needed, and writes down what was compiled. */
export function tidyUpSoon(): void {
  setTimeout(() => {
    flushCompileCache()
    collectGarbage()
  }, settled).unref()
}

type Collect = (how: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void

/**
 * Collects everything that nothing refers to, and gives its memory back to the system. Node itself would do so only when its
 * heap has grown much further; an ordinary collection keeps the room of young objects.
 */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const collect: Collect = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}
