import { type Db, transaction } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { type Body, changesIn, type Draft, readUpdate, settle } from '../../http/draft.ts'
import { mustMatchVersion } from '../../http/etag.ts'
import { mustNameOwnEvent } from '../../records/events/events.ts'
import { lockEventSeats } from '../../seats/ledger/queries.ts'
import { clearLocation } from '../sessions/clear-queries.ts'
import {
  deleteLocation,
  findLocation,
  insertLocation,
  type LocationRow,
  lockLocation,
  updateLocation,
} from './queries.ts'
import { LocationInput } from './schema.ts'

/** Creates a location. Throws 422 for an event that is not the account's. */
export async function createLocation(
  db: Db,
  actor: Actor,
  draft: Draft<LocationInput>,
): Promise<LocationRow> {
  await mustNameOwnEvent(db, actor.account_id, draft)
  return insertLocation(db, actor, settle(draft))
}

/** Changes the given fields of a location. */
export async function changeLocation(db: Db, actor: Actor, id: number, body: Body): Promise<LocationRow> {
  return transaction(db, async tx => {
    const location = await mustLockLocation(tx, actor, id)
    const { event_id: _fixed, ...given } = settle(readUpdate(LocationInput, body, location))
    const changes = changesIn(given, location)
    return changes ? updateLocation(tx, actor, id, changes) : location
  })
}

/** Deletes a location. Sessions that use it are left without one, and the change log says so. */
export async function removeLocation(db: Db, actor: Actor, id: number): Promise<void> {
  await transaction(db, async tx => {
    const { event_id } = await mustFindLocation(tx, actor.account_id, id)
    await lockEventSeats(tx, event_id)
    await mustLockLocation(tx, actor, id)
    await clearLocation(tx, actor, event_id, id)
    await deleteLocation(tx, actor, id)
  })
}

export async function mustFindLocation(db: Db, account_id: number, id: number): Promise<LocationRow> {
  const location = await findLocation(db, account_id, id)
  if (!location) throw notFound('Location', id)
  return location
}

async function mustLockLocation(db: Db, actor: Actor, id: number): Promise<LocationRow> {
  const location = await lockLocation(db, actor.account_id, id)
  if (!location) throw notFound('Location', id)
  mustMatchVersion(actor.ifMatch, location.version)
  return location
}
