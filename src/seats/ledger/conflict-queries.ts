import type { Db, Fragment } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { SelectionState } from '../rules/state.ts'

/** A seat that conflicts with others of the same registrant. */
export type SeatConflict = {
  selection_id: number
  registrant_id: number
  session_id: number
  state: SelectionState
  conflicts_with: number[]
}

/** Whether the sessions `s` and `o` of a statement conflict: `inConflict` of the rules, in SQL. */
export const sessionsConflict = (db: Db): Fragment => db`
  s.id <> o.id and s.session_status = 'live' and o.session_status = 'live'
    and s.starts_at < o.ends_at and o.starts_at < s.ends_at and s.starts_at < s.ends_at and o.starts_at < o.ends_at
    and (s.prevent_session_conflicts = 1 or o.prevent_session_conflicts = 1)`

/** Seats in these sessions whose registrants have another at the same time, of which at least one prevents conflicts. */
export function listConflictingSeats(
  db: Db,
  event_id: number,
  session_ids: number[],
): Promise<SeatConflict[]> {
  return db<SeatConflict[]>`
    select a.id as selection_id, a.registrant_id, a.session_id, a.state, array_agg(b.session_id::int order by b.session_id) as conflicts_with
    from selections a
    join sessions s on s.id = a.session_id
    join selections b on b.registrant_id = a.registrant_id and b.session_id <> a.session_id and b.state in ('selected', 'held')
    join sessions o on o.id = b.session_id and ${sessionsConflict(db)}
    where a.event_id = ${event_id} and a.session_id = any(${session_ids}::bigint[]) and a.state in ('selected', 'held')
    group by a.id, a.registrant_id, a.session_id, a.state order by a.id`
}

/** Records that seats conflict now: nothing of them changed but what they conflict with. */
export async function logConflicts(
  db: Db,
  actor: Actor,
  event_id: number,
  conflicts: SeatConflict[],
): Promise<void> {
  const rows = conflicts.map(({ selection_id, registrant_id, session_id, state, conflicts_with }) => {
    const before = { registrant_id, session_id, state }
    return { id: selection_id, before, after: { ...before, why: 'times_changed', conflicts_with } }
  })
  await db`
    insert into changes (account_id, event_id, object, object_id, action, actor_id, request_id, before, after, created_at)
    select ${actor.account_id}, ${event_id}, 'selection', id, 'update', ${actor.actor_id}, ${actor.request_id}, before, after,
      ${actor.now}
    from jsonb_to_recordset(${db.json(rows as never)}) as c (id bigint, before jsonb, after jsonb) order by id`
}
