import type { ParseArgsOptionDescriptor, parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import type { Db } from '../db/connection.ts'
import type { Terminal } from './terminal.ts'

/** An option as parseArgs takes it, with what `--help` says of it; `value` names what follows it. */
export type Option = ParseArgsOptionDescriptor & { value?: string; help: string }
export type CommandOptions = Record<string, Option>

type Parsed<O extends CommandOptions> = ReturnType<
  typeof parseArgs<{ options: O; allowPositionals: true }>
>['values']

/** What a command was given: its arguments by name, its options, and the world around it. */
export type Invocation<O extends CommandOptions = CommandOptions> = {
  args: Record<string, string>
  options: Parsed<O>
  config: Config
  terminal: Terminal
}

/** How a run ended, as scripts see it. */
export const exitCodes = { ok: 0, failure: 1, usage: 2 } as const
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** One command of `lectern`. `check` refuses before the database is opened; `run` gets it. */
export type Command<O extends CommandOptions = any> = {
  /** words after `lectern`, such as `credentials create` */
  name: string
  /** names of the arguments, all of them required */
  args: string[]
  options: O
  summary: string
  /** paragraphs that follow the options in `--help` */
  details?: string
  run: (call: Invocation<O>, open: OpenDatabase) => Promise<ExitCode>
}

/** Runs `work` on the configured database, which is closed after it; `now` is the time of the database. */
export type OpenDatabase = <T>(work: (db: Db, now: Date) => Promise<T>) => Promise<T>

/** Lets TypeScript know the options of a command by their declaration. */
export function command<const O extends CommandOptions>(declaration: Command<O>): Command<O> {
  return declaration
}

/** A wrong command line: exit code 2. */
export class UsageError extends Error {}

export const jsonOption = { type: 'boolean', help: 'Print JSON on standard output.' } as const
