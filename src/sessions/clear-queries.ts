import { logged } from '../changes/log.ts'
import type { Db } from '../db/connection.ts'
import type { Actor } from '../http/actor.ts'

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
        update sessions s set ${db(column)} = null, updated_at = ${actor.now}, version = s.version + 1
        from before b where b.id = s.id returning s.*)
    ${logged(db, actor, 'session', 'update')}`
}

/** Empties a custom field in every session of the account. */
export async function dropCustomValues(db: Db, actor: Actor, attribute: string): Promise<void> {
  await db`
    with before as (
      select * from sessions where account_id = ${actor.account_id} and custom_fields ? ${attribute} order by id for update),
      after as (
        update sessions s set custom_fields = s.custom_fields - ${attribute}::text, updated_at = ${actor.now}, version = s.version + 1
        from before b where b.id = s.id returning s.*)
    ${logged(db, actor, 'session', 'update')}`
}

/** Takes deleted choices out of the custom field of every session that has them. */
export async function dropChoices(db: Db, actor: Actor, attribute: string, ids: number[]): Promise<void> {
  await db`
    with before as (
      select * from sessions where account_id = ${actor.account_id}
        and exists (select from jsonb_array_elements(custom_fields -> ${attribute}::text) c where c::bigint = any(${ids}::bigint[]))
      order by id for update),
      after as (
        update sessions s set updated_at = ${actor.now}, version = s.version + 1, custom_fields = jsonb_set(s.custom_fields, array[${attribute}::text], (
          select coalesce(jsonb_agg(c), '[]') from jsonb_array_elements(s.custom_fields -> ${attribute}::text) c where c::bigint <> all(${ids}::bigint[])))
        from before b where b.id = s.id returning s.*)
    ${logged(db, actor, 'session', 'update')}`
}
