import {
  isIncludedLive,
  isSitting,
  type LedgerState,
  type Move,
  maySit,
  type Registrant,
  rivalsOf,
  type Session,
  seatFor,
  seatsLeft,
} from './state.ts'
import type { Reason, Wish } from './wish.ts'

/** Whether an active registrant is in no seat of a session that every one of them is part of, and was not taken out of it. */
export function isLeftOut(session: Session, registrant: Registrant): boolean {
  const { status, removed, selections } = registrant
  const isIn = isSitting(selections.get(session.id)?.state)
  return isIncludedLive(session) && maySit(status) && !isIn && !removed.has(session.id)
}

/** Whether there may be registrants who are left out of a session: fewer have a seat than there are. */
export function mayLackRegistrants({ event }: LedgerState, session: Session): boolean {
  return isIncludedLive(session) && session.selected + session.held < event.registrants
}

/** Those in the ledger who are left out of a session and do not wait for it, in order of registration. */
export function leftOutOf({ registrants }: LedgerState, session: Session): Registrant[] {
  return [...registrants.values()]
    .filter(each => isLeftOut(session, each) && !each.selections.has(session.id))
    .sort((a, b) => a.id - b.id)
}

/** What takes a registrant who is left out into a session; undefined while it is full, or in conflict with their seats. */
export function comingIn(ledger: LedgerState, registrant: Registrant, session: Session): Move | undefined {
  if (!isLeftOut(session, registrant) || seatsLeft(session) === 0) return undefined
  if (rivalsOf(ledger, registrant, session).length > 0) return undefined
  const from = registrant.selections.get(session.id)?.state ?? null
  return {
    registrant_id: registrant.id,
    session_id: session.id,
    from,
    to: seatFor(registrant.status),
    why: 'included',
  }
}

/** Whether giving up a session takes its registrant out of it, until a wish names it: the organiser's word, of one that is included. */
export const takesOut = ({ sessions }: LedgerState, { by }: Wish, session_id: number): boolean =>
  by === 'organiser' && sessions.get(session_id)?.selection_control === 'included'

/**
 * The included sessions that a registrant stays out of, after a wish that was granted apart from `skipped`: those that the
 * organiser took them out of, until a wish names them.
 */
export function removedAfter(
  ledger: LedgerState,
  { removed }: Registrant,
  wish: Wish,
  skipped: Reason[],
): Set<number> {
  const { add, drop, waitFor } = wish
  const refused = new Set(skipped.map(({ session_id }) => session_id))
  const named = [...add, ...waitFor.map(line => line.session_id)].filter(id => !refused.has(id))
  const dropped = drop.filter(id => takesOut(ledger, wish, id) && !refused.has(id))
  return new Set([...removed, ...dropped].filter(id => !named.includes(id)))
}
