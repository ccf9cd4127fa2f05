import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Order, Plan, Report, Round } from './load.ts'

/** A program under measurement, in a process of its own, until it is disposed of. */
export type Server = AsyncDisposable & { url: string; process: number }
/** Sends one plan to one server, a round at a time. */
export type Driver = Disposable & { run: (seconds: number) => Promise<Round> }

const unhindered = { PORT: '0', SAMPLE: '0', LOG_LEVEL: 'warn', RATE_LIMIT_CREDITS: '1000000000' }

/** Lectern as `npm start` runs it, on a free port, without the lines of each request. */
export function startLectern(databaseUrl: string, settings: Record<string, string> = {}): Promise<Server> {
  return startProgram('../src/main.ts', { ...unhindered, ...settings, DATABASE_URL: databaseUrl })
}

/** A program of bench/floor/: it prints its URL when it listens. */
export function startFloor(file: string, databaseUrl = ''): Promise<Server> {
  return startProgram(`./floor/${file}`, { ...unhindered, DATABASE_URL: databaseUrl })
}

export function startDriver(plan: Plan): Driver {
  const child = fork(pathOf('./load.ts'))
  endWithUs(child)
  const { meanwhile, ...own } = plan
  const others = meanwhile && startDriver(meanwhile)
  child.send({ plan: own } satisfies Order)
  return {
    run: async seconds => {
      const done = others?.run(seconds)
      child.send({ seconds } satisfies Order)
      const [report] = (await once(child, 'message')) as [Report]
      if ('failure' in report) throw new Error(`${plan.url}: ${report.failure}`)
      await done
      return report.round
    },
    [Symbol.dispose]: () => {
      others?.[Symbol.dispose]()
      child.kill()
    },
  }
}

async function startProgram(file: string, env: Record<string, string>): Promise<Server> {
  const child = spawn(process.execPath, [pathOf(file)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  endWithUs(child)
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', line => {
      const found = /https?:\/\/[^\s/]+/.exec(line)?.[0]
      if (found) resolve(found)
    })
    child.once('exit', code => reject(new Error(`${file} ended with ${code} before it listened.`)))
  })
  return {
    url,
    process: child.pid!,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null) return
      child.kill()
      await once(child, 'exit')
    },
  }
}

function endWithUs(child: ChildProcess): void {
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('exit', () => process.off('exit', kill))
}

const pathOf = (file: string) => new URL(file, import.meta.url).pathname
