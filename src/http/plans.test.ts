import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../test/support/app.ts'
import { ownDatabase } from '../../test/support/database.ts'

const { make, call, pool } = await testApp({ url: await ownDatabase() })
const small = await make('events', { name: 'Summit', timezone: 'UTC' })
const large = await make('events', { name: 'Congress', timezone: 'UTC' })
const first = await make('sessions', { event_id: small.id, name: 'Talk', date: '2027-06-01' })
const person = await make('registrants', {
  event_id: small.id,
  first_name: 'Ada',
  last_name: 'Byron',
  email: 'ada@example.com',
})

/** Puts so many copies of a row into an event; their names differ. */
async function copy(table: 'sessions' | 'registrants', id: number, event_id: number, count: number) {
  const columns = await pool<{ name: string }[]>`
    select column_name as name from information_schema.columns
    where table_name = ${table} and is_generated = 'NEVER' and column_name not in ('id', 'external_id')`
  const own: Record<string, string> = {
    event_id: String(event_id),
    secure_id: 'gen_random_uuid()::text',
    name: "'Talk ' || n",
    date: "date '2027-06-01' + n % 5",
    last_name: "'Byron ' || n",
    email: "'p' || n || '@example.com'",
  }
  const names = columns.map(({ name }) => name)
  await pool.unsafe(
    `insert into ${table} (${names.join()}) select ${names.map(name => own[name] ?? `o.${name}`).join()}
      from ${table} o, generate_series(1, ${count}) n where o.id = ${id}`,
  )
}

/** Blocks of 8 kB that the statement of a list reads for its page. */
async function blocksOf(path: string): Promise<number> {
  const statements: [string, unknown[]][] = []
  pool.options.debug = (_connection, statement, parameters) => void statements.push([statement, parameters])
  const { status } = await call('GET', path)
  pool.options.debug = false
  assert.equal(status, 200)
  const [statement, parameters] = statements.find(([statement]) => / offset \$/.test(statement))!
  const [row] = await pool.unsafe(
    `explain (analyze, buffers, format json) ${statement}`,
    parameters as never[],
  )
  const plan = row!['QUERY PLAN'][0].Plan
  return plan['Shared Hit Blocks'] + plan['Shared Read Blocks']
}

/** More than a page in any order has: its rows, and the way to them in an index. */
const mostBlocks = 24
const sorted = (event_id: number) => [
  `/sessions?event_id=${event_id}&sort=date,start_time`,
  `/sessions?event_id=${event_id}&sort=name`,
  `/registrants?event_id=${event_id}&sort=last_name`,
  `/registrants?event_id=${event_id}&search=email=P7@example.com`,
]
const byId = (event_id: number) => [`/sessions?event_id=${event_id}`, `/registrants?event_id=${event_id}`]

async function mustBeRead(paths: string[]): Promise<void> {
  for (const path of paths) {
    const blocks = await blocksOf(path)
    assert.ok(blocks <= mostBlocks, `${path} reads ${blocks} blocks`)
  }
}

describe('the page of a list', async () => {
  await copy('sessions', first.id, small.id, 1000)
  await copy('registrants', person.id, small.id, 2000)
  await pool`analyze`
  await copy('sessions', first.id, large.id, 20_000)
  await copy('registrants', person.id, large.id, 20_000)

  for (const statistics of ['stale', 'fresh'])
    it(`reads its own rows, however many the event and the others have, with ${statistics} statistics`, async () => {
      if (statistics === 'fresh') await pool`analyze`
      await mustBeRead([...byId(small.id), ...sorted(small.id), ...sorted(large.id)])
    })
})
