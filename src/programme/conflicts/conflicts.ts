import type { Db } from '../../db/connection.ts'
import { readId } from '../../http/query.ts'
import { type ConflictRow, countSeated, findConflicts, listIntended } from './queries.ts'
import { type Conflict, type ConflictType, conflictTypes } from './schema.ts'

const urgency = Object.keys(conflictTypes)

/** A conflict before its people are counted: `seats` counts who has seats in both sessions of a pair twice. */
export type FoundConflict = Omit<Conflict, 'people'> & { seats: number }

/** What is wrong with the programme of an event, or with these sessions of it: by urgency, then by the seats it is about. */
export async function listConflictsOf(
  db: Db,
  event_id: number,
  session_ids?: number[],
): Promise<FoundConflict[]> {
  const [found, intended] = await Promise.all([
    findConflicts(db, event_id, session_ids),
    listIntended(db, event_id),
  ])
  return found
    .map(row => showConflict(row, intended))
    .sort(
      (a, b) =>
        urgency.indexOf(a.type) - urgency.indexOf(b.type) ||
        b.seats - a.seats ||
        a.session_ids[0]! - b.session_ids[0]! ||
        a.key.localeCompare(b.key),
    )
}

/** Conflicts with the number of registrants whom each is about. */
export async function withPeople(db: Db, found: FoundConflict[]): Promise<Conflict[]> {
  const pairs = found.filter(({ type }) => type !== 'registrants_overlap')
  const people =
    pairs.length > 0
      ? await countSeated(
          db,
          pairs.map(({ session_ids }) => session_ids),
        )
      : []
  const byKey = new Map(pairs.map(({ key }, place) => [key, people[place]!]))
  return found.map(({ seats, message, intended, ...conflict }) => ({
    ...conflict,
    people: byKey.get(conflict.key) ?? seats,
    message,
    intended,
  }))
}

/** The sessions that the key of a conflict names. */
export const sessionsIn = (key: string): number[] => key.split('-').flatMap(part => readId(part) ?? [])

function showConflict(row: ConflictRow, intended: Set<string>): FoundConflict {
  const { type, session_ids, location_id, speaker_id, seats } = row
  const ids = session_ids.map(Number)
  const key = [type, ...ids.toSorted((a, b) => a - b), ...(speaker_id ? [`s${speaker_id}`] : [])].join('-')
  return {
    key,
    type,
    session_ids: ids,
    location_id,
    speaker_id,
    seats,
    message: messages[type](row),
    intended: intended.has(key) ? 1 : 0,
  }
}

const quoted = ({ names }: ConflictRow) => names.map(name => `"${name}"`).join(' and ')

const messages: Record<ConflictType, (row: ConflictRow) => string> = {
  speaker_twice: row => `${row.speaker_name} is in ${quoted(row)} at the same time.`,
  location_twice: row =>
    `${quoted(row)} are in ${row.location_name} at the same time, or without its turnaround.`,
  seats_exceed_location: row =>
    `${quoted(row)}: ${row.seats} seats are taken, which do not fit into ${row.location_name}.`,
  speaker_unavailable: row => `${row.speaker_name} cannot appear when ${quoted(row)} takes place.`,
  registrants_overlap: row => `Registrants with seats in ${quoted(row)}, at the same time: ${row.seats}.`,
  outside_event: row => `${quoted(row)} is on a day on which the event does not take place.`,
  capacity_exceeds_location: row => `${quoted(row)} has a larger capacity than ${row.location_name}.`,
}
