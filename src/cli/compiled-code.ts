import { enableCompileCache, flushCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

/** Beside the packages: who can write there can change the program anyway, and `npm ci` empties it. */
const usualFolder = fileURLToPath(new URL('../../node_modules/.cache/lectern', import.meta.url))

/**
 * Keeps what is imported from now on compiled, for the next start. Where the folder cannot be written, or where
 * NODE_DISABLE_COMPILE_CACHE is set, everything is compiled anew, as without it.
 */
export function keepCompiledCode(folder = usualFolder): void {
  enableCompileCache(folder)
}

/** When a start is over, in milliseconds. */
const settled = 4000

/** Writes down what was compiled when the start is over, so that a process that is killed leaves it as well. */
export function writeCompiledCodeSoon(): void {
  setTimeout(flushCompileCache, settled).unref()
}
