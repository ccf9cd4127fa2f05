import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { after, before } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Mistake } from './spoiled.ts'

/** Lectern in a process of its own. */
export type Server = { url: string; child: ChildProcess; kill: (signal: NodeJS.Signals) => Promise<void> }

const pathOf = (file: string) => fileURLToPath(new URL(file, import.meta.url))

/** Starts a server on a database and a free port; with `mistake` one that makes it, for a negative control. */
export async function startServer(databaseUrl: string, mistake?: Mistake): Promise<Server> {
  const program = [...(mistake ? ['--import', pathOf('./spoiled.ts')] : []), pathOf('../../src/main.ts')]
  const child = spawn(process.execPath, program, {
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      PORT: '0',
      SAMPLE: '0',
      LOG_LEVEL: 'silent',
      RATE_LIMIT_CREDITS: '0',
      ...(mistake && { MISTAKE: mistake }),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout! }).on('line', line => {
      const found = /https?:\/\/[^\s/]+/.exec(line)?.[0]
      if (found) resolve(found)
    })
    child.once('exit', code => reject(new Error(`the server ended with ${code} before it listened`)))
  })
  const kill = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    await once(child, 'exit')
  }
  return { url, child, kill }
}

/** Starts two servers on a database; if one of them does not start, neither is left running. */
export async function startTwo(databaseUrl: string, mistakes: [Mistake?, Mistake?] = []): Promise<Server[]> {
  const started = await Promise.allSettled([0, 1].map(n => startServer(databaseUrl, mistakes[n])))
  const servers = started.flatMap(start => (start.status === 'fulfilled' ? [start.value] : []))
  const failed = started.find(start => start.status === 'rejected')
  if (failed) {
    await Promise.all(servers.map(server => server.kill('SIGKILL')))
    throw failed.reason
  }
  return servers
}

/** Two servers on a database, and two more that make a mistake, while the tests of a file run. */
export function twoAndTwo(databaseUrl: string, mistake: Mistake): { servers: Server[]; spoiled: Server[] } {
  const servers: Server[] = []
  const spoiled: Server[] = []
  before(async () => {
    servers.push(...(await startTwo(databaseUrl)))
    spoiled.push(...(await startTwo(databaseUrl, [mistake, mistake])))
  })
  after(() => Promise.all([...servers, ...spoiled].map(server => server.kill('SIGTERM'))))
  return { servers, spoiled }
}

/** One of many clients: what it asks of the servers, in turn, until one of them answers. */
export type Client = {
  (method: string, path: string, body?: object, key?: string): Promise<number>
  /** how often it had to ask again */
  unanswered: number
  /** which server it asked last */
  asked: Server | undefined
}

/** A client that has given up says this in the place of a status. */
export const noAnswer = 0

/**
 * A client that asks the next server the same again after a broken connection, 409 or 5xx, with the same
 * Idempotency-Key if it has one; `patience` times.
 */
export function persistentClient(servers: Server[], token: string, first: number, patience = 600): Client {
  let turn = first
  const client: Client = Object.assign(
    async (method: string, path: string, body?: object, key?: string): Promise<number> => {
      for (let attempt = 0; attempt < patience; attempt++) {
        client.asked = servers[turn++ % servers.length]!
        const status = await ask(`${client.asked.url}/api/v1${path}`, method, token, body, key)
        if (status !== undefined && status < 500 && status !== 409) return status
        client.unanswered++
        await sleep(50)
      }
      return noAnswer
    },
    { unanswered: 0, asked: undefined },
  )
  return client
}

async function ask(url: string, method: string, token: string, body?: object, key?: string) {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
        ...(key && { 'idempotency-key': key }),
      },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    })
    await response.arrayBuffer()
    return response.status
  } catch {
    return undefined
  }
}
