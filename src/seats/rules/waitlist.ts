import { newOffer } from './offers.ts'
import {
  hasClosed,
  hasStarted,
  inConflict,
  isIncludedLive,
  type LedgerState,
  type Move,
  maySit,
  maySwap,
  type Registrant,
  type Session,
  seatFor,
  seatsLeft,
  seatsOf,
  takesPlace,
} from './state.ts'

/** Who was passed over in the line, and why. */
export type PassedOver = { registrant_id: number; why: 'conflict' | 'registrant_inactive' }

/**
 * Moves the line of a session: gives its free seats to those who wait, first come, first served. Someone whose
 * promotion would conflict is passed over and keeps their place, unless they asked to swap; a swap frees seats elsewhere,
 * whose lines are then to be moved as well.
 *
 * `line`: registrants who wait, in order, the first of them at place `first`; all of them must be in the ledger.
 * `passedOver`: who stands before them and was passed over, and is added to.
 * `carry` is told each move, and must write it into the ledger.
 */
export function moveWaitlist(
  ledger: LedgerState,
  session: Session,
  line: number[],
  first: number,
  passedOver: PassedOver[],
  carry: (move: Move) => void,
): void {
  for (const [index, registrant_id] of line.entries()) {
    if (seatsLeft(session) === 0) return
    const outcome = promotion(ledger, ledger.registrants.get(registrant_id)!, session)
    if ('why' in outcome) passedOver.push({ registrant_id, why: outcome.why })
    else
      for (const move of outcome.moves)
        carry(
          move.session_id === session.id
            ? { ...move, about: { place: first + index, passed_over: [...passedOver] } }
            : move,
        )
  }
}

/** Whether seats of this session go to its line by themselves, now. What every registrant is part of waits for nothing. */
export function canMove(ledger: LedgerState, session: Session): boolean {
  if (isIncludedLive(session)) return true
  if (ledger.event.waitlist_mode === 'manual' || !takesPlace(session)) return false
  return !hasClosed(ledger) && !hasStarted(session, ledger.now)
}

function promotion(
  ledger: LedgerState,
  registrant: Registrant,
  session: Session,
): { moves: Move[] } | { why: PassedOver['why'] } {
  const { event, sessions, now } = ledger
  if (!maySit(registrant.status)) return { why: 'registrant_inactive' }
  const rivals = seatsOf(registrant)
    .map(id => sessions.get(id)!)
    .filter(other => inConflict(session, other))
  const selection = registrant.selections.get(session.id)!
  if (rivals.length > 0 && !maySwap(selection, rivals, now)) return { why: 'conflict' }
  // An included session has no waitlist to ask.
  const isOffer = event.waitlist_mode === 'offer' && !isIncludedLive(session)
  // An offer takes nothing away: the swap happens when it is accepted.
  const released = isOffer
    ? []
    : rivals.map(
        (rival): Move => ({
          registrant_id: registrant.id,
          session_id: rival.id,
          from: registrant.selections.get(rival.id)!.state,
          to: null,
          why: 'swapped',
          about: { for_session_id: session.id },
        }),
      )
  const to = isOffer ? 'offered' : seatFor(registrant.status)
  return {
    moves: [
      ...released,
      {
        registrant_id: registrant.id,
        session_id: session.id,
        from: 'waitlisted',
        to,
        why: isOffer ? 'offered' : 'promoted',
        ...(isOffer && { offer: newOffer(ledger, registrant, session) }),
      },
    ],
  }
}
