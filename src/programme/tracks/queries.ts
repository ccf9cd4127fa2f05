import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { Given } from '../../http/draft.ts'
import { columnsOf, filterOf, type Listing, pageOf } from '../../http/listing.ts'
import { rowsOfPage } from '../../http/page-size.ts'
import { logged } from '../../records/changes/log.ts'
import { Track, type TrackInput, trackLists } from './schema.ts'

export type TrackRow = Track & { account_id: number; version: number }

export async function insertTrack(db: Db, actor: Actor, track: TrackInput): Promise<TrackRow> {
  const row = { ...track, account_id: actor.account_id, created_at: actor.now, updated_at: actor.now }
  const [written] = await db<TrackRow[]>`
    with after as (insert into tracks ${db(row)} returning *), logged as (${logged(db, actor, 'track', 'create')})
    select * from after`
  return written!
}

/** Changes a track that is locked; only the given fields. */
export async function updateTrack(
  db: Db,
  actor: Actor,
  id: number,
  given: Given<TrackInput>,
): Promise<TrackRow> {
  const set = { ...given, updated_at: actor.now }
  const [written] = await db<TrackRow[]>`
    with before as (select * from tracks where id = ${id}),
      after as (update tracks set ${db(set)}, version = version + 1 where id = ${id} returning *),
      logged as (${logged(db, actor, 'track', 'update')})
    select * from after`
  return written!
}

/** Deletes a track that is locked and that no session uses. */
export async function deleteTrack(db: Db, actor: Actor, id: number): Promise<void> {
  await db`
    with before as (delete from tracks where id = ${id} returning *)
    ${logged(db, actor, 'track', 'delete')}`
}

export async function findTrack(db: Db, account_id: number, id: number): Promise<TrackRow | undefined> {
  const [track] = await db<TrackRow[]>`select * from tracks where account_id = ${account_id} and id = ${id}`
  return track
}

export function listTracksByIds(db: Db, ids: number[]): Promise<TrackRow[]> {
  return db<TrackRow[]>`select * from tracks where id = any(${ids}::bigint[])`
}

export function listTracksOfEvent(db: Db, event_id: number): Promise<TrackRow[]> {
  return db<TrackRow[]>`select * from tracks where event_id = ${event_id} order by id`
}

/** The track, locked until the transaction ends. */
export async function lockTrack(db: Db, account_id: number, id: number): Promise<TrackRow | undefined> {
  const [track] = await db<TrackRow[]>`
    select * from tracks where account_id = ${account_id} and id = ${id} for update`
  return track
}

export async function findTrackByExternalId(
  db: Db,
  account_id: number,
  event_id: number,
  externalId: string,
): Promise<TrackRow | undefined> {
  const [track] = await db<TrackRow[]>`
    select * from tracks where account_id = ${account_id} and event_id = ${event_id} and external_id = ${externalId}`
  return track
}

export async function listTracks(db: Db, account_id: number, event_id: number, listing: Listing) {
  const where = db`where t.account_id = ${account_id} and t.event_id = ${event_id} ${filterOf(db, listing, 't')}`
  const [rows, [count]] = await Promise.all([
    rowsOfPage(db<TrackRow[]>`
      select ${columnsOf(db, 't', Object.keys(Track.properties), trackLists, listing)} from tracks t ${where} ${pageOf(db, listing, 't')}`),
    db<{ total: number }[]>`select count(*)::int as total from tracks t ${where}`,
  ])
  return { rows, total: count!.total }
}
