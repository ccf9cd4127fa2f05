import type { Command, CommandOptions } from './command.ts'

const width = 80

/** What `lectern --help` prints, or `lectern <group> --help` for the commands of a group. */
export function describeAll(commands: Command[]): string {
  const lines = commands.flatMap(command => [
    ...wrap(usageOf(command), '      ', '  '),
    ...wrap(command.summary, '      ', '      '),
  ])
  return [
    'Usage: npm run -s lectern -- <command>',
    '',
    ...lines,
    '',
    ...wrap(
      'Works on the database that the settings name (DATABASE_URL, else DATA_DIR), whether the server runs or not. ' +
        'Exit codes: 0 done, 1 failed, 2 wrong command line or setting. `<command> --help` says more, `--version` says ' +
        'which Lectern this is.',
    ),
  ].join('\n')
}

/** What `lectern <command> --help` prints. */
export function describeCommand(command: Command): string {
  const known: CommandOptions = { ...command.options, help: { type: 'boolean', help: 'Print this.' } }
  const options = Object.entries(known)
  const heads = options.map(([name, { value }]) => `  --${name}${value ? ` ${value}` : ''}`)
  const column = Math.max(...heads.map(head => head.length)) + 2
  return [
    ...wrap(`npm run -s lectern -- ${usageOf(command)}`, '         ', 'Usage: '),
    '',
    ...wrap(command.summary),
    '',
    'CommandOptions:',
    ...options.flatMap(([, option], index) =>
      wrap(option.help, ' '.repeat(column), heads[index]!.padEnd(column)),
    ),
    ...(command.details ? command.details.split('\n').flatMap(line => ['', ...wrap(line)]) : []),
  ].join('\n')
}

/** `credentials create <name> [--scope <scope>]` */
export function usageOf({ name, args, options }: Command): string {
  const optional = Object.entries(options as CommandOptions).map(
    ([option, { value, multiple }]) => `[--${option}${value ? ` ${value}` : ''}]${multiple ? '…' : ''}`,
  )
  return [name, ...args.map(arg => `<${arg}>`), ...optional].join(' ')
}

/**
 * Breaks a text between words into lines of at most 80 columns. `head` starts the first line, `indent` the others. An
 * option and its value, `[--scope <scope>]`, are one word.
 */
export function wrap(text: string, indent = '', head = ''): string[] {
  const lines: string[] = []
  let line = head
  for (const word of text.match(/\[[^\]]*\]…?|\S+/g) ?? []) {
    const start = line === head && lines.length === 0 ? head : indent
    const longer = line === start ? line + word : `${line} ${word}`
    if (longer.length > width && line !== start) {
      lines.push(line)
      line = indent + word
    } else line = longer
  }
  return [...lines, line]
}
