import type { Db } from '../../db/connection.ts'
import { type Projection, project, storedFields } from '../../http/lists/listing.ts'
import { viewOf } from '../../http/view.ts'
import { showCustomValues } from '../../records/custom-fields/values.ts'
import { showAttendance } from '../../registration/attendance/attendances.ts'
import { listAttendancesOf } from '../../registration/attendance/queries.ts'
import { readFees, showPrices } from '../fees/fees.ts'
import { locations } from '../locations/locations.ts'
import { Location } from '../locations/schema.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { speakersOfSessions } from '../speakers/view.ts'
import { Track } from '../tracks/schema.ts'
import { tracks } from '../tracks/tracks.ts'
import { listConflicts } from './list-queries.ts'
import type { SessionRow } from './queries.ts'
import { sessionLists } from './schema.ts'

const showTrack = viewOf(Track)
const showLocation = viewOf(Location)

/** A session as it leaves: the members of the hosted API in its order, then what is derived from them. */
export function showSession(row: SessionRow, fields: SessionFieldRow[], baseUrl: string) {
  const custom_fields = showCustomValues(fields, row.custom_fields)
  const direct_link = `${baseUrl}/sessions/${row.id}`
  return {
    id: row.id,
    event_id: row.event_id,
    name: row.name,
    admin_short_name: row.admin_short_name,
    badge_name: row.badge_name,
    description: row.description,
    date: row.date,
    start_time: row.start_time,
    end_time: row.end_time,
    timezone: row.timezone,
    use_event_timezone: row.use_event_timezone,
    time_fold: row.time_fold,
    capacity: row.capacity,
    location_id: row.location_id,
    track_id: row.track_id,
    webinar_url: row.webinar_url,
    sold_out_message: row.sold_out_message,
    secure_id: row.secure_id,
    session_status: row.session_status,
    locked_when_saved: row.locked_when_saved,
    selection_control: row.selection_control,
    session_included: row.selection_control === 'included' ? 1 : 0,
    selected_by_default: row.selected_by_default,
    prevent_session_conflicts: row.prevent_session_conflicts,
    picture: row.picture,
    notes: row.notes,
    type_id: row.type_id,
    repeat_key: row.repeat_key,
    external_id: row.external_id,
    submitted_at: row.submitted_at ?? null,
    cfs_answer: row.cfs_answer ?? null,
    times_with_timezone: row.times_with_timezone,
    starts_at: momentOf(row.starts_at),
    ends_at: momentOf(row.ends_at),
    track: row.track_id && { id: row.track_id, name: row.track_name },
    location: row.location_id && { id: row.location_id, name: row.location_name },
    direct_link,
    virtual_link: row.webinar_url && `${direct_link}/virtual/${row.secure_id}`,
    version: row.version,
    seats_taken: row.seats_taken,
    seats_left: row.capacity === null ? null : Math.max(0, row.capacity - row.seats_taken),
    created_at: row.created_at,
    updated_at: row.updated_at,
    created_by: row.created_by,
    updated_by: row.updated_by,
    custom_fields,
    ...custom_fields,
  }
}

/**
 * Sessions with the fields and related objects that were asked for, at the same number of statements for any number of
 * them.
 */
export async function showSessions(
  db: Db,
  rows: SessionRow[],
  fields: SessionFieldRow[],
  projection: Projection,
  baseUrl: string,
): Promise<Record<string, unknown>[]> {
  if (storedFields(sessionLists, projection)) return rows.map(row => project(row, projection))
  const related = await relatedOf(db, rows, projection.expand)
  return rows.map(row => project({ ...showSession(row, fields, baseUrl), ...related(row) }, projection))
}

async function relatedOf(
  db: Db,
  rows: SessionRow[],
  expand: Set<string>,
): Promise<(row: SessionRow) => Record<string, unknown>> {
  if (expand.size === 0 || rows.length === 0) return () => ({})
  const ids = (column: 'track_id' | 'location_id') => [...new Set(rows.flatMap(row => row[column] ?? []))]
  const own = rows.map(row => row.id)
  const [ofTracks, ofLocations, conflicts, speakersOf, attendances, feeOf] = await Promise.all([
    expand.has('track') ? tracks.queries.listByIds(db, ids('track_id')) : [],
    expand.has('location') ? locations.queries.listByIds(db, ids('location_id')) : [],
    expand.has('conflicts') ? listConflicts(db, own) : [],
    expand.has('speakers') ? speakersOfSessions(db, own) : undefined,
    expand.has('sessionAttendance') ? listAttendancesOf(db, own) : undefined,
    expand.has('fees') ? readFees(db, own) : undefined,
  ])
  const trackOf = new Map(ofTracks.map(track => [track.id, showTrack(track)]))
  const locationOf = new Map(ofLocations.map(location => [location.id, showLocation(location)]))
  const attendancesOf = Map.groupBy(attendances ?? [], attendance => attendance.session_id)
  const conflictsOf = Map.groupBy(conflicts, conflict => conflict.id)
  return row => ({
    ...(expand.has('registrantCount') && { registrantCount: row.selected_count }),
    ...(expand.has('reservedCount') && { reservedCount: row.held_count + row.offered_count }),
    ...(expand.has('waitlistCount') && { waitlistCount: row.waitlisted_count }),
    ...(expand.has('track') && { track: trackOf.get(row.track_id ?? 0) ?? null }),
    ...(expand.has('location') && { location: locationOf.get(row.location_id ?? 0) ?? null }),
    ...(attendances && { sessionAttendance: (attendancesOf.get(row.id) ?? []).map(showAttendance) }),
    ...(feeOf && { fees: showPrices(feeOf(row.id)) }),
    ...(expand.has('translations') && { translations: [] }),
    ...(speakersOf && { speakers: speakersOf(row.id) }),
    ...(expand.has('conflicts') && {
      conflicts: (conflictsOf.get(row.id) ?? []).map(({ other_id, name, registrants }) => ({
        id: other_id,
        name,
        registrants,
      })),
    }),
  })
}

/** `2026-09-14 08:00:00` → `2026-09-14T08:00:00Z` */
function momentOf(timestamp: string | null): string | null {
  return timestamp && `${timestamp.slice(0, 10)}T${timestamp.slice(11, 19)}Z`
}
