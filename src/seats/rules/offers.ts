import {
  hasClosed,
  hasStarted,
  type LedgerState,
  type Move,
  maySit,
  maySwap,
  type Offer,
  type OnConflict,
  type Registrant,
  rivalsOf,
  type Session,
  seatsLeft,
  takesPlace,
} from './state.ts'

/** What a new offer is: it stands for the event's minutes, but no longer than it can be accepted. */
export function newOffer(ledger: LedgerState, registrant: Registrant, session: Session): Offer {
  const until = ledger.now + ledger.event.waitlist_offer_minutes * 60_000
  return { until, expires: endOf(until, ledger, registrant, session) }
}

/**
 * What becomes of an offer that is looked at again: undefined when it stands as it is, a new end when what limits it has
 * moved, or the former place in the line when it cannot be accepted any more.
 */
export function offerAgain(ledger: LedgerState, registrant: Registrant, session: Session): Move | undefined {
  const { offer } = registrant.selections.get(session.id)!
  const move = { registrant_id: registrant.id, session_id: session.id, from: 'offered' as const }
  if (!canBeAccepted(ledger, registrant, session))
    return { ...move, to: 'waitlisted', why: 'offer_ended', keepsPlace: true }
  const expires = endOf(offer!.until, ledger, registrant, session)
  if (expires === offer!.expires) return undefined
  return { ...move, to: 'offered', why: 'offer_end_moved', offer: { ...offer!, expires } }
}

/**
 * Keeps a seat for a registrant who did not ask for one, in the first of these sessions that has a free seat, is open, and
 * is in conflict with nothing that they could not give up for it. Who waits for a session comes first: where the organiser
 * picks from the waitlist, a seat is not free while a registrant waits.
 */
export function offerUnasked(ledger: LedgerState, registrant: Registrant, session_ids: number[]): Move[] {
  const session = session_ids
    .flatMap(id => ledger.sessions.get(id) ?? [])
    .find(each => mayBeOffered(ledger, registrant, each))
  if (!session) return []
  const offer = newOffer(ledger, registrant, session)
  const move = { registrant_id: registrant.id, session_id: session.id, from: null, to: 'offered' as const }
  return [{ ...move, why: 'offered_instead', on_conflict: 'swap', offer }]
}

function mayBeOffered(ledger: LedgerState, registrant: Registrant, session: Session): boolean {
  const isKept = ledger.event.waitlist_mode === 'manual' && session.waitlisted > 0
  if (registrant.forgotten || registrant.selections.has(session.id)) return false
  if (isKept || seatsLeft(session) === 0) return false
  return isOpenFor(ledger, registrant, session, 'swap')
}

/** Whether an offer can be accepted now: the session is open, and nothing that the person has is in its way. */
export function canBeAccepted(ledger: LedgerState, registrant: Registrant, session: Session): boolean {
  return isOpenFor(ledger, registrant, session, registrant.selections.get(session.id)!.on_conflict)
}

function isOpenFor(
  ledger: LedgerState,
  registrant: Registrant,
  session: Session,
  on_conflict: OnConflict,
): boolean {
  const rivals = rivalsOf(ledger, registrant, session)
  const isFree = rivals.length === 0 || maySwap({ on_conflict }, rivals, ledger.now)
  const isOpen = takesPlace(session) && !hasClosed(ledger) && !hasStarted(session, ledger.now)
  return isOpen && maySit(registrant.status) && isFree
}

/** An offer ends with the start of its session, of what it would be swapped for, and of the closing of registration. */
function endOf(until: number, ledger: LedgerState, registrant: Registrant, session: Session): number {
  const starts = [session, ...rivalsOf(ledger, registrant, session)].map(each => each.starts ?? until)
  return Math.min(until, ledger.event.closes ?? until, ...starts)
}
