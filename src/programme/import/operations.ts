import { invalid } from '../../errors.ts'
import { answerOf, bodyOf } from '../../http/document/schemas.ts'
import { writeQuery } from '../../http/lists/parameters.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { isAsked, Switch } from '../../http/query.ts'
import { Turns } from '../../http/turns.ts'
import { readTimeZone } from '../../http/values/wall-time.ts'
import { write } from '../../http/write.ts'
import { mustFindEvent } from '../events/events.ts'
import { readApart } from './apart.ts'
import { fileLimit } from './file.ts'
import { importSchedule } from './import.ts'
import { ImportInput, ImportReport, mostRows } from './schema.ts'
import type { TableOptions } from './table/table.ts'

/** Files that are read at once, and that may wait. */
const turns = new Turns({
  atOnce: 2,
  waiting: 20,
  refusal: 'Too many files come at this moment. Try again in a second.',
})

export const importOperations: Operation[] = [
  {
    spellings: ['POST /events/:id/import'],
    id: 'importProgramme',
    tag: 'Events',
    summary: 'Bring a programme into an event',
    description: `Creates and changes locations, tracks, speakers and sessions by what the file says, all in one transaction. What an earlier import brought is recognised. Rows that are refused are named in the answer, and the others are kept. A file has at most ${mostRows.toLocaleString('en')} sessions; the command \`lectern import\` takes larger ones. With \`validate_only\` nothing is kept, and the answer says what would change.`,
    noun: 'Event',
    query: {
      ...writeQuery,
      keep_edits: Switch('`true`: keeps what was edited or deleted by hand since the last import.'),
    },
    bodyTypes: ['multipart/form-data'],
    takesFile: fileLimit,
    takesKey: false,
    body: bodyOf('ImportInput', ImportInput),
    failures: [422],
    success: { 200: answerOf('ImportReport', ImportReport) },
    handler: async call => {
      const { id, account_id } = call
      await mustFindEvent(call.db, account_id, id)
      const { file, timezone, ...options } = readInput(call)
      const schedule = await turns.take(() => readApart(file, 'The file', options))
      if (schedule.rows.length > mostRows)
        throw invalid([
          fault(
            'file',
            'too_many',
            `The file has ${schedule.rows.length} sessions; a request takes ${mostRows}. The command lectern import takes all of them.`,
          ),
        ])
      return write(
        call,
        async ({ db, actor }) => ({
          status: 200,
          body: await importSchedule(db, actor, { event_id: id }, schedule, {
            timezone,
            dry_run: isAsked(call, 'validate_only'),
            keep_edits: isAsked(call, 'keep_edits'),
          }),
        }),
        { remember: false },
      )
    },
  },
]

/** Throws 422. */
function readInput({ body }: Call): TableOptions & { file: Buffer; timezone: string | undefined } {
  const { file, timezone, date_order, map } = body as Record<string, unknown>
  const zone = isGiven(timezone) ? readTimeZone(String(timezone)) : undefined
  const columns = readMap(map)
  const faults = [
    ...(Buffer.isBuffer(file)
      ? []
      : [fault('file', 'required', 'Send the file as the part "file" of a multipart form.')]),
    ...(isGiven(timezone) && !zone
      ? [fault('timezone', 'time_zone', 'Timezone must be the IANA name of a zone, such as Europe/Brussels.')]
      : []),
    ...(isGiven(date_order) && date_order !== 'dmy' && date_order !== 'mdy'
      ? [fault('date_order', 'one_of', 'Date order must be dmy or mdy.')]
      : []),
    ...(columns
      ? []
      : [fault('map', 'object', 'Map must be an object of columns and members, such as {"Titel": "name"}.')]),
  ]
  if (faults.length > 0) throw invalid(faults)
  return {
    file: file as Buffer,
    timezone: zone,
    map: columns,
    date_order: isGiven(date_order) ? (date_order as 'dmy' | 'mdy') : undefined,
  }
}

const isGiven = (value: unknown) => value !== undefined && value !== null && value !== ''

/** An object, or one in JSON; undefined when it is neither. */
function readMap(given: unknown): Map<string, string> | undefined {
  if (!isGiven(given)) return new Map()
  const value = typeof given === 'string' ? parsed(given) : given
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const entries = Object.entries(value)
  return entries.every((entry): entry is [string, string] => typeof entry[1] === 'string')
    ? new Map(entries)
    : undefined
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const fault = (field: string, type: string, message: string) => ({ field, type, message })
