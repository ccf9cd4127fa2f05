import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../../records/changes/log.ts'

/** Leaves the sessions of a track without one. */
export const clearTrack = (db: Db, actor: Actor, event_id: number, id: number) =>
  clearPlace(db, actor, event_id, 'track_id', id)
/** Leaves the sessions of a location without one. */
export const clearLocation = (db: Db, actor: Actor, event_id: number, id: number) =>
  clearPlace(db, actor, event_id, 'location_id', id)

async function clearPlace(
  db: Db,
  actor: Actor,
  event_id: number,
  column: 'track_id' | 'location_id',
  id: number,
): Promise<void> {
  await db`
    with before as (select * from sessions where event_id = ${event_id} and ${db(column)} = ${id} order by id for update),
      after as (
        update sessions s set ${db(column)} = null, updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = s.version + 1
        from before b where b.id = s.id returning s.*)
    ${logged(db, actor, 'session', 'update')}`
}
