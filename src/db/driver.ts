import { registerHooks } from 'node:module'

/** A place in the source of the driver, and what stands there instead. */
type Patch = { text: string; becomes: string }

/**
 * postgres 3.4.9 leaves behind what a connection had when it broke, and knows no limits to waiting. Until a version is
 * released that does better, it is changed as it is loaded (docs/decisions/002-dependencies.md):
 */
const patches: Record<string, Patch[]> = {
  'connection.js': [
    {
      // The socket is forgotten when a connection breaks; what is written next, the ROLLBACK of its transaction for one,
      // was an exception that ends the process (porsager/postgres#1208). It fails as a query instead.
      text: 'socket.write(chunk, fn)',
      becomes: `(socket ?? { write: () => (error(Errors.connection('CONNECTION_CLOSED', options)), false) }).write(chunk, fn)`,
    },
    {
      // What a broken connection was told, and had not sent yet, is of no concern to the next one: it gave a stale FATAL
      // to the first query after an outage, and began with bytes that belonged to the last one. A server that hangs up
      // before it is ready fails the query that waits, unless there is another host to try.
      text: `if (initial)
      return reconnect()

    !hadError && (query || sent.length) && error(Errors.connection('CONNECTION_CLOSED', options, socket))`,
      becomes: `if (initial && options.host.length > 1)
      return reconnect()

    error(errorResponse || Errors.connection('CONNECTION_CLOSED', options, socket))
    query = results = errorResponse = chunk = nextWriteTimer = null
    result = new Result()`,
    },
    {
      // A connection that breaks while it asks for the types of arrays: a rejection without a handler ends the process.
      text: 'return fetchArrayTypes()',
      becomes: 'return fetchArrayTypes().catch(noop)',
    },
    {
      // A server that stays silent for longer than options.answer_seconds has lost this connection, and what was asked
      // of it. Ticks are counted, not time: a process that was itself busy, or asleep, does not blame the server.
      text: `query
        ? sent.push(q)
        : (query = q, query.active = true)
`,
      becomes: `q.tick = ticks
      watch === null && options.answer_seconds && (watch = setInterval(look, 100).unref())
      query
        ? sent.push(q)
        : (query = q, query.active = true)
`,
    },
    {
      text: '  function toBuffer(q) {',
      becomes: `  function look() {
    ticks++
    if (!query) {
      clearInterval(watch)
      watch = null
    } else if (ticks - query.tick > options.answer_seconds * 10)
      socket && socket.destroy(Errors.connection('ANSWER_TIMEOUT', options))
  }

  function toBuffer(q) {`,
    },
    { text: '    , final = null\n', becomes: '    , final = null\n    , watch = null\n    , ticks = 0\n' },
  ],
  'index.js': [
    {
      // A queue of at most options.longest_queue, in which each query waits for at most options.queue_seconds.
      text: `? go(busy.shift(), query)
      : queries.push(query)
  }`,
      becomes: `? go(busy.shift(), query)
      : line(query)
  }

  function line(query) {
    if (queries.length >= options.longest_queue)
      return query.reject(Errors.generic('QUEUE_FULL', 'too many queries wait for a connection'))
    query.tick = ticks
    queries.push(query)
    watch === null && options.queue_seconds && (watch = setInterval(look, 100).unref())
  }

  function look() {
    ticks++
    while (queries.length && ticks - (queries.first.tick ?? ticks) > options.queue_seconds * 10)
      queries.shift().reject(Errors.generic('QUEUE_TIMEOUT', 'no connection became free in time'))
    if (queries.length === 0) {
      clearInterval(watch)
      watch = null
    }
  }`,
    },
    { text: '  let ending = false\n', becomes: '  let ending = false, watch = null, ticks = 0\n' },
    {
      // A transaction that has lost its connection: the same connection, opened again, may be in the transaction of
      // another by now, so that no statement of this one may reach it.
      text: 'new Promise((_, reject) => connection.onclose = reject)',
      becomes: `new Promise((_, reject) => connection.onclose = e => {
          lost = e
          while (queries.length) queries.shift().reject(e)
          reject(e)
        })`,
    },
    { text: '    let savepoints = 0\n', becomes: '    let savepoints = 0, lost = null\n' },
    {
      text: `q.catch(e => uncaughtError || (uncaughtError = e))`,
      becomes: `q.catch(e => uncaughtError || (uncaughtError = e))
        if (lost) return q.reject(lost)`,
    },
  ],
  'queue.js': [
    {
      text: '    get length() {',
      becomes: '    get first() {\n      return xs[index]\n    },\n    get length() {',
    },
  ],
}

/** Files of the driver that were changed. */
const changed = new Set<string>()

registerHooks({
  load(url, context, next) {
    const loaded = next(url, context)
    const name = /\/postgres\/src\/([a-z]+\.js)$/.exec(url)?.[1] ?? ''
    return patches[name] ? { ...loaded, source: patched(name, String(loaded.source)) } : loaded
  },
})

/** Throws when the driver is not the one that the patches were written for. */
function patched(name: string, source: string): string {
  return patches[name]!.reduce((text, patch) => {
    if (text.split(patch.text).length !== 2)
      throw new Error(`postgres/src/${name} is not the version that src/db/driver.ts knows: ${patch.text}`)
    changed.add(name)
    return text.replace(patch.text, () => patch.becomes)
  }, source)
}

/** The driver. Everybody takes it from here: what was loaded before does not have the patches. */
export const { default: postgres } = await import('postgres')

const unchanged = Object.keys(patches).filter(name => !changed.has(name))
if (unchanged.length > 0)
  throw new Error(
    `The driver postgres was loaded without the changes of src/db/driver.ts (${unchanged.join(', ')}): everybody imports it from there.`,
  )
