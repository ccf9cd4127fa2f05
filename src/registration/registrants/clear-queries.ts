import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../../records/changes/log.ts'

/** How many registrants have a type, whatever their status. */
export async function countOfRegType(db: Db, event_id: number, id: number): Promise<number> {
  const [row] = await db<{ count: number }[]>`
    select count(*)::int as count from registrants
    where event_id = ${event_id} and reg_type_id = ${id}`
  return row!.count
}

/** Leaves the registrants of a type without one. The event's lock is held. */
export const clearRegType = (db: Db, actor: Actor, event_id: number, id: number) =>
  clearPlacement(db, actor, event_id, 'reg_type_id', id)
/** Leaves the members of a group without one. The event's lock is held. */
export const clearGroup = (db: Db, actor: Actor, event_id: number, id: number) =>
  clearPlacement(db, actor, event_id, 'group_id', id)

async function clearPlacement(
  db: Db,
  actor: Actor,
  event_id: number,
  column: 'reg_type_id' | 'group_id',
  id: number,
): Promise<void> {
  await db`
    with before as (select * from registrants where event_id = ${event_id} and ${db(column)} = ${id} order by id for update),
      after as (
        update registrants r set ${db(column)} = null, updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = r.version + 1
        from before b where b.id = r.id returning r.*)
    ${logged(db, actor, 'registrant', 'update')}`
}
