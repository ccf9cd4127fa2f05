import { setTimeout as sleep } from 'node:timers/promises'
import type postgresTypes from 'postgres'
import {
  type Cluster,
  hasStandbys,
  isRunning,
  logTail,
  prepareCluster,
  runningPort,
  startServer,
  stopServer,
} from './cluster.ts'
import { postgres } from './driver.ts'

/** Held, shared, by every process that uses the built-in server; who can take it alone is the last one. */
const presenceLock = 5_327_837
/** Milliseconds before each try to start a server that does not run. */
const pauses = { atFirst: [0, 500, 1000, 2000], again: [0, 500, 1000, 2000, 4000, 8000, 16_000] }
/** A server that dies sooner than so many milliseconds after it came back has not come back: its tries go on. */
const steadyAfter = 60_000
/** How long a server that runs may take until it answers, in milliseconds: after a crash it reads what it had written. */
const longestRecovery = 600_000
/** The same when this process is about to end anyway. */
const longestFarewell = 5000

/** Says what happens to the server, for the log. */
export type Tell = (message: string) => void
type Presence = { url: string; sql: postgresTypes.Sql }

/**
 * Makes sure that the PostgreSQL server of `dataDir` runs. A server that already runs there is used as it is, whether
 * another Lectern process started it or one that was killed left it behind.
 */
export async function startEmbedded(dataDir: string, tell: Tell = () => {}): Promise<EmbeddedServer> {
  const server = new EmbeddedServer(await prepareCluster(dataDir), tell)
  await server.start()
  return server
}

/** The built-in server, as one of the processes that use it has it. It is started again when it dies. */
export class EmbeddedServer {
  /** Resolves when the server has died and does not start again. */
  readonly failed: Promise<Error>
  /** Where the server answers: at the same port after it was started again, so that pools need not know of that. */
  url = ''
  readonly #cluster: Cluster
  readonly #tell: Tell
  #fail!: (error: Error) => void
  #presence: Presence | undefined
  #regaining: Promise<void> | undefined
  #releasing: Promise<void> | undefined
  readonly #leaving = new AbortController()
  #patience = longestRecovery
  #pauses: number[] = []
  #steadySince = 0

  constructor(cluster: Cluster, tell: Tell) {
    this.#cluster = cluster
    this.#tell = tell
    this.failed = new Promise(resolve => {
      this.#fail = resolve
    })
  }

  get #released(): boolean {
    return this.#leaving.signal.aborted
  }

  async start(): Promise<void> {
    this.#pauses = [...pauses.atFirst]
    await this.#enterOrStart()
    if (!this.#presence)
      throw new Error(
        `The database server in ${this.#cluster.folder} does not start. ${logTail(this.#cluster)}`,
      )
    this.url = this.#presence.url
    this.#pauses = [...pauses.again]
  }

  /**
   * Gives the server back. It is stopped when no other process uses it; in a `hurry` without waiting until it has. A second
   * release waits for the same: a process that ended meanwhile would leave its server running.
   */
  release({ hurry = false } = {}): Promise<void> {
    this.#releasing ??= this.#release(hurry)
    return this.#releasing
  }

  async #release(hurry: boolean): Promise<void> {
    this.#leaving.abort()
    this.#patience = longestFarewell
    await this.#regaining
    if (!this.#presence) await this.#enterWhileRunning()
    if (this.#presence) await leave(this.#cluster, this.#presence, hurry)
  }

  /** The connection that holds the lock is gone: with another one it is taken again before anything else is done. */
  #lose(): void {
    if (this.#released) return
    this.#regaining = this.#regain().finally(() => {
      this.#regaining = undefined
    })
  }

  async #regain(): Promise<void> {
    void this.#presence!.sql.end({ timeout: 0 })
    this.#presence = undefined
    this.#tell('The built-in database has gone away.')
    if (performance.now() - this.#steadySince > steadyAfter) this.#pauses = [...pauses.again]
    await this.#enterOrStart()
    if (this.#released) return
    const problem = this.#problem()
    if (problem) this.#fail(new Error(`${problem} ${logTail(this.#cluster)}`))
    else this.#tell('The built-in database is back.')
  }

  #problem(): string | undefined {
    if (!this.#presence && hasStandbys(this.#cluster))
      return 'The built-in database has stopped. It is not started again by itself, because others follow it: one of them may have taken its place.'
    if (!this.#presence) return 'The built-in database has stopped and does not start again.'
    return this.#presence.url === this.url ? undefined : 'The built-in database is back at another port.'
  }

  /** Tries as often as there are pauses left. */
  async #enterOrStart(): Promise<void> {
    const isAgain = this.#steadySince > 0
    await this.#enterWhileRunning()
    while (!this.#presence && !(isAgain && hasStandbys(this.#cluster))) {
      const pause = this.#pauses.shift()
      if (pause === undefined) return
      await sleep(pause, undefined, { signal: this.#leaving.signal }).catch(() => {})
      if (this.#released) return
      await startServer(this.#cluster)
      await this.#enterWhileRunning()
    }
  }

  /** Connects as soon as the server answers; gives up when it does not run, or takes too long. */
  async #enterWhileRunning(): Promise<void> {
    const begin = performance.now()
    while (isRunning(this.#cluster) && performance.now() - begin < this.#patience) {
      this.#presence = await enter(this.#cluster, () => this.#lose())
      if (this.#presence) {
        this.#steadySince = performance.now()
        return
      }
      await sleep(100)
    }
  }
}

/** Connects and takes the presence lock; undefined when no server answers yet. `lose` is called when it is lost. */
async function enter(cluster: Cluster, lose: () => void): Promise<Presence | undefined> {
  const port = runningPort(cluster)
  if (!port) return undefined
  const url = `postgres://lectern:${cluster.password}@127.0.0.1:${port}/postgres`
  let isHeld = false
  const sql = postgres(url, {
    max: 1,
    connect_timeout: 5,
    // Unless told so, the driver closes every connection after an hour at most.
    max_lifetime: null,
    onnotice: () => {},
    onclose: () => isHeld && lose(),
    connection: { application_name: 'lectern presence' },
  })
  try {
    const [answer] =
      await sql`select pg_advisory_lock_shared(${presenceLock}), current_setting('data_directory') as folder`
    if (answer!.folder !== cluster.folder) throw new Error('another server answers on that port')
    isHeld = true
    return { url, sql }
  } catch {
    await sql.end({ timeout: 1 })
    return undefined
  }
}

async function leave(cluster: Cluster, { sql }: Presence, hurry: boolean): Promise<void> {
  const alone =
    await sql`select pg_advisory_unlock_shared(${presenceLock}), pg_try_advisory_lock(${presenceLock}) as alone`
      .then(([row]) => row!.alone as boolean)
      .catch(() => false)
  try {
    if (alone) await stopServer(cluster, { wait: !hurry })
  } finally {
    await sql.end({ timeout: 1 })
  }
}
