import { connect } from '../../src/db/connection.ts'
import { migrate } from '../../src/db/migrate.ts'

/**
 * A database for this test file alone, which `testApp` uses from now on: for what would see the rows of other files.
 * Returns its URL.
 */
export async function ownDatabase(): Promise<string> {
  const server = connect(process.env.TEST_DATABASE_URL!, { max: 1 })
  const name = `own_${process.pid}`
  await server`create database ${server(name)}`
  await server.end()
  const url = new URL(process.env.TEST_DATABASE_URL!)
  url.pathname = `/${name}`
  const pool = connect(url.href, { max: 1 })
  await migrate(pool)
  await pool.end()
  process.env.TEST_DATABASE_URL = url.href
  return url.href
}
