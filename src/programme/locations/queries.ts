import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { Given } from '../../http/draft.ts'
import { filterOf, type Listing, pageOf } from '../../http/listing.ts'
import { rowsOfPage } from '../../http/page-size.ts'
import { logged } from '../../records/changes/log.ts'
import type { Location, LocationInput } from './schema.ts'

export type LocationRow = Location & { account_id: number; version: number }

export async function insertLocation(db: Db, actor: Actor, location: LocationInput): Promise<LocationRow> {
  const row = { ...location, account_id: actor.account_id, created_at: actor.now, updated_at: actor.now }
  const [written] = await db<LocationRow[]>`
    with after as (insert into locations ${db(row)} returning *), logged as (${logged(db, actor, 'location', 'create')})
    select * from after`
  return written!
}

/** Changes a location that is locked; only the given fields. */
export async function updateLocation(
  db: Db,
  actor: Actor,
  id: number,
  given: Given<LocationInput>,
): Promise<LocationRow> {
  const set = { ...given, updated_at: actor.now }
  const [written] = await db<LocationRow[]>`
    with before as (select * from locations where id = ${id}),
      after as (update locations set ${db(set)}, version = version + 1 where id = ${id} returning *),
      logged as (${logged(db, actor, 'location', 'update')})
    select * from after`
  return written!
}

/** Deletes a location that is locked and that no session uses. */
export async function deleteLocation(db: Db, actor: Actor, id: number): Promise<void> {
  await db`
    with before as (delete from locations where id = ${id} returning *)
    ${logged(db, actor, 'location', 'delete')}`
}

export async function findLocation(db: Db, account_id: number, id: number): Promise<LocationRow | undefined> {
  const [location] = await db<
    LocationRow[]
  >`select * from locations where account_id = ${account_id} and id = ${id}`
  return location
}

export function listLocationsByIds(db: Db, ids: number[]): Promise<LocationRow[]> {
  return db<LocationRow[]>`select * from locations where id = any(${ids}::bigint[])`
}

export function listLocationsOfEvent(db: Db, event_id: number): Promise<LocationRow[]> {
  return db<LocationRow[]>`select * from locations where event_id = ${event_id} order by id`
}

/** The location, locked until the transaction ends. */
export async function lockLocation(db: Db, account_id: number, id: number): Promise<LocationRow | undefined> {
  const [location] = await db<LocationRow[]>`
    select * from locations where account_id = ${account_id} and id = ${id} for update`
  return location
}

export async function findLocationByExternalId(
  db: Db,
  account_id: number,
  event_id: number,
  externalId: string,
): Promise<LocationRow | undefined> {
  const [location] = await db<LocationRow[]>`
    select * from locations where account_id = ${account_id} and event_id = ${event_id} and external_id = ${externalId}`
  return location
}

export async function listLocations(db: Db, account_id: number, event_id: number, listing: Listing) {
  const where = db`where l.account_id = ${account_id} and l.event_id = ${event_id} ${filterOf(db, listing, 'l')}`
  const [rows, [count]] = await Promise.all([
    rowsOfPage(db<LocationRow[]>`select * from locations l ${where} ${pageOf(db, listing, 'l')}`),
    db<{ total: number }[]>`select count(*)::int as total from locations l ${where}`,
  ])
  return { rows, total: count!.total }
}
