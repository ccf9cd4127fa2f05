import type { Db } from '../db/connection.ts'
import { type Fault, mustBeValid } from '../errors.ts'
import type { EventRow } from '../events/queries.ts'
import type { Actor } from '../http/actor.ts'
import { type Body, readUpdate } from '../http/draft.ts'
import { allSessionFields, type SessionFieldRow } from '../session-fields/queries.ts'
import { listSessionsOfEvent, type SessionRow } from '../sessions/queries.ts'
import { SessionInput } from '../sessions/schema.ts'
import { changeSession, createSession } from '../sessions/sessions.ts'
import type { PlaceIds } from './places.ts'
import { differs, type Outcome, type Report, take } from './report.ts'
import type { Row, Schedule } from './schedule.ts'
import { descriptionOf, notesOf } from './texts.ts'
import { readTimes } from './times.ts'

export type Progress = (done: number, total: number) => void
type Places = { locations: PlaceIds; tracks: PlaceIds }

/** Longest texts of one session together, in characters: as much as a request of the API can carry. */
const textLimit = 1024 * 1024

/** Creates or changes the sessions of a file, one by one: those that are refused do not harm the others. */
export async function importSessions(
  db: Db,
  actor: Actor,
  event: EventRow,
  schedule: Schedule,
  places: Places,
  report: Report,
  onProgress: Progress = () => {},
): Promise<void> {
  const fields = await allSessionFields(db, actor.account_id)
  const known = new Map<string, SessionRow>()
  for (const session of await listSessionsOfEvent(db, event.id))
    if (session.external_id !== null) known.set(session.external_id, session)
  const firstOf = new Map<string, Row>()
  for (const [index, row] of schedule.rows.entries()) {
    const { where, guid, title } = row
    await take(report, { object: 'session', where, guid, name: title }, () => {
      mustBeValid(faultsOfRow(row, firstOf))
      const { wish, faults } = readTimes(row, report.timezone, schedule.day_change)
      const body = { ...wish, ...bodyOf(row, event, places), ...zoneOf(report.timezone, event) }
      return write(db, actor, fields, body, faults, known.get(guid!))
    })
    if (guid) firstOf.set(guid, firstOf.get(guid) ?? row)
    onProgress(index + 1, schedule.rows.length)
  }
  report.not_in_file = [...known.keys()].filter(guid => !firstOf.has(guid)).length
}

async function write(
  db: Db,
  actor: Actor,
  fields: SessionFieldRow[],
  body: Body,
  faults: Fault[],
  known: SessionRow | undefined,
): Promise<{ outcome: Outcome; id: number }> {
  const draft = readUpdate(SessionInput, body)
  mustBeValid([...draft.faults, ...faults])
  if (!known) return { outcome: 'created', id: (await createSession(db, actor, fields, body)).id }
  if (!differs(draft.given, known)) return { outcome: 'unchanged', id: known.id }
  await changeSession(db, actor, fields, known.id, body)
  return { outcome: 'updated', id: known.id }
}

function bodyOf(row: Row, event: EventRow, { locations, tracks }: Places): Body {
  return {
    event_id: event.id,
    name: row.title,
    description: descriptionOf(row),
    location_id: locations.get(row.room ?? '') ?? null,
    track_id: tracks.get(row.track ?? '') ?? null,
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
