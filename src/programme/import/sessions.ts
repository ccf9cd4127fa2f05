import { type Fault, mustBeValid } from '../../errors.ts'
import { type Body, readUpdate } from '../../http/values/draft.ts'
import type { EventRow } from '../events/queries.ts'
import { sessionFields } from '../session-fields/session-fields.ts'
import { listSessionsOfEvent, type SessionRow } from '../sessions/queries.ts'
import { SessionInput } from '../sessions/schema.ts'
import { changeSession, createSession } from '../sessions/sessions.ts'
import type { MemberChange } from './edits.ts'
import type { Places } from './places.ts'
import { takeRecord } from './records.ts'
import { take } from './report.ts'
import type { Run } from './run.ts'
import type { Row } from './schedule.ts'
import { descriptionOf, notesOf } from './texts.ts'
import { readTimes } from './times.ts'

/** Longest texts of one session together, in characters: as much as a request of the API can carry. */
const textLimit = 1024 * 1024

/** Creates or changes the sessions of a file, one by one: those that are refused do not harm the others. */
export async function importSessions(run: Run, locations: Places, tracks: Places): Promise<void> {
  const { db, actor, event, schedule, report } = run
  const fields = await sessionFields.queries.allOf(db, actor.account_id)
  const known = new Map<string, SessionRow>()
  for (const session of await listSessionsOfEvent(db, event.id))
    if (session.external_id !== null) known.set(session.external_id, session)
  const firstOf = new Map<string, Row>()
  for (const [index, row] of schedule.rows.entries()) {
    const { where, guid, title } = row
    await take(report, { object: 'session', where, guid, name: title }, async () => {
      mustBeValid(faultsOfRow(row, firstOf))
      const { wish, faults } = readTimes(row, report.timezone, schedule.day_change)
      const body = { ...wish, ...bodyOf(row, event, locations, tracks), ...zoneOf(report.timezone, event) }
      const session = known.get(guid!)
      const taken = await takeRecord(run, {
        object: 'session',
        known: session,
        body,
        draft: readUpdate(SessionInput, body, session),
        faults,
        create: async () => (await createSession(db, actor, fields, body)).id,
        change: (id, changed) => changeSession(db, actor, fields, id, changed),
      })
      return { ...taken, members: taken.members.map(change => withNames(change, locations, tracks)) }
    })
    if (guid) firstOf.set(guid, firstOf.get(guid) ?? row)
    run.onProgress(index + 1, schedule.rows.length)
  }
  report.not_in_file = [...known.keys()].filter(guid => !firstOf.has(guid)).length
}

/** Numbers of locations and tracks say nothing to people: their names stand beside them. */
function withNames(change: MemberChange, locations: Places, tracks: Places): MemberChange {
  const places = { location_id: locations, track_id: tracks }[change.member]
  if (!places) return change
  const named = (id: unknown) => (id === null ? null : { id, value: places.names.get(id as number) ?? null })
  return { ...change, from: named(change.from), to: named(change.to) }
}

function bodyOf(row: Row, event: EventRow, locations: Places, tracks: Places): Body {
  return {
    event_id: event.id,
    name: row.title,
    description: descriptionOf(row),
    location_id: locations.ids.get(row.room ?? '') ?? null,
    track_id: tracks.ids.get(row.track ?? '') ?? null,
    notes: notesOf(row),
    external_id: row.guid,
  }
}

/** The event's zone where it is the same, so that the sessions follow when the event changes its zone. */
function zoneOf(timezone: string, event: EventRow): Body {
  return timezone === event.timezone ? { use_event_timezone: 1 } : { timezone, use_event_timezone: 0 }
}

function faultsOfRow(row: Row, firstOf: Map<string, Row>): Fault[] {
  const first = row.guid === null ? undefined : firstOf.get(row.guid)
  if (row.guid === null)
    return [
      {
        field: 'external_id',
        type: 'required',
        message: 'It has neither guid nor id to recognise it by later.',
      },
    ]
  if (first)
    return [
      { field: 'external_id', type: 'unique', message: `Its guid is that of the session in ${first.where}.` },
    ]
  const links = [...row.links, ...row.attachments].flatMap(({ url, title }) => [url, title])
  const texts = [row.title, row.subtitle, row.abstract, row.description, ...row.persons, ...links]
  const length = texts.reduce((sum, text) => sum + (text?.length ?? 0), 0)
  return length > textLimit
    ? [
        {
          field: 'description',
          type: 'too_long',
          message: `Its texts have more than ${textLimit} characters.`,
        },
      ]
    : []
}
