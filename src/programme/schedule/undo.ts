import { isDeepStrictEqual } from 'node:util'
import { type Db, transaction } from '../../db/connection.ts'
import { ApiError, invalid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import type { Body } from '../../http/values/draft.ts'
import { mustOwnEvent } from '../../records/events/events.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { type PlannedChange, type Planning, planChange } from '../sessions/change.ts'
import type { SessionRow } from '../sessions/queries.ts'
import { planningFor } from './planning.ts'
import { listGivenUp, lockScheduleChange, lockSessionsNamed, markUndone } from './queries.ts'
import { apply, offerSeats, type ScheduleManner } from './schedule.ts'
import type { Rearranged, Recorded } from './schema.ts'

type Refused = NonNullable<Rearranged['refused']>[number]

/**
 * Takes a change of the schedule back: restores what it changed of each session, unless that was changed again. Seats that
 * registrants gave up because of it are offered to them while they are free. Throws 404; 422 when it was taken back before.
 */
export async function undo(
  db: Db,
  actor: Actor,
  event_id: number,
  change_id: number,
  manner: ScheduleManner,
): Promise<Rearranged> {
  return transaction(db, async tx => {
    await mustOwnEvent(tx, actor.account_id, event_id)
    const planning = await planningFor(tx, actor, event_id, { ...manner, override: true })
    await lockEventSeats(tx, event_id)
    const change = await lockScheduleChange(tx, event_id, change_id)
    if (!change) throw notFound('Change', change_id)
    if (change.undone_at) throw invalid([undoneBefore(change.undone_at)])
    const rows = await lockSessionsNamed(
      tx,
      event_id,
      change.sessions.map(({ id }) => id),
    )
    const byId = new Map(rows.map(row => [row.id, row]))
    const planned: PlannedChange[] = []
    const refused: Refused[] = []
    for (const recorded of change.sessions) {
      const outcome = await restoring(recorded, byId.get(recorded.id), planning)
      if ('type' in outcome) refused.push(outcome)
      else planned.push(outcome)
    }
    const restored = await apply(tx, actor, event_id, planned, { ...manner, override: true }, change_id)
    if (restored.change) await markUndone(tx, actor, change_id)
    const offered = restored.change ? await offerBack(tx, actor, event_id, change_id) : 0
    return { ...restored, refused, ...(offered > 0 && { offered: (restored.offered ?? 0) + offered }) }
  })
}

/** A session as it was before a change, or why it stays as it is. */
async function restoring(
  { id, name, before, after }: Recorded,
  current: SessionRow | undefined,
  planning: Planning,
): Promise<PlannedChange | Refused> {
  if (!current) return { id, name, type: 'deleted', message: `"${name}" was deleted since.` }
  const isAsItWas = Object.entries(after).every(([field, value]) =>
    isDeepStrictEqual((current as unknown as Body)[field], value),
  )
  if (!isAsItWas)
    return { id, name: current.name, type: 'changed_since', message: `"${current.name}" was changed since.` }
  try {
    return await planChange(current, before as Body, planning)
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 422) throw error
    const message = `"${current.name}" cannot be as it was. ${error.message}`
    return { id, name: current.name, type: 'impossible', message }
  }
}

/** Offers the seats that registrants gave up because of a change, in the order in which they did. */
async function offerBack(db: Db, actor: Actor, event_id: number, change_id: number): Promise<number> {
  const given = await listGivenUp(db, change_id)
  return offerSeats(
    db,
    actor,
    event_id,
    given.map(({ registrant_id, session_id }) => ({ registrant_id, offerFirst: [session_id] })),
  )
}

const undoneBefore = (undone_at: string) => ({
  field: 'change',
  type: 'undone',
  message: `This change was taken back before, at ${undone_at}.`,
})
