import type { Db } from '../../db/connection.ts'
import { type Fault, invalid } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { beyond, faultsOfLowering } from '../../seats/ledger/capacity.ts'
import type { NewConflict } from '../../seats/ledger/conflicts.ts'
import { deleteSelectionsOf, readOutsiders } from '../../seats/ledger/queries.ts'
import { emptyWish, type Reason } from '../../seats/rules/wish.ts'
import { carryOut } from './registration.ts'

/** An included session has no room for a registrant, or is in conflict with what they have. */
export type NotIncluded = Reason & { registrant_id: number }

/** What a change of sessions did to people. */
export type Consequences = {
  /** who did not fit into a session as an included one */
  not_included?: NotIncluded[]
  /** who has seats at the same time since a session was moved */
  new_conflicts?: NewConflict[]
  /** how many have a session that moved, is off, or is on again, and were not told */
  people_not_told?: number
}

type Seated = {
  id: number
  event_id: number
  selected_count: number
  held_count: number
  offered_count: number
  capacity: number | null
}

/** The fault of lowering the capacity of a session below the seats that are taken. */
export function faultsOfSeats(session: Seated, given: number | null | undefined): Fault[] {
  const taken = seatsTaken(session)
  return faultsOfLowering(
    { before: session.capacity, after: given, taken },
    'seats_taken',
    `Seats taken in this session: ${taken}. It cannot have fewer`,
  )
}

/** How many seats of a session are taken beyond a capacity. */
export const overbookedAt = (session: Seated, capacity: number | null) =>
  beyond(seatsTaken(session), capacity)

const seatsTaken = ({ selected_count, held_count, offered_count }: Seated) =>
  selected_count + held_count + offered_count

/**
 * Puts every active registrant into an included session, apart from whom the organiser took out of it, and looks at the
 * event again (`settleSeatsOf`); says who did not fit, and why. An override lifts what is sold out.
 */
export async function includeEveryone(
  db: Db,
  actor: Actor,
  session: { id: number; event_id: number },
  override = false,
): Promise<NotIncluded[]> {
  // Lock, then look: who registers meanwhile either sees the session, or is seen here.
  await lockEventSeats(db, session.event_id)
  const outsiders = await readOutsiders(db, session.event_id, session.id)
  const { id } = session
  const wish = { ...emptyWish, by: 'organiser' as const, override, partial: true, add: [id], why: 'included' }
  const orders = outsiders.map(registrant_id => ({
    actor: { ...actor, ifMatch: undefined },
    wish: { ...wish, registrant_id },
  }))
  const outcomes = await carryOut(db, session.event_id, orders, actor.now, { ...actor, ifMatch: undefined })
  const remaining = new Set(outsiders.length > 0 ? await readOutsiders(db, session.event_id, id) : [])
  return outcomes.flatMap((outcome, index) => {
    const registrant_id = outsiders[index]!
    const reasons = 'failure' in outcome ? [] : outcome.granted ? outcome.skipped : outcome.reasons
    return remaining.has(registrant_id) ? reasons.map(reason => ({ registrant_id, ...reason })) : []
  })
}

/**
 * Looks at an event again after something else than a claim changed what seats depend on: capacity, times, flags, status,
 * settings. Offers end or get their proper end, lines move, and who was left out of included sessions comes in.
 */
export async function settleSeatsOf(db: Db, actor: Actor, event_id: number): Promise<void> {
  await carryOut(db, event_id, [], actor.now, { ...actor, ifMatch: undefined })
}

/** Gives back every seat and place of a session that is about to be deleted. Throws 422 when there are any, unless forced. */
export async function giveBackAll(
  db: Db,
  actor: Actor,
  session: Seated & { waitlisted_count: number },
  force: boolean,
): Promise<void> {
  const seats = seatsTaken(session)
  if (seats + session.waitlisted_count === 0) return
  if (!force)
    throw invalid([
      {
        field: 'id',
        type: 'has_seats',
        seats_taken: seats,
        waitlisted: session.waitlisted_count,
        message: `Seats taken in this session: ${seats}; on the waitlist: ${session.waitlisted_count}. force=1 deletes it all the same.`,
      },
    ])
  await deleteSelectionsOf(db, actor, 'session', session.id)
}
