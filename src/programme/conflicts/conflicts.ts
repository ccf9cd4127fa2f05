import type { Db } from '../../db/connection.ts'
import { type ConflictRow, findConflicts, listIntended } from './queries.ts'
import { type Conflict, type ConflictType, conflictTypes } from './schema.ts'

const urgency = Object.keys(conflictTypes)

/** What is wrong with the programme of an event: by urgency, then by how many people it is about. */
export async function listConflictsOf(db: Db, event_id: number): Promise<Conflict[]> {
  const [found, intended] = await Promise.all([findConflicts(db, event_id), listIntended(db, event_id)])
  return found
    .map(row => showConflict(row, intended))
    .sort(
      (a, b) =>
        urgency.indexOf(a.type) - urgency.indexOf(b.type) ||
        b.people - a.people ||
        a.session_ids[0]! - b.session_ids[0]! ||
        a.key.localeCompare(b.key),
    )
}

/** The same, of these sessions only. */
export async function listConflictsAmong(
  db: Db,
  event_id: number,
  session_ids: number[],
): Promise<Conflict[]> {
  const ids = new Set(session_ids)
  const conflicts = await listConflictsOf(db, event_id)
  return conflicts.filter(conflict => conflict.session_ids.some(id => ids.has(id)))
}

function showConflict(row: ConflictRow, intended: Set<string>): Conflict {
  const { type, session_ids, location_id, speaker_id, people } = row
  const ids = session_ids.map(Number)
  const key = [type, ...ids.toSorted((a, b) => a - b), ...(speaker_id ? [`s${speaker_id}`] : [])].join('-')
  return {
    key,
    type,
    session_ids: ids,
    location_id,
    speaker_id,
    people,
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
    `${quoted(row)}: ${row.people} seats are taken, which do not fit into ${row.location_name}.`,
  speaker_unavailable: row => `${row.speaker_name} cannot appear when ${quoted(row)} takes place.`,
  registrants_overlap: row => `Registrants with seats in ${quoted(row)}, at the same time: ${row.people}.`,
  outside_event: row => `${quoted(row)} is on a day on which the event does not take place.`,
  capacity_exceeds_location: row => `${quoted(row)} has a larger capacity than ${row.location_name}.`,
}
