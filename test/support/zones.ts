import { connect } from '../../src/db/connection.ts'
import { readTimeZone } from '../../src/http/values/wall-time.ts'

/** Every zone that an event or a session may have: of those that the database knows, also under their old names. */
export async function acceptedZones(): Promise<string[]> {
  const pool = connect(process.env.TEST_DATABASE_URL!, { max: 1 })
  const names = await pool<{ name: string }[]>`select name from pg_timezone_names order by name`
  await pool.end()
  return [...new Set(names.flatMap(({ name }) => readTimeZone(name) ?? []))]
}
