import { type Db, transaction } from '../../db/connection.ts'
import { invalid } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { readNew } from '../../http/values/draft.ts'
import { readDate, readTimeZone } from '../../http/values/wall-time.ts'
import { changeEvent, createEvent, mustFindEvent } from '../events/events.ts'
import { type EventRow, findEventByExternalId } from '../events/queries.ts'
import { EventInput } from '../events/schema.ts'
import { Memory } from './memory.ts'
import { importLocations, importTracks } from './places.ts'
import { emptyTally, type Report } from './report.ts'
import type { Progress, Run } from './run.ts'
import type { Schedule } from './schedule.ts'
import { importSessions } from './sessions.ts'
import { importSpeakers } from './speakers.ts'

/** Where a programme goes: into an event that exists, or into one of a name that is created the first time. */
export type Target = { event_id: number } | { new_event: string }
export type ImportOptions = {
  /** zone of the times, when the file names none */
  timezone?: string | undefined
  /** everything is done, and undone at the end */
  dry_run?: boolean | undefined
  /** what was edited or deleted by hand since the last import stays */
  keep_edits?: boolean | undefined
  /** the event is live afterwards */
  publish?: boolean | undefined
  onProgress?: Progress | undefined
}

/**
 * Brings a programme into an event, in one transaction and by the rules of the API. Rows that are refused are in the
 * report, and the others are kept. What an earlier import brought is recognised by its external id: it is changed
 * where the file differs, and left alone where it does not. What was edited by hand since is marked in the report.
 */
export async function importSchedule(
  db: Db,
  actor: Actor,
  target: Target,
  schedule: Schedule,
  options: ImportOptions = {},
): Promise<Report> {
  try {
    return await transaction(db, async tx => {
      const report = await importInto(tx, actor, target, schedule, options)
      if (options.dry_run) throw new Rehearsed(report)
      return report
    })
  } catch (error) {
    if (error instanceof Rehearsed) return error.report
    throw error
  }
}

/** The zone that a file's times are in, when the file or `--timezone` names one that exists. */
export function zoneNamed(schedule: Schedule, timezone: string | undefined): string | undefined {
  return readTimeZone(schedule.timezone ?? '') ?? readTimeZone(timezone ?? '')
}

class Rehearsed extends Error {
  readonly report: Report
  constructor(report: Report) {
    super('rolled back on purpose')
    this.report = report
  }
}

async function importInto(
  db: Db,
  actor: Actor,
  target: Target,
  schedule: Schedule,
  { timezone, dry_run = false, keep_edits = false, publish = false, onProgress = () => {} }: ImportOptions,
): Promise<Report> {
  const named = zoneNamed(schedule, timezone)
  const { event, created } = await eventOf(db, actor, target, schedule, named)
  const report: Report = {
    format: schedule.format,
    event_id: event.id,
    event_name: event.name,
    event_status: publish ? 'live' : event.status,
    event_created: created,
    timezone: named ?? event.timezone,
    matched_by: 'id',
    ...(schedule.columns && { columns: schedule.columns }),
    dry_run,
    location: emptyTally(),
    track: emptyTally(),
    speaker: emptyTally(),
    session: emptyTally(),
    not_in_file: 0,
    changes: [],
    rejected: [],
  }
  const memory = await Memory.of(db, event.id)
  const run: Run = { db, actor, event, schedule, report, memory, keepsEdits: keep_edits, onProgress }
  const locations = await importLocations(run)
  const tracks = await importTracks(run)
  const speakers = await importSpeakers(run)
  await importSessions(run, { locations, tracks, speakers })
  await memory.store(db)
  if (publish && event.status !== 'live') await changeEvent(db, actor, event.id, { status: 'live' })
  return report
}

/** Two imports into the same event, or of the same new one, wait for each other. */
async function eventOf(
  db: Db,
  actor: Actor,
  target: Target,
  schedule: Schedule,
  timezone: string | undefined,
): Promise<{ event: EventRow; created: boolean }> {
  const alone = (what: string | number) =>
    db`select pg_advisory_xact_lock(hashtextextended(${`import ${actor.account_id} ${what}`}, 2))`
  if ('event_id' in target) {
    await alone(target.event_id)
    return { event: await mustFindEvent(db, actor.account_id, target.event_id), created: false }
  }
  const external_id = `import:${[...target.new_event].slice(0, 240).join('')}`
  await alone(external_id)
  const known = await findEventByExternalId(db, actor.account_id, external_id)
  if (known) {
    await alone(known.id)
    return { event: known, created: false }
  }
  if (!timezone) throw invalid([zoneMissing])
  const body = { name: target.new_event, timezone, external_id, ...datesOf(schedule) }
  return { event: await createEvent(db, actor, readNew(EventInput, body)), created: true }
}

export const zoneMissing = {
  field: 'timezone',
  type: 'required',
  message: 'The file names no time zone: say which one its times are in, such as --timezone Europe/Brussels.',
}

function datesOf({ start_date, end_date }: Schedule): { start_date?: string; end_date?: string } {
  const start = readDate(start_date ?? '')
  const end = readDate(end_date ?? '')
  return start && end && start <= end ? { start_date: start, end_date: end } : {}
}
