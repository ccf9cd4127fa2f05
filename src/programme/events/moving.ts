import type { Db } from '../../db/connection.ts'
import { type Fault, invalid } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { type NewConflict, notingConflicts } from '../../seats/ledger/conflicts.ts'
import { listSessionsOfEvent, lockSessionsOfEvent, type SessionRow } from '../sessions/queries.ts'
import { rezone } from '../sessions/times.ts'
import { moveSessions } from '../sessions/write-queries.ts'
import type { EventRow } from './queries.ts'

/** Sessions that moved, and who has seats at the same time since. */
type Moved = { moved: SessionRow[]; new_conflicts: NewConflict[] }
/** Nothing moves while the zone stays. */
export const unmoved: Moved = { moved: [], new_conflicts: [] }

/** Moves the sessions that use the event's zone to the new one. Throws 422 naming those whose times do not exist in it. */
export async function moveToZone(db: Db, actor: Actor, event: EventRow): Promise<Moved> {
  await lockSessionsOfEvent(db, event.id)
  const sessions = (await listSessionsOfEvent(db, event.id)).filter(
    session => session.use_event_timezone === 1,
  )
  const moved = resolveAll(sessions, 'timezone', session => rezone(session, event.timezone))
  const ids = moved.map(session => session.id)
  const move = () => moveSessions(db, actor, moved)
  return { moved, new_conflicts: await notingConflicts(db, actor, event.id, ids, move) }
}

/** Resolves the times of all sessions anew. Throws 422 on `field`, naming each session whose times do not exist. */
export function resolveAll(
  sessions: SessionRow[],
  field: string,
  resolve: (session: SessionRow) => { row: SessionRow; faults: Fault[] },
): SessionRow[] {
  const outcomes = sessions.map(resolve)
  const faults = outcomes.flatMap(({ row, faults }) =>
    faults.map(fault => ({
      field,
      type: fault.type,
      session_id: row.id,
      message: `Session ${row.id} ("${row.name}"): ${fault.message}`,
    })),
  )
  if (faults.length > 0) throw invalid(faults)
  return outcomes.map(outcome => outcome.row)
}
