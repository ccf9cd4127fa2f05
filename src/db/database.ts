import { connect, type Pool } from './connection.ts'
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

/**
 * Opens the configured database, starting the built-in server when none is configured, and migrates it. `tell` hears what
 * happens to the built-in server later.
 */
export async function openDatabase(
  config: {
    DATABASE_URL: string | null
    DATABASE_POOL: number
    DATABASE_READERS: number
    DATA_DIR: string
  },
  tell?: Tell,
): Promise<Database> {
  const embedded = config.DATABASE_URL ? undefined : await startEmbedded(config.DATA_DIR, tell)
  const url = config.DATABASE_URL ?? embedded!.url
  const pool = connect(url, { max: config.DATABASE_POOL })
  // Reads do not wait behind the commits of others in the same connection.
  const readers = connect(url, { max: config.DATABASE_READERS, name: 'lectern readers' })
  const close = async ({ hurry = false } = {}) => {
    const timeout = hurry ? 0 : 5
    const ended = Promise.all([pool.end({ timeout }), readers.end({ timeout })])
    if (!hurry) await ended
    await embedded?.release({ hurry })
  }
  try {
    await migrate(pool)
  } catch (error) {
    await close()
    throw error
  }
  return { pool, readers, url, close, failed: embedded?.failed ?? new Promise(() => {}) }
}
