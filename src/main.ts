import type { AddressInfo } from 'node:net'
import pretty from 'pino-pretty'
import { buildApp, systemClock } from './app.ts'
import { adoptRestoredChanges } from './changes/queries.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import { openDatabase } from './db/database.ts'
import { takeStartNotices } from './db/migrate.ts'
import { describeFirstStart, prepareFirstStart } from './first-start.ts'
import { startDispatcher } from './mail/dispatcher.ts'

await start().catch(error => {
  console.error(`Lectern did not start.\n${error instanceof Error ? error.message : String(error)}`)
  process.exit(error instanceof ConfigError ? 2 : 1)
})

async function start(): Promise<void> {
  const config = readConfig(process.env)
  const database = await openDatabase(config)
  await adoptRestoredChanges(database.pool)
  const app = await buildApp({ pool: database.pool, readers: database.readers, config, log: logStream() })
  const dispatcher = startDispatcher(database.pool, config, systemClock.now, {
    warn: error => app.log.warn({ err: error }, 'e-mails wait'),
    fault: (error, letter_id) => app.log.error({ err: error, letter_id }, 'an e-mail could not be written'),
  })
  const close = async () => {
    await Promise.all([app.close(), dispatcher.close()])
    await database.close()
  }
  closeOnSignal(config, close)
  try {
    await app.listen({ port: config.PORT, host: config.HOST })
  } catch (error) {
    await close()
    throw explainListenError(error as NodeJS.ErrnoException, config)
  }
  const url = config.PUBLIC_URL ?? urlOf(app.addresses()[0] as AddressInfo)
  const first = await prepareFirstStart(database.pool, config.SAMPLE, systemClock.now())
  process.stdout.write(`Lectern answers at ${url}\n${first ? describeFirstStart(url, first) : ''}`)
  for (const notice of await takeStartNotices(database.pool)) process.stdout.write(`\n${notice}\n`)
}

/** Lets requests that are being answered finish, then closes the database. A second signal does not wait. */
function closeOnSignal(config: Config, close: () => Promise<void>): void {
  let stopping = false
  const stop = async () => {
    if (stopping) process.exit(1)
    stopping = true
    setTimeout(() => {
      console.error(`Some requests were still running after ${config.SHUTDOWN_SECONDS} seconds.`)
      process.exit(1)
    }, config.SHUTDOWN_SECONDS * 1000).unref()
    await close()
    process.exit(0)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
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
