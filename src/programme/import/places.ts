import { type Db, transaction } from '../../db/connection.ts'
import type { Draft, Given } from '../../http/values/draft.ts'
import { locations } from '../locations/locations.ts'
import { tracks } from '../tracks/tracks.ts'
import { takeRecord } from './records.ts'
import { take } from './report.ts'
import type { Run } from './run.ts'
import type { ListedPlace, Row } from './schedule.ts'

/** Locations or tracks: by the name that the file gives them, without those that were refused, and what each is called. */
export type Places = { ids: Map<string, number>; names: Map<number, string> }

type Stored = { id: number; name: string; external_id: string | null }

/** How one kind of place is read from a file and written. */
type Kind = {
  object: 'location' | 'track'
  listed: ListedPlace[]
  field: 'room' | 'track'
  known: Stored[]
  bodyOf: (place: ListedPlace) => Record<string, unknown>
  create: (db: Db, body: Record<string, unknown>) => Promise<Stored>
  read: (body: Record<string, unknown>) => Draft<Given<object>>
  change: (db: Db, id: number, body: Record<string, unknown>) => Promise<unknown>
}

/** Creates or changes the rooms that sessions of the file are in. */
export async function importLocations(run: Run): Promise<Places> {
  const { db, actor, event, schedule } = run
  return importPlaces(run, {
    object: 'location',
    listed: schedule.rooms,
    field: 'room',
    known: await locations.queries.listOfEvent(db, event.id),
    bodyOf: capacityOf,
    create: (tx, body) => locations.create(tx, actor, locations.readNew(body)),
    read: body => locations.readUpdate(body),
    change: (tx, id, body) => locations.change(tx, actor, id, body),
  })
}

/** Creates or changes the tracks that sessions of the file are in. */
export async function importTracks(run: Run): Promise<Places> {
  const { db, actor, event, schedule } = run
  return importPlaces(run, {
    object: 'track',
    listed: schedule.tracks,
    field: 'track',
    known: await tracks.queries.listOfEvent(db, event.id),
    bodyOf: colorOf,
    create: (tx, body) => tracks.create(tx, actor, tracks.readNew(body)),
    read: body => tracks.readUpdate(body),
    change: (tx, id, body) => tracks.change(tx, actor, id, body),
  })
}

async function importPlaces(run: Run, kind: Kind): Promise<Places> {
  const { db, event, schedule, report } = run
  const places: Places = { ids: new Map(), names: new Map(kind.known.map(({ id, name }) => [id, name])) }
  for (const [sort, place] of placesInUse(kind.listed, schedule.rows, kind.field).entries()) {
    const { where, guid, name } = place
    const body = { event_id: event.id, name, external_id: guid ?? name, ...kind.bodyOf(place) }
    const id = await take(report, { object: kind.object, where, guid, name }, () =>
      transaction(db, tx =>
        takeRecord(run, {
          object: kind.object,
          known: findKnown(kind.known, place),
          body,
          draft: kind.read(body),
          create: async () => (await kind.create(tx, { ...body, sort })).id,
          change: (id, changed) => kind.change(tx, id, changed),
        }),
      ),
    )
    if (id === null) continue
    places.ids.set(name, id)
    if (!places.names.has(id)) places.names.set(id, name)
  }
  return places
}

/** Those that sessions are in: first the ones that the file lists, in its order, then the ones that only rows name. */
function placesInUse(listed: ListedPlace[], rows: Row[], field: 'room' | 'track'): ListedPlace[] {
  const used = new Map<string, ListedPlace>()
  for (const row of rows) {
    const name = row[field]
    if (name && !used.has(name)) used.set(name, { where: row.where, name, guid: null })
  }
  const known = listed.filter(place => used.has(place.name))
  for (const place of known) used.delete(place.name)
  return [...known, ...used.values()]
}

/** By its guid or name from an earlier import; else one of that name that was made by hand. */
function findKnown(known: Stored[], { guid, name }: ListedPlace): Stored | undefined {
  return (
    known.find(row => guid !== null && row.external_id === guid) ??
    known.find(row => row.external_id === name) ??
    known.find(row => row.external_id === null && row.name === name)
  )
}

function capacityOf({ capacity }: ListedPlace) {
  return Number.isInteger(capacity) && (capacity as number) >= 0 ? { capacity } : {}
}

function colorOf({ color }: ListedPlace) {
  return color && /^#[0-9A-Fa-f]{6}$/.test(color) ? { color } : {}
}
