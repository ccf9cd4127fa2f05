import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import pretty from 'pino-pretty'
import { buildApp } from '../app.ts'
import { type Config, ConfigError, readConfig } from '../config.ts'
import { DatabaseClock } from '../db/clock.ts'
import { type Database, openDatabase } from '../db/database.ts'
import { takeStartNotices } from '../db/migrate.ts'
import { startMail } from '../delivery/start-mail.ts'
import { linkBaseAt } from '../http/links.ts'
import { makeParts } from '../parts.ts'
import { adoptRestoredChanges } from '../records/changes/queries.ts'
import { linkEarlierPeople } from '../registration/contacts/linking.ts'
import { writeCompiledCodeSoon } from './compiled-code.ts'
import { describeFirstStart, prepareFirstStart } from './first-start.ts'
import { onStopSignals } from './stop-signals.ts'

/** Exit codes, as docs/operations.md has them. */
const exits = { stopped: 0, failed: 1, wrongSetting: 2, databaseLost: 3 }
/** How long an end that does not wait takes at most, in milliseconds. */
const hurried = 5000

/** What is open, and has to be closed. */
const open: { database?: Database; app?: FastifyInstance; mail?: { close: () => Promise<void> } } = {}

// A terminal that is gone, or a reader that stopped reading, takes nothing but the lines.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
process.on('uncaughtException', error => {
  console.error(error)
  void leaveAtOnce(exits.failed)
})

let isEnding = false
const config = configured()
const starting = start()
onStopSignals(
  () => void end(exits.stopped),
  () => void leaveAtOnce(exits.failed),
)
await starting.catch(async error => {
  if (isEnding) return
  complain(error)
  await end(exits.failed)
})
open.database?.failed.then(error => {
  console.error(error.message)
  void end(exits.databaseLost)
})

function configured(): Config {
  try {
    return readConfig(process.env)
  } catch (error) {
    complain(error)
    process.exit(error instanceof ConfigError ? exits.wrongSetting : exits.failed)
  }
}

function complain(error: unknown): void {
  console.error(`Lectern did not start.\n${error instanceof Error ? error.message : String(error)}`)
}

async function start(): Promise<void> {
  const database = await openDatabase(config, { prepare: adoptRestoredChanges, tell })
  open.database = database
  const clock = await DatabaseClock.start(database.pool, tell)
  const { pool, readers } = database
  const parts = await makeParts({ pool, readers, config, clock })
  const app = await buildApp(parts, logStream())
  open.app = app
  await app.listen({ port: config.PORT, host: config.HOST }).catch(error => {
    throw explainListenError(error, config)
  })
  if (!config.TRUST_PROXY)
    app.log.info(
      'Clients with a private address may be behind a proxy (TRUST_PROXY=0): their failures at the token endpoint are counted by key, not by network.',
    )
  const url = config.PUBLIC_URL ?? urlOf(app.addresses()[0] as AddressInfo)
  open.mail = startMail(pool, config, linkBaseAt(url, config.PUBLIC_URL), clock.now, {
    warn: error =>
      parts.outages.tell(`e-mails ${(error as { code?: string }).code}`, times =>
        app.log.warn({ err: error, times }, 'e-mails wait'),
      ),
    fault: (error, letter_id) => app.log.error({ err: error, letter_id }, 'an e-mail could not be written'),
  })
  const first = await prepareFirstStart(pool, config.SAMPLE, clock.now())
  const notices = await takeStartNotices(pool)
  // Who reads this may believe that the start is over: nothing that can fail follows.
  process.stdout.write(`Lectern answers at ${url}\n${first ? describeFirstStart(url, first) : ''}`)
  writeCompiledCodeSoon()
  linkEarlierPeople(pool, clock.now, () => !isEnding).catch(error =>
    app.log.warn({ err: error }, 'contacts are made after the next start'),
  )
  for (const notice of notices) process.stdout.write(`\n${notice}\n`)
}

function tell(message: string): void {
  if (open.app) open.app.log.warn(message)
  else console.error(message)
}

/**
 * Finishes a start that is under way, lets requests that are being answered finish, closes the database, and ends the
 * process: within `SHUTDOWN_SECONDS`, or without waiting.
 */
async function end(code: number): Promise<void> {
  if (isEnding) return
  isEnding = true
  setTimeout(() => {
    console.error(`The end has taken longer than ${config.SHUTDOWN_SECONDS} seconds.`)
    void leaveAtOnce(code || exits.failed)
  }, config.SHUTDOWN_SECONDS * 1000).unref()
  await starting.catch(() => {})
  await Promise.all([open.app?.close(), open.mail?.close()])
  await open.database?.close()
  process.exit(code)
}

/** Waits for nothing; the built-in database is told to stop all the same. */
async function leaveAtOnce(code: number): Promise<void> {
  isEnding = true
  const closed = async () => {
    if (!open.database) await starting
    await open.database?.close({ hurry: true })
  }
  await Promise.race([closed().catch(() => {}), sleep(hurried)])
  process.exit(code)
}

/** Standard error: lines for people on a terminal, JSON for machines elsewhere. */
function logStream(): { write: (line: string) => void } {
  if (!process.stderr.isTTY) return process.stderr
  const ignore = 'pid,hostname,reqId,method,url,status,ms'
  return pretty({
    destination: 2,
    sync: true,
    singleLine: true,
    translateTime: 'HH:MM:ss',
    ignore,
    messageFormat: '{msg} {method} {url} {status}',
  })
}

function urlOf({ address, family, port }: AddressInfo): string {
  const host =
    address === '0.0.0.0' || address === '::' ? 'localhost' : family === 'IPv6' ? `[${address}]` : address
  return `http://${host}:${port}`
}

function explainListenError(error: NodeJS.ErrnoException, { HOST, PORT }: Config): Error {
  if (error.code === 'EADDRINUSE')
    return new Error(
      `Port ${PORT} is taken. Stop the program that uses it, or choose another: PORT=8081 npm start`,
    )
  if (error.code === 'EACCES')
    return new Error(
      `This user may not listen on port ${PORT}: ports below 1024 are reserved. Choose another with PORT.`,
    )
  if (error.code === 'EADDRNOTAVAIL') return new Error(`HOST=${HOST} is not an address of this machine.`)
  return error
}
