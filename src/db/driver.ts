import { registerHooks } from 'node:module'

/**
 * postgres 3.4.9 forgets its socket when a connection breaks, and then writes to it what comes next, the ROLLBACK of
 * the transaction for one: an exception that nobody can catch, and the end of the process (porsager/postgres#1208).
 * Until a version is released that fails such a query instead, it is made to do so as it is loaded.
 */
const unguarded = 'socket.write(chunk'
const failing = `{ write: () => (error(Errors.connection('CONNECTION_CLOSED', options)), false) }`
const guarded = `(socket ?? ${failing}).write(chunk`

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    return url.endsWith('/postgres/src/connection.js')
      ? { ...loaded, source: String(loaded.source).replace(unguarded, guarded) }
      : loaded
  },
})

/** The driver. Everybody takes it from here: what was loaded before would not have the guard. */
export const { default: postgres } = await import('postgres')
