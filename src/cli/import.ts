import { mustFindAccount } from '../access/accounts/accounts.ts'
import type { Db } from '../db/connection.ts'
import { expectedError } from '../errors.ts'
import type { Actor } from '../http/actor.ts'
import { readId } from '../http/query.ts'
import { readTimeZone } from '../http/values/wall-time.ts'
import { findEventOverview } from '../programme/events/overview-queries.ts'
import { nameOf, readFile } from '../programme/import/file.ts'
import { importSchedule, type Target, zoneMissing, zoneNamed } from '../programme/import/import.ts'
import { readProgramme } from '../programme/import/recognise.ts'
import type { Schedule } from '../programme/import/schedule.ts'
import { command, exitCodes, jsonOption, UsageError } from './command.ts'
import { describeOverwritten, describeRejected, describeReport } from './import-report.ts'
import { showProgress } from './progress.ts'
import { oneLine, type Terminal } from './terminal.ts'

export const importCommand = command({
  name: 'import',
  args: ['file'],
  options: {
    event: { type: 'string', value: '<id>', help: 'The event that the programme is brought into.' },
    'new-event': {
      type: 'string',
      value: '<name>',
      help: 'Create an event of this name for it; the same name again means that event.',
    },
    timezone: {
      type: 'string',
      value: '<zone>',
      help: 'Zone of the times, such as Europe/Brussels, for files that name none.',
    },
    account: {
      type: 'string',
      value: '<name>',
      help: 'Whose event. Not needed with --event, or when there is one account.',
    },
    'dry-run': { type: 'boolean', help: 'Check everything, name each change, keep nothing.' },
    'keep-edits': {
      type: 'boolean',
      help: 'Keep what was edited or deleted by hand since the last import.',
    },
    map: {
      type: 'string',
      multiple: true,
      value: '<column=member>',
      help: 'What a column of a table is, such as "Titel=name"; without a member it is passed over. Can be given again.',
    },
    'date-order': {
      type: 'string',
      value: '<dmy|mdy>',
      help: 'Which number of 5/3/2030 is the day, where the table does not tell.',
    },
    publish: { type: 'boolean', help: 'Make the event live, so that its sessions have pages.' },
    json: jsonOption,
  },
  summary:
    'Bring a programme into an event: frab XML or JSON, iCalendar, Sessionize, pretalx, CSV, XLSX, or a JSON table.',
  details:
    'The file is - for standard input. The format is told from the content. It can be run again: what changed in the ' +
    'file is changed, the rest is left alone. What was edited by hand since the last import is overwritten too, ' +
    'unless --keep-edits is given; --dry-run and --json name each change, and mark those edits. Rows that are ' +
    'refused are listed on standard error, and the others are kept.\n' +
    'Exit codes: 0 every row was taken, 1 some were not or the file cannot be read, 2 wrong command line.',
  run: async ({ args, options, terminal }, open) => {
    const target = targetFrom(options.event, options['new-event'])
    const timezone = zoneFrom(options.timezone)
    const table = { map: mapFrom(options.map), date_order: orderFrom(options['date-order']) }
    const schedule = await readProgramme(await readFile(args.file!), nameOf(args.file!), table)
    sayZone(schedule, timezone, terminal)
    const progress = showProgress(terminal)
    const report = await open(async (db, now) => {
      const account_id = await accountOf(db, target, options.account)
      const actor: Actor = { account_id, actor_id: null, request_id: null, now }
      const wish = {
        timezone,
        dry_run: options['dry-run'],
        keep_edits: options['keep-edits'],
        publish: options.publish,
        onProgress: progress.show,
      }
      return importSchedule(db, actor, target, schedule, wish).catch(refuseZoneMissing)
    }).finally(progress.end)
    for (const rejected of report.rejected) terminal.say(describeRejected(rejected))
    for (const line of describeOverwritten(report)) terminal.say(line)
    terminal.out(options.json ? JSON.stringify(report) : describeReport(report))
    return report.rejected.length > 0 ? exitCodes.failure : exitCodes.ok
  },
})

function targetFrom(event: string | undefined, name: string | undefined): Target {
  if ((event === undefined) === (name === undefined))
    throw new UsageError('Say where it goes: either --event <id> or --new-event <name>.')
  if (name !== undefined) {
    if (name.trim() === '') throw new UsageError('--new-event needs a name.')
    return { new_event: name }
  }
  const event_id = readId(event!)
  if (!event_id) throw new UsageError(`--event is the number of an event, not "${event}".`)
  return { event_id }
}

function mapFrom(given: string[] = []): Map<string, string> {
  return new Map(
    given.map(text => {
      const at = text.lastIndexOf('=')
      if (at < 1) throw new UsageError(`--map is a column and a member, such as "Titel=name", not "${text}".`)
      return [text.slice(0, at), text.slice(at + 1).trim()]
    }),
  )
}

function orderFrom(text: string | undefined): 'dmy' | 'mdy' | undefined {
  if (text === undefined || text === 'dmy' || text === 'mdy') return text
  throw new UsageError(`--date-order is dmy or mdy, not "${text}".`)
}

function zoneFrom(text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const zone = readTimeZone(text)
  if (!zone)
    throw new UsageError(`--timezone is the IANA name of a zone, such as Europe/Brussels, not "${text}".`)
  return zone
}

/** The account that is named; of an event that exists it need not be. */
async function accountOf(db: Db, target: Target, name: string | undefined): Promise<number> {
  const event = name === undefined && 'event_id' in target && (await findEventOverview(db, target.event_id))
  if (event) return event.account_id
  return (await mustFindAccount(db, name)).id
}

/** Whether a new event is needed is known only when its name was looked for; then the zone is missing on the command line. */
function refuseZoneMissing(error: unknown): never {
  if (expectedError(error)?.faults.includes(zoneMissing)) throw new UsageError(zoneMissing.message)
  throw error
}

function sayZone(schedule: Schedule, timezone: string | undefined, terminal: Terminal): void {
  if (!schedule.timezone) return
  if (!readTimeZone(schedule.timezone))
    terminal.say(`The file names a time zone that does not exist: "${oneLine(schedule.timezone)}".`)
  else if (timezone && timezone !== zoneNamed(schedule, timezone))
    terminal.say(`The file names its time zone, ${schedule.timezone}: --timezone is not used.`)
}
