import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'

const { make, call, pool, parts } = await testApp({ url: await ownDatabase(), hasReaders: true })
const { readers } = parts
const small = await make('events', { name: 'Summit', timezone: 'UTC' })
/** A row of each plain record, by its table. */
const plain: Record<string, number> = {
  tracks: (await make('tracks', { event_id: small.id, name: 'First' })).id,
  locations: (await make('locations', { event_id: small.id, name: 'First' })).id,
  reg_types: (await make('reg-types', { event_id: small.id, name: 'First' })).id,
  registrant_groups: (await make('registrant-groups', { event_id: small.id, name: 'First' })).id,
  event_questions: (await make('event-questions', { event_id: small.id, name: 'First', type: 'textInput' }))
    .id,
}

// Statistics are what the test makes them.
for (const table of [...Object.keys(plain), 'sessions', 'registrants', 'outbox', 'changes'])
  await pool`alter table ${pool(table)} set (autovacuum_enabled = false)`
const large = await make('events', { name: 'Congress', timezone: 'UTC' })
const first = await make('sessions', { event_id: small.id, name: 'Talk', date: '2027-06-01' })
const person = await make('registrants', {
  event_id: small.id,
  first_name: 'Ada',
  last_name: 'Byron',
  email: 'ada@example.com',
})
await call('POST', `/registrants/${person.id}/trigger-email/confirmation`)
const [email] = await pool`select id from outbox`
const [change] = await pool`select id from changes where event_id = ${small.id} order by id desc limit 1`

/** Puts so many copies of a row into an event; their names differ. */
async function copy(table: string, id: number, event_id: number, count: number) {
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

const readBy = (plan: Json): number => plan['Shared Hit Blocks'] + plan['Shared Read Blocks']

/** Blocks of 8 kB that the statement of a list reads for its page, by the plan that the server has for it. */
async function blocksOf(path: string): Promise<number> {
  const statements: [string, unknown[]][] = []
  readers.options.debug = (_connection, statement, parameters) =>
    void statements.push([statement, parameters])
  const { status } = await call('GET', path)
  readers.options.debug = false
  assert.equal(status, 200)
  const [statement, parameters] = statements.find(([statement]) => /limit (?:\$|1\))/.test(statement))!
  const values = parameters.map(value => `'${String(value).replaceAll("'", "''")}'`)
  await readers.unsafe(`prepare page as ${statement}`)
  const [row] = await readers.unsafe(
    `explain (analyze, buffers, format json) execute page (${values.join()})`,
  )
  await readers.unsafe('deallocate page')
  const plan = row!['QUERY PLAN'][0].Plan
  // Counting reads an entry of an index for each row of the whole.
  const count = plan.Plans?.find((part: Json) => part['Subplan Name'] && part['Node Type'] === 'Aggregate')
  return readBy(plan) - (count ? readBy(count) : 0)
}

/** More than a page in any order has: its rows, what they refer to, and the way to them in an index. */
const mostBlocks = 16
const lists = (event_id: number) => [
  `/sessions?event_id=${event_id}`,
  `/sessions?event_id=${event_id}&fields=*&sort=-id`,
  `/sessions?event_id=${event_id}&sort=date,start_time`,
  `/registrants?event_id=${event_id}`,
  `/registrants?event_id=${event_id}&sort=last_name`,
  `/registrants?event_id=${event_id}&search=email=P7@example.com`,
  `/outbox?event_id=${event_id}`,
  `/events`,
  `/tracks?event_id=${event_id}`,
  `/locations?event_id=${event_id}`,
  `/reg-types?event_id=${event_id}`,
]

/** A part of the feed has a hundred changes, each with two whole records. */
const blocksOfFeed = 100
const feeds = (event_id: number) => [`/changes`, `/changes?event_id=${event_id}`]

/** Groups count their members, and questions have their choices: so many blocks for each of the 20 rows of a page. */
const blocksOfParts = 3
const rowsWithParts = (event_id: number) => [
  `/registrant-groups?event_id=${event_id}`,
  `/event-questions?event_id=${event_id}`,
]

async function mustBeRead(paths: string[], most = mostBlocks): Promise<void> {
  for (const path of paths) {
    const blocks = await blocksOf(path)
    assert.ok(blocks <= most, `${path} reads ${blocks} blocks`)
  }
}

describe('the page of a list', () => {
  const fill = async (event_id: number, count: number) => {
    await copy('sessions', first.id, event_id, count)
    await copy('registrants', person.id, event_id, 2 * count)
    await copy('outbox', email!.id, event_id, count)
    await copy('changes', change!.id, event_id, count)
    for (const [table, id] of Object.entries(plain)) await copy(table, id, event_id, count)
  }
  const beforeLooking: Record<string, () => Promise<unknown>> = {
    'without statistics': () => fill(small.id, 1000),
    'with statistics of before an event was filled': async () => {
      await pool`analyze`
      await fill(large.id, 20_000)
    },
    'with fresh statistics': () => pool`analyze`,
  }

  for (const [state, work] of Object.entries(beforeLooking))
    it(`reads its own rows, however many the event and the others have, ${state}`, async () => {
      await work()
      await mustBeRead([...lists(small.id), ...lists(large.id)])
      await mustBeRead(
        [...rowsWithParts(small.id), ...rowsWithParts(large.id)],
        mostBlocks + 20 * blocksOfParts,
      )
      await mustBeRead([...feeds(small.id), ...feeds(large.id)], blocksOfFeed)
    })
})
