import { parseArgs } from 'node:util'
import { ConfigError, readConfig } from '../config.ts'
import { readTime } from '../db/clock.ts'
import { type Database, openDatabase, withoutLimits } from '../db/database.ts'
import { expectedError } from '../errors.ts'
import { version } from '../version.ts'
import { type Command, type ExitCode, exitCodes, type OpenDatabase, UsageError } from './command.ts'
import { commands } from './commands.ts'
import { describeAll, describeCommand, usageOf, wrap } from './help.ts'
import { onStopSignals } from './stop-signals.ts'
import type { Terminal } from './terminal.ts'

/** Runs a command line and returns its exit code. No failure is thrown: it is said on standard error. */
export async function runCommandLine(
  words: string[],
  env: Record<string, string | undefined>,
  terminal: Terminal,
): Promise<ExitCode> {
  try {
    return await dispatch(words, env, terminal)
  } catch (error) {
    terminal.say(`lectern: ${messageOf(error)}`)
    return error instanceof UsageError || error instanceof ConfigError ? exitCodes.usage : exitCodes.failure
  }
}

async function dispatch(
  words: string[],
  env: Record<string, string | undefined>,
  terminal: Terminal,
): Promise<ExitCode> {
  if (words.length === 1 && words[0] === '--version') {
    terminal.out(version)
    return exitCodes.ok
  }
  if (words[0] === 'help') return dispatch([...words.slice(1), '--help'], env, terminal)
  const command = commands.find(({ name }) => name.split(' ').every((word, index) => words[index] === word))
  if (!command) return withoutCommand(words, terminal)
  const rest = words.slice(command.name.split(' ').length)
  if (asksForHelp(rest)) {
    terminal.out(describeCommand(command))
    return exitCodes.ok
  }
  const { args, options } = readArguments(command, rest)
  const config = readConfig(env)
  const open: OpenDatabase = async work => {
    const opening = openDatabase({ ...config, DATABASE_POOL: 2, ...withoutLimits })
    const forget = onStopSignals(() => void breakOff(opening))
    try {
      const { pool } = await opening
      return await work(pool, (await readTime(pool)).now)
    } finally {
      await (await opening).close()
      forget()
    }
  }
  return command.run({ args, options, config, terminal }, open)
}

/** What a command has not committed is not kept, and a database that was started for it stops. */
async function breakOff(opening: Promise<Database>): Promise<void> {
  await opening.then(database => database.close({ hurry: true })).catch(() => {})
  process.exit(exitCodes.failure)
}

function withoutCommand(words: string[], terminal: Terminal): ExitCode {
  const group = commands.filter(({ name }) => name.split(' ')[0] === words[0])
  const overview = describeAll(group.length > 0 ? group : commands)
  const given = words.filter(word => !word.startsWith('-')).slice(0, 2)
  const isUnknown = given.length > (group.length > 0 ? 1 : 0)
  if (asksForHelp(words) && !isUnknown) {
    terminal.out(overview)
    return exitCodes.ok
  }
  if (isUnknown) terminal.say(`lectern: There is no command "${given.join(' ')}".\n`)
  terminal.say(overview)
  return exitCodes.usage
}

/** After `--` everything is an argument, also `--help`. */
function asksForHelp(words: string[]): boolean {
  const end = words.indexOf('--')
  return words.slice(0, end < 0 ? undefined : end).some(word => word === '--help' || word === '-h')
}

function readArguments(command: Command, words: string[]) {
  const { values, positionals } = parse(command, words)
  if (positionals.length < command.args.length)
    throw wrong(command, `<${command.args[positionals.length]}> is missing.`)
  if (positionals.length > command.args.length)
    throw wrong(command, `"${positionals[command.args.length]}" is one argument too many.`)
  return {
    args: Object.fromEntries(command.args.map((name, index) => [name, positionals[index]!])),
    options: values,
  }
}

function parse(command: Command, words: string[]) {
  try {
    return parseArgs({ args: words, options: command.options, allowPositionals: true, strict: true })
  } catch (error) {
    // Node adds a second sentence about arguments that start with a dash.
    throw wrong(command, (error as Error).message.replace(/\. To specify .*$/, '.'))
  }
}

function wrong(command: Command, message: string): UsageError {
  const usage = wrap(`npm run -s lectern -- ${usageOf(command)}`, '         ', 'Usage: ')
  return new UsageError([message, ...usage].join('\n'))
}

/** What people need to know of a failure; the stack of an unexpected one is not part of it. */
function messageOf(error: unknown): string {
  const message = expectedError(error)?.message ?? (error instanceof Error ? error.message : String(error))
  return message || 'It failed without saying why.'
}
