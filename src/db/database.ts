import { connect, type Db, type Limits, type Pool } from './connection.ts'
import { startEmbedded, type Tell } from './embedded.ts'
import { migrate } from './migrate.ts'

export type Database = {
  pool: Pool
  readers: Pool
  url: string
  /** In a `hurry` nothing is waited for: what is being done is broken off, and the built-in server stops by itself. */
  close: (how?: { hurry: boolean }) => Promise<void>
  /** Resolves when the built-in server has died and does not start again. */
  failed: Promise<Error>
}

type DatabaseConfig = {
  DATABASE_URL: string | null
  DATABASE_POOL: number
  DATABASE_READERS: number
  DATABASE_LOCK_SECONDS: number
  DATABASE_STATEMENT_SECONDS: number
  DATABASE_IDLE_SECONDS: number
  DATABASE_QUEUE_SECONDS: number
  DATA_DIR: string
}

/**
 * Opens the configured database, starting the built-in server when none is configured, and migrates it. Migrations, and
 * `prepare` after them, take as long as they take; everything else has the limits of the configuration. `tell` hears what
 * happens to the built-in server later.
 */
export async function openDatabase(
  config: DatabaseConfig,
  { prepare = async () => {}, tell }: { prepare?: (db: Db) => Promise<unknown>; tell?: Tell } = {},
): Promise<Database> {
  const embedded = config.DATABASE_URL ? undefined : await startEmbedded(config.DATA_DIR, tell)
  const url = config.DATABASE_URL ?? embedded!.url
  const limits = limitsOf(config)
  const pool = connect(url, { max: config.DATABASE_POOL, limits })
  // Reads do not wait behind the commits of others in the same connection.
  const readers = connect(url, {
    max: config.DATABASE_READERS,
    name: 'lectern readers',
    limits,
    reads: true,
  })
  const close = async ({ hurry = false } = {}) => {
    const timeout = hurry ? 0 : 5
    const ended = Promise.all([pool.end({ timeout }), readers.end({ timeout })])
    if (!hurry) await ended
    await embedded?.release({ hurry })
  }
  try {
    await bringUpToDate(url, prepare)
  } catch (error) {
    await close()
    throw error
  }
  return { pool, readers, url, close, failed: embedded?.failed ?? new Promise(() => {}) }
}

async function bringUpToDate(url: string, prepare: (db: Db) => Promise<unknown>): Promise<void> {
  const pool = connect(url, { max: 1, name: 'lectern migrates' })
  try {
    await migrate(pool)
    await prepare(pool)
  } finally {
    await pool.end({ timeout: 5 })
  }
}

function limitsOf(config: DatabaseConfig): Limits {
  return {
    lock: config.DATABASE_LOCK_SECONDS,
    statement: config.DATABASE_STATEMENT_SECONDS,
    idle: config.DATABASE_IDLE_SECONDS,
    queue: config.DATABASE_QUEUE_SECONDS,
  }
}

/** Settings of a database for work that takes as long as it takes: what people run on the command line. */
export const withoutLimits = {
  DATABASE_LOCK_SECONDS: 0,
  DATABASE_STATEMENT_SECONDS: 0,
  DATABASE_IDLE_SECONDS: 0,
  DATABASE_QUEUE_SECONDS: 0,
}
