import type { Db, Fragment } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { ObjectKind } from './schema.ts'

/** Whether objects of a kind belong to the account, and to no event. */
const isOfAccount = (object: ObjectKind) => object.endsWith('_field') || object === 'contact'

/**
 * The part of a write statement that records it, as the body of a common table expression:
 *
 *     with before as (select …), after as (update … returning *), logged as (${logged(db, actor, 'track', 'update')})
 *
 * Rows are paired by id. A creation has only `after`, a deletion only `before`.
 */
export function logged(
  db: Db,
  actor: Actor,
  object: ObjectKind,
  action: 'create' | 'update' | 'delete',
): Fragment {
  const row = action === 'delete' ? db`before` : db`after`
  return db`
    insert into changes
      (account_id, event_id, object, object_id, action, actor_id, request_id, before, after, created_at)
    select ${actor.account_id}, ${isOfAccount(object) ? db`null` : object === 'event' ? db`r.id` : db`r.event_id`},
      ${object}, r.id, ${action}, ${actor.actor_id}, ${actor.request_id},
      ${action === 'create' ? db`null` : db`to_jsonb(b)`}, ${action === 'delete' ? db`null` : db`to_jsonb(r)`},
      ${actor.now}
    from ${row} r ${action === 'create' ? db`` : db`join before b on b.id = r.id`}
    order by r.id`
}
