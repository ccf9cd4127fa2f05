import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { runCommandLine } from '../../src/cli/run.ts'
import { terminalOf } from '../../src/cli/terminal.ts'

/** What a command line wrote and how it ended. */
export type Ran = { code: number | null; out: string; said: string }

const env = () => ({ DATABASE_URL: process.env.TEST_DATABASE_URL })

/** Runs a command line in this process, on the database of the tests. */
export async function lectern(...words: string[]): Promise<Ran> {
  const written = { out: '', said: '' }
  const terminal = terminalOf(
    { write: text => (written.out += text) },
    { write: text => (written.said += text) },
  )
  const code = await runCommandLine(words, env(), terminal)
  return { code, ...written }
}

/** Runs it as people do, in a process of its own; `input` is what stands in its standard input. */
export function spawnLectern(
  words: string[],
  more: Record<string, string> = {},
  input?: Buffer,
): Promise<Ran> {
  const program = fileURLToPath(new URL('../../src/cli.ts', import.meta.url))
  const child = spawn(process.execPath, [program, ...words], { env: { ...process.env, ...env(), ...more } })
  child.stdin.end(input)
  const ran: Ran = { code: null, out: '', said: '' }
  child.stdout.setEncoding('utf8').on('data', text => (ran.out += text))
  child.stderr.setEncoding('utf8').on('data', text => (ran.said += text))
  return new Promise(resolve => child.on('close', code => resolve({ ...ran, code })))
}
