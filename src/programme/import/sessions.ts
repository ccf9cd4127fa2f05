import { transaction } from '../../db/connection.ts'
import { type Fault, mustBeValid } from '../../errors.ts'
import { type Body, readUpdate } from '../../http/values/draft.ts'
import type { EventRow } from '../events/queries.ts'
import { sessionFields } from '../session-fields/session-fields.ts'
import { changeSession } from '../sessions/change.ts'
import { SessionInput } from '../sessions/input-schema.ts'
import { listSessionsOfEvent, type SessionRow } from '../sessions/queries.ts'
import { createSession, mustFindSession } from '../sessions/sessions.ts'
import type { MemberChange } from './edits.ts'
import { identify } from './identity.ts'
import type { Places } from './places.ts'
import { takeRecord } from './records.ts'
import { take } from './report.ts'
import type { Run } from './run.ts'
import type { Row } from './schedule.ts'
import {
  idsIn,
  idsOfSessions,
  namesOf,
  type SpeakersOfFile,
  withoutSpeakers,
  writeSpeakers,
} from './speakers.ts'
import { descriptionOf, notesOf } from './texts.ts'
import { readTimes } from './times.ts'

/** Longest texts of one session together, in characters: as much as a request of the API can carry. */
const textLimit = 1024 * 1024

/** What rows of the file refer to. */
type Referred = { locations: Places; tracks: Places; speakers: SpeakersOfFile }

/** Creates or changes the sessions of a file, one by one: those that are refused do not harm the others. */
export async function importSessions(run: Run, referred: Referred): Promise<void> {
  const { db, actor, event, schedule, report, keepsEdits } = run
  const fields = await sessionFields.queries.allOf(db, actor.account_id)
  const known = new Map<string, SessionRow & { speakers: string }>()
  const stored = await listSessionsOfEvent(db, event.id)
  const speakers = await idsOfSessions(
    db,
    stored.map(({ id }) => id),
  )
  for (const session of stored)
    if (session.external_id !== null)
      known.set(session.external_id, { ...session, speakers: speakers.get(session.id) ?? '' })
  const firstOf = new Map<string, Row>()
  const { rows, matched_by } = identify(schedule, report.timezone)
  report.matched_by = matched_by
  for (const [index, row] of rows.entries()) {
    const { where, guid, title } = row
    await take(report, { object: 'session', where, guid, name: title }, async () => {
      mustBeValid(faultsOfRow(row, firstOf))
      const { wish, faults } = readTimes(row, report.timezone, schedule.day_change)
      const body = { ...wish, ...bodyOf(row, event, referred), ...zoneOf(report.timezone, event) }
      const session = known.get(guid!)
      const draft = readUpdate(SessionInput, body, session)
      const taken = await takeRecord(run, {
        object: 'session',
        known: session,
        body,
        draft: { ...draft, given: { ...draft.given, speakers: body.speakers } },
        faults,
        create: () =>
          transaction(db, async tx => {
            const { id } = await createSession(tx, actor, fields, body)
            await writeSpeakers({ ...run, db: tx }, id, body.speakers)
            return id
          }),
        change: (id, changed) =>
          transaction(db, async tx => {
            await changeSession(tx, actor, fields, id, changed)
            if ('speakers' in changed) await writeSpeakers({ ...run, db: tx }, id, body.speakers)
          }),
      })
      if (session && keepsEdits && taken.id !== null) await repairNotes(run, row, session)
      return { ...taken, members: taken.members.map(change => withNames(change, referred)) }
    })
    if (guid) firstOf.set(guid, firstOf.get(guid) ?? row)
    run.onProgress(index + 1, rows.length)
  }
  report.not_in_file = [...known.keys()].filter(guid => !firstOf.has(guid)).length
}

/** Takes the speakers out of notes that were edited by hand, and stay: earlier imports kept them there. */
async function repairNotes({ db, actor }: Run, row: Row, { id, notes }: SessionRow): Promise<void> {
  const repaired = withoutSpeakers(notes, row)
  const { notes: current } = await mustFindSession(db, actor.account_id, id)
  if (repaired !== notes && current === notes) await changeSession(db, actor, [], id, { notes: repaired })
}

/** Numbers of what a session refers to say nothing to people: names stand beside them. */
function withNames(change: MemberChange, { locations, tracks, speakers }: Referred): MemberChange {
  if (change.member === 'speakers')
    return {
      ...change,
      from: namesOf(change.from as string, speakers).join(', '),
      to: namesOf(change.to as string, speakers).join(', '),
    }
  const places = { location_id: locations, track_id: tracks }[change.member]
  if (!places) return change
  const named = (id: unknown) => (id === null ? null : { id, value: places.names.get(id as number) ?? null })
  return { ...change, from: named(change.from), to: named(change.to) }
}

function bodyOf(
  row: Row,
  event: EventRow,
  { locations, tracks, speakers }: Referred,
): Body & { speakers: string } {
  return {
    event_id: event.id,
    name: row.title,
    description: descriptionOf(row),
    location_id: locations.ids.get(row.room ?? '') ?? null,
    track_id: tracks.ids.get(row.track ?? '') ?? null,
    notes: notesOf(row),
    external_id: row.guid,
    speakers: idsIn(row, speakers),
    ...(row.capacity !== undefined && { capacity: row.capacity }),
  }
}

/** The event's zone where it is the same, so that the sessions follow when the event changes its zone. */
function zoneOf(timezone: string, event: EventRow): Body {
  return timezone === event.timezone ? { use_event_timezone: 1 } : { timezone, use_event_timezone: 0 }
}

function faultsOfRow(row: Row, firstOf: Map<string, Row>): Fault[] {
  if (row.faults) return row.faults
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
  const texts = [
    row.title,
    row.subtitle,
    row.abstract,
    row.description,
    ...row.persons.map(({ name }) => name),
    ...links,
  ]
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
