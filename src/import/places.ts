import { type Db, transaction } from '../db/connection.ts'
import type { EventRow } from '../events/queries.ts'
import type { Actor } from '../http/actor.ts'
import { readNew, readUpdate } from '../http/draft.ts'
import { changeLocation, createLocation } from '../locations/locations.ts'
import { listLocationsOfEvent } from '../locations/queries.ts'
import { LocationInput } from '../locations/schema.ts'
import { listTracksOfEvent } from '../tracks/queries.ts'
import { TrackInput } from '../tracks/schema.ts'
import { changeTrack, createTrack } from '../tracks/tracks.ts'
import { differs, type Report, take } from './report.ts'
import type { Place, Row, Schedule } from './schedule.ts'

/** Locations or tracks by the name that the file gives them; a name that was refused is missing. */
export type PlaceIds = Map<string, number>

/** Creates or changes the rooms that sessions of the file are in. */
export async function importLocations(
  db: Db,
  actor: Actor,
  event: EventRow,
  schedule: Schedule,
  report: Report,
): Promise<PlaceIds> {
  const known = await listLocationsOfEvent(db, event.id)
  const ids: PlaceIds = new Map()
  for (const [sort, place] of placesInUse(schedule.rooms, schedule.rows, 'room').entries()) {
    const row = findKnown(known, place)
    const body = { ...bodyOf(event, place), ...capacityOf(place) }
    const id = await take(report, { ...nameOf(place), object: 'location' }, () =>
      transaction(db, async tx => {
        if (!row)
          return {
            outcome: 'created',
            id: (await createLocation(tx, actor, readNew(LocationInput, { ...body, sort }))).id,
          }
        const draft = readUpdate(LocationInput, body)
        if (draft.faults.length === 0 && !differs(draft.given, row))
          return { outcome: 'unchanged', id: row.id }
        await changeLocation(tx, actor, row.id, body)
        return { outcome: 'updated', id: row.id }
      }),
    )
    if (id) ids.set(place.name, id)
  }
  return ids
}

/** Creates or changes the tracks that sessions of the file are in. */
export async function importTracks(
  db: Db,
  actor: Actor,
  event: EventRow,
  schedule: Schedule,
  report: Report,
): Promise<PlaceIds> {
  const known = await listTracksOfEvent(db, event.id)
  const ids: PlaceIds = new Map()
  for (const [sort, place] of placesInUse(schedule.tracks, schedule.rows, 'track').entries()) {
    const row = findKnown(known, place)
    const body = { ...bodyOf(event, place), ...colorOf(place) }
    const id = await take(report, { ...nameOf(place), object: 'track' }, () =>
      transaction(db, async tx => {
        if (!row)
          return {
            outcome: 'created',
            id: (await createTrack(tx, actor, readNew(TrackInput, { ...body, sort }))).id,
          }
        const draft = readUpdate(TrackInput, body)
        if (draft.faults.length === 0 && !differs(draft.given, row))
          return { outcome: 'unchanged', id: row.id }
        await changeTrack(tx, actor, row.id, body)
        return { outcome: 'updated', id: row.id }
      }),
    )
    if (id) ids.set(place.name, id)
  }
  return ids
}

/** Those that sessions are in: first the ones that the file lists, in its order, then the ones that only rows name. */
function placesInUse(listed: Place[], rows: Row[], field: 'room' | 'track'): Place[] {
  const used = new Map<string, Place>()
  for (const row of rows) {
    const name = row[field]
    if (name && !used.has(name)) used.set(name, { where: row.where, name, guid: null })
  }
  const known = listed.filter(place => used.has(place.name))
  for (const place of known) used.delete(place.name)
  return [...known, ...used.values()]
}

/** By its guid or name from an earlier import; else one of that name that was made by hand. */
function findKnown<R extends { name: string; external_id: string | null }>(
  known: R[],
  { guid, name }: Place,
): R | undefined {
  return (
    known.find(row => guid !== null && row.external_id === guid) ??
    known.find(row => row.external_id === name) ??
    known.find(row => row.external_id === null && row.name === name)
  )
}

function bodyOf(event: EventRow, { guid, name }: Place) {
  return { event_id: event.id, name, external_id: guid ?? name }
}

function nameOf({ where, guid, name }: Place) {
  return { where, guid, name }
}

function capacityOf({ capacity }: Place) {
  return Number.isInteger(capacity) && (capacity as number) >= 0 ? { capacity } : {}
}

function colorOf({ color }: Place) {
  return color && /^#[0-9A-Fa-f]{6}$/.test(color) ? { color } : {}
}
