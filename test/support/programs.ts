import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** The program as people and supervisors start it. */
export type Program = {
  child: ChildProcess
  url: string
  /** everything that it wrote */
  output: () => string
  /** its exit code; null when a signal ended it */
  ended: Promise<number | null>
}

const root = fileURLToPath(new URL('../..', import.meta.url))
const main = join(root, 'src/main.ts')

/** A folder for the databases of a test file; it goes with the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lectern-process-'))
  // Started as root, the database server runs as another user.
  chmodSync(folder, 0o755)
  after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Ways to start it: by itself, by npm in a process group of its own, and by npm in a terminal. */
const commands = {
  alone: [process.execPath, main],
  npm: ['npm', 'start'],
  terminal: ['script', '-qfec', 'exec npm start', '/dev/null'],
} satisfies Record<string, string[]>

/** Why a way to start it cannot be tried here; false when it can. */
export const noTerminal =
  spawnSync('script', ['--version']).status === 0 ? false : '`script` of util-linux is missing'

/** Starts the program on a free port; resolves when it answers, or has ended. */
export function start(
  env: Record<string, string>,
  how: keyof typeof commands = 'alone',
  begun: (child: ChildProcess) => void = () => {},
): Promise<Program> {
  const [command, ...args] = commands[how] as [string, ...string[]]
  const child = spawn(command, args, {
    cwd: root,
    detached: how === 'npm',
    env: { PATH: process.env.PATH, NODE_NO_WARNINGS: '1', PORT: '0', LOG_LEVEL: 'error', ...env },
  })
  after(() => child.kill('SIGKILL'))
  begun(child)
  let text = ''
  const ended = new Promise<number | null>(resolve => child.on('close', resolve))
  return new Promise(resolve => {
    const hear = (data: Buffer) => {
      text += data
      const url = /answers at (\S+)\r?\n/.exec(text)?.[1]
      if (url) resolve({ child, url, output: () => text, ended })
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    void ended.then(() => resolve({ child, url: '', output: () => text, ended }))
  })
}

export const stop = async ({ child, ended }: Program) => {
  child.kill('SIGTERM')
  return ended
}

/** The process id of the built-in database server; undefined when there is none. */
export function databaseProcess(dataDir: string): number | undefined {
  try {
    return (
      Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]) || undefined
    )
  } catch {
    return undefined
  }
}

/** The URL at which the built-in database server answers. */
export function databaseUrl(dataDir: string): string {
  const port = readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[3]
  const password = readFileSync(join(dataDir, 'postgres.password'), 'utf8').trim()
  return `postgres://lectern:${password}@127.0.0.1:${port}/postgres`
}

/** Waits for a state; throws when it has not come after two minutes. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 120_000; !(await holds()); await sleep(20))
    if (Date.now() > end) throw new Error(`still not so after two minutes: ${what}`)
}

/** Waits until a server can work. */
export function untilReady({ url }: Program): Promise<void> {
  return until('ready', () =>
    fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    ),
  )
}
