import { type Db, transaction } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { type Body, changesIn, type Draft, readUpdate, settle } from '../../http/draft.ts'
import { mustMatchVersion } from '../../http/etag.ts'
import { mustNameOwnEvent } from '../../records/events/events.ts'
import { lockEventSeats } from '../../seats/ledger/queries.ts'
import { clearTrack } from '../sessions/clear-queries.ts'
import { deleteTrack, findTrack, insertTrack, lockTrack, type TrackRow, updateTrack } from './queries.ts'
import { TrackInput } from './schema.ts'

/** Creates a track. Throws 422 for an event that is not the account's. */
export async function createTrack(db: Db, actor: Actor, draft: Draft<TrackInput>): Promise<TrackRow> {
  await mustNameOwnEvent(db, actor.account_id, draft)
  return insertTrack(db, actor, settle(draft))
}

/** Changes the given fields of a track. */
export async function changeTrack(db: Db, actor: Actor, id: number, body: Body): Promise<TrackRow> {
  return transaction(db, async tx => {
    const track = await mustLockTrack(tx, actor, id)
    const { event_id: _fixed, ...given } = settle(readUpdate(TrackInput, body, track))
    const changes = changesIn(given, track)
    return changes ? updateTrack(tx, actor, id, changes) : track
  })
}

/** Deletes a track. Sessions that use it are left without one, and the change log says so. */
export async function removeTrack(db: Db, actor: Actor, id: number): Promise<void> {
  await transaction(db, async tx => {
    const { event_id } = await mustFindTrack(tx, actor.account_id, id)
    await lockEventSeats(tx, event_id)
    await mustLockTrack(tx, actor, id)
    await clearTrack(tx, actor, event_id, id)
    await deleteTrack(tx, actor, id)
  })
}

export async function mustFindTrack(db: Db, account_id: number, id: number): Promise<TrackRow> {
  const track = await findTrack(db, account_id, id)
  if (!track) throw notFound('Track', id)
  return track
}

async function mustLockTrack(db: Db, actor: Actor, id: number): Promise<TrackRow> {
  const track = await lockTrack(db, actor.account_id, id)
  if (!track) throw notFound('Track', id)
  mustMatchVersion(actor.ifMatch, track.version)
  return track
}
