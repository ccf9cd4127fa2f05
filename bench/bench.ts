import { parseArgs } from 'node:util'
import { connect } from '../src/db/connection.ts'
import { temporaryServer } from '../test/support/database.ts'
import { type Bench, compare, quick, type Scenario, thorough } from './harness.ts'
import { parentOf } from './processor.ts'
import { describeMachine, keepSection, renderSection } from './report.ts'
import { availability } from './scenarios/availability.ts'
import { alone, hot } from './scenarios/claims.ts'
import { create } from './scenarios/create.ts'
import { fullHouse } from './scenarios/full-house.ts'
import { get } from './scenarios/get.ts'
import { growth } from './scenarios/growth.ts'
import { list } from './scenarios/list.ts'
import { lists } from './scenarios/lists.ts'
import { register } from './scenarios/register.ts'
import { startDriver, startFloor } from './servers.ts'

/** `npm run bench [-- scenario …] [--quick]`: bench/README.md. */
const scenarios: Scenario[] = [
  create,
  get,
  list,
  lists,
  growth,
  hot,
  alone,
  availability,
  register,
  fullHouse,
]
const { values, positionals } = parseArgs({ allowPositionals: true, options: { quick: { type: 'boolean' } } })
const chosen = scenarios.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const unknown = positionals.filter(name => !scenarios.some(scenario => scenario.name === name))
if (unknown.length > 0) {
  console.error(
    `There is no scenario ${unknown.join(', ')}; there are ${scenarios.map(s => s.name).join(', ')}.`,
  )
  process.exit(2)
}

const effort = values.quick ? quick : thorough
const server = await temporaryServer()
const stop = async () => {
  await server.stop()
  process.exit(130)
}
process.once('SIGINT', stop)
process.once('SIGTERM', stop)
try {
  const machine = describeMachine(
    await versionOf(server.url),
    await measureCeiling(),
    `${effort.rounds} rounds of ${effort.seconds} s`,
  )
  const postmaster = await postmasterOf(server.url)
  const bench: Bench = {
    databaseServer: server.url,
    compare: (...sides) => compare(effort, postmaster, ...sides),
  }
  for (const scenario of chosen) {
    const section = renderSection(scenario, await scenario.run(bench), machine)
    console.log(section)
    if (!values.quick) keepSection(section)
  }
} finally {
  await server.stop()
}

/** The process that all those of the database belong to. */
async function postmasterOf(url: string): Promise<number> {
  const db = connect(url, { max: 1 })
  const [row] = await db<{ id: number }[]>`select pg_backend_pid() as id`
  const postmaster = parentOf(row!.id)
  await db.end()
  return postmaster
}

async function versionOf(url: string): Promise<string> {
  const db = connect(url, { max: 1 })
  const [row] = await db<{ server_version: string }[]>`show server_version`
  await db.end()
  return row!.server_version
}

/** Answers per second of a program that does nothing: more than that, no figure here can show. */
async function measureCeiling(): Promise<number> {
  await using nothing = await startFloor('nothing.ts')
  using driver = startDriver({
    url: nothing.url,
    connections: 32,
    requests: [{ method: 'GET', path: '/' }],
  })
  await driver.run(1)
  const { answers, seconds } = await driver.run(2)
  return answers / seconds
}
