import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../src/db/connection.ts'
import { startEmbedded } from '../../src/db/embedded.ts'
import { migrate } from '../../src/db/migrate.ts'

/** One PostgreSQL server for a test run, in a folder of its own that goes with it. */
export async function temporaryServer(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-test-'))
  const server = await startEmbedded(folder)
  return {
    url: server.url,
    stop: async () => {
      await server.release()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The URL of a new, empty database on the server of the run. */
export async function emptyDatabase(name: string): Promise<string> {
  const url = new URL(process.env.TEST_DATABASE_URL!)
  const pool = connect(url.href, { max: 1 })
  await pool`create database ${pool(name)}`
  await pool.end()
  url.pathname = `/${name}`
  return url.href
}

let databases = 0

/** The URL of a new database with all tables: for tests whose clock or servers would disturb the others. */
export async function ownDatabase(): Promise<string> {
  const url = await emptyDatabase(`own_${process.pid}_${++databases}`)
  const pool = connect(url, { max: 1 })
  await migrate(pool)
  await pool.end()
  return url
}
