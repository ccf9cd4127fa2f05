import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { listConflictingSeats, logConflicts, type SeatConflict } from './conflict-queries.ts'

/** A registrant whose seats overlap since a session was moved. */
export type NewConflict = Omit<SeatConflict, 'selection_id' | 'state'>

/**
 * Carries out work that may move sessions of an event, whose lock is held. Registrants whose seats overlap since then keep
 * them (docs/seats.md §6, 3): the change log says so, and so does the answer.
 */
export async function notingConflicts(
  db: Db,
  actor: Actor,
  event_id: number,
  session_ids: number[],
  work: () => Promise<unknown>,
): Promise<NewConflict[]> {
  const look = async () => (session_ids.length > 0 ? listConflictingSeats(db, event_id, session_ids) : [])
  const before = new Map((await look()).map(conflict => [conflict.selection_id, conflict]))
  await work()
  const fresh = (await look()).flatMap(conflict => {
    const known = before.get(conflict.selection_id)?.conflicts_with ?? []
    const conflicts_with = conflict.conflicts_with.filter(id => !known.includes(id))
    return conflicts_with.length > 0 ? [{ ...conflict, conflicts_with }] : []
  })
  if (fresh.length > 0) await logConflicts(db, actor, event_id, fresh)
  return fresh.map(({ registrant_id, session_id, conflicts_with }) => ({
    registrant_id,
    session_id,
    conflicts_with,
  }))
}
