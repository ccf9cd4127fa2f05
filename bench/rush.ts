import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect, type Pool } from '../src/db/connection.ts'
import { temporaryServer } from '../test/support/database.ts'
import { startLectern } from './servers.ts'
import { makeSignUp } from './sign-up.ts'

/*
 * `npm run rush`: sign-up opens. Ten thousand registrants (made by SQL) ask two server processes over HTTP for two
 * of forty sessions each, the first ones more often than the last, all at once over 500 connections. Who is refused
 * because a session is full lines up for it, and every tenth who got a seat gives it up again, so that lines move.
 */
const people = 10_000
const sessions = 40
const capacity = 100
const connections = 500
const server = await temporaryServer()
const agent = new Agent({ keepAlive: true, maxSockets: connections / 2 })
const tally = new Map<string, number>()
const latencies: number[] = []

try {
  const { url, headers } = await makeSignUp(server.url, 'rush', {
    sessions,
    capacity,
    registrants: people,
    selections: 0,
  })
  await using first = await startLectern(url)
  await using second = await startLectern(url)
  const ask = (method: string, person: number, path: string) =>
    call(method, `${[first, second][person % 2]!.url}/api/v1/registrants/${person}/${path}`, headers)
  const progress = setInterval(() => console.log(`  ${describeTally()}`), 1000)
  const start = performance.now()
  let next = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (next < people) await signUp(ask, ++next)
    }),
  )
  const seconds = (performance.now() - start) / 1000
  clearInterval(progress)
  const db = connect(url, { max: 1 })
  const isBalanced = await tell(db, seconds)
  await db.end()
  process.exitCode = isBalanced && checkIntegrity(url) ? 0 : 1
} finally {
  agent.destroy()
  await server.stop()
}

type Ask = (method: string, person: number, path: string) => Promise<{ status: number; body: any }>

/** Two claims, in an order that differs from person to person; the popular sessions are the first ones. */
async function signUp(ask: Ask, person: number): Promise<void> {
  const favourite = Math.floor(sessions * (((person * 7919) % people) / people) ** 1.5)
  for (const session of [1 + favourite, 1 + ((favourite + 1 + (person % (sessions - 1))) % sessions)]) {
    const { status, body } = await ask('POST', person, `session/${session}`)
    if (status === 200) {
      count('granted')
      if (person % 10 === 0 && (await ask('DELETE', person, `session/${session}`)).status === 200)
        count('given up')
    } else if (status === 422) {
      for (const { type } of body) count(`refused: ${type}`)
      if (body[0].waitlist && (await ask('POST', person, `waitlist/${session}`)).status === 200)
        count('lined up')
    } else throw new Error(`An answer was neither a seat nor a refusal: ${status} ${JSON.stringify(body)}`)
  }
}

async function call(method: string, url: string, headers: Record<string, string>) {
  const began = performance.now()
  const sent = request(url, { method, headers, agent }).end()
  const [answer] = await once(sent, 'response')
  let text = ''
  for await (const chunk of answer) text += chunk
  latencies.push(performance.now() - began)
  return { status: answer.statusCode as number, body: JSON.parse(text) }
}

function count(what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1)
}

function describeTally(): string {
  return [...tally].map(([what, number]) => `${what} ${number}`).join(' · ')
}

/** Says how it went; whether what was answered is what is stored. */
async function tell(db: Pool, seconds: number): Promise<boolean> {
  const sorted = Float64Array.from(latencies).sort()
  const share = (part: number) => sorted[Math.floor((sorted.length - 1) * part)]!.toFixed(0)
  const [ledger] = await db`
    select count(*) filter (where state = 'selected')::int as seated, count(*) filter (where state = 'waitlisted')::int as waiting,
      (select count(*)::int from sessions s where selected_count <> (select count(*) from selections where session_id = s.id and state = 'selected')) as miscounted,
      (select max(selected_count)::int from sessions) as fullest,
      (select count(*)::int from changes where object = 'selection' and after ->> 'why' = 'promoted') as promoted
    from selections`
  const { seated, waiting, miscounted, fullest, promoted } = ledger!
  const of = (what: string) => tally.get(what) ?? 0
  const expected = of('granted') - of('given up') + promoted
  console.log(`${people} registrants, ${sessions} sessions of ${capacity} seats, 2 processes, ${connections} connections
${describeTally()} · promoted from a line ${promoted}
${latencies.length} answers in ${seconds.toFixed(1)} s: ${Math.round(latencies.length / seconds)} a second, ${Math.round(of('granted') / seconds)} seats a second, p50 ${share(0.5)} ms, p99 ${share(0.99)} ms
stored: ${seated} seats taken of ${sessions * capacity}, ${waiting} in line, fullest session ${fullest} of ${capacity}; answered and promoted: ${expected}`)
  return seated === expected && miscounted === 0 && fullest <= capacity
}

/** The check that operators run: its verdict is printed, and is ours. */
function checkIntegrity(url: string): boolean {
  const cli = new URL('../src/cli.ts', import.meta.url).pathname
  const env = { ...process.env, DATABASE_URL: url }
  const { status } = spawnSync(process.execPath, [cli, 'integrity'], { env, stdio: 'inherit' })
  return status === 0
}
