import { connect, type Pool } from './connection.ts'
import { startEmbedded } from './embedded.ts'
import { migrate } from './migrate.ts'

export type Database = { pool: Pool; readers: Pool; url: string; close: () => Promise<void> }

/** Opens the configured database, starting the built-in server when none is configured, and migrates it. */
export async function openDatabase(config: {
  DATABASE_URL: string | null
  DATABASE_POOL: number
  DATABASE_READERS: number
  DATA_DIR: string
}): Promise<Database> {
  const embedded = config.DATABASE_URL ? undefined : await startEmbedded(config.DATA_DIR)
  const url = config.DATABASE_URL ?? embedded!.url
  const pool = connect(url, { max: config.DATABASE_POOL })
  // Reads do not wait behind the commits of others in the same connection.
  const readers = connect(url, { max: config.DATABASE_READERS, name: 'lectern readers' })
  const close = async () => {
    await Promise.all([pool.end({ timeout: 5 }), readers.end({ timeout: 5 })])
    await embedded?.release()
  }
  try {
    await migrate(pool)
  } catch (error) {
    await close()
    throw error
  }
  return { pool, readers, url, close }
}
