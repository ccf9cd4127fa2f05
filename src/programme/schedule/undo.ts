import { isDeepStrictEqual } from 'node:util'
import { type Db, transaction } from '../../db/connection.ts'
import { ApiError, invalid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import type { Body } from '../../http/values/draft.ts'
import { mustOwnEvent } from '../../records/events/events.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { type PlannedChange, type Planning, planChange } from '../sessions/change.ts'
import { findSessionByExternalId, type SessionRow } from '../sessions/queries.ts'
import { planningFor } from './planning.ts'
import { listGivenUp, listOffersOf, lockScheduleChange, lockSessionsNamed, markUndone } from './queries.ts'
import { apply, type Offer, offerSeats, type ScheduleManner } from './schedule.ts'
import type { Rearranged, Recorded } from './schema.ts'

type Refused = NonNullable<Rearranged['refused']>[number]

/**
 * Takes a change of the schedule back: restores what it changed of each session, unless that was changed again. Seats that
 * registrants gave up because of it are offered to them while they are free, and the offers that it made end. Throws 404; 422 when it was taken back before.
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
    await lockEventSeats(tx, event_id)
    const planning = await planningFor(tx, actor, event_id, manner)
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
      const outcome = await restoring(tx, recorded, byId.get(recorded.id), planning)
      if ('type' in outcome) refused.push(outcome)
      else planned.push(outcome)
    }
    const settleOffers = (restored: number[]) =>
      offerBack(tx, actor, event_id, change_id, { restored, isWhole: refused.length === 0 })
    const restored = await apply(tx, actor, event_id, planned, manner, { change_id, settleOffers })
    if (restored.change) await markUndone(tx, actor, change_id)
    return { ...restored, refused }
  })
}

/** A session as it was before a change, or why it stays as it is. */
async function restoring(
  db: Db,
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
  const impossible = (why: string): Refused => {
    const message = `"${current.name}" cannot be as it was. ${why}`
    return { id, name: current.name, type: 'impossible', message }
  }
  const { account_id, event_id } = current
  const { external_id } = before as Body
  const other =
    typeof external_id === 'string' && (await findSessionByExternalId(db, account_id, event_id, external_id))
  if (other && other.id !== id) return impossible(`Session ${other.id} has its external id.`)
  try {
    return await planChange(current, bodyOf(before as Body, after as Body), planning)
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 422) throw error
    return impossible(error.message)
  }
}

/** What restores a session. A custom field that had no value is emptied: what is not named would stay. */
function bodyOf(before: Body, after: Body): Body {
  if (!after.custom_fields) return before
  const emptied = Object.fromEntries(Object.keys(after.custom_fields).map(name => [name, null]))
  return { ...before, custom_fields: { ...emptied, ...(before.custom_fields as Body) } }
}

/**
 * Ends the offers that a change made, and offers the seats that registrants gave up because of it, in the order in which they
 * did. Where not all of it is taken back, only what is about restored sessions: the reason for the rest stands.
 */
async function offerBack(
  db: Db,
  actor: Actor,
  event_id: number,
  change_id: number,
  { restored, isWhole }: { restored: number[]; isWhole: boolean },
): Promise<Offer[]> {
  const made = await listOffersOf(db, change_id, isWhole ? null : restored)
  const given = (await listGivenUp(db, change_id)).filter(
    ({ session_id }) => isWhole || restored.includes(session_id),
  )
  return offerSeats(db, actor, event_id, [
    ...made.map(({ registrant_id, session_id }) => ({ registrant_id, leave: [session_id] })),
    ...given.map(({ registrant_id, session_id }) => ({ registrant_id, offerFirst: [session_id] })),
  ])
}

const undoneBefore = (undone_at: string) => ({
  field: 'change',
  type: 'undone',
  message: `This change was taken back before, at ${undone_at}.`,
})
