import type { ReasonType } from '../schema.ts'
import {
  hasClosed,
  hasStarted,
  isActive,
  isIncludedLive,
  type LedgerState,
  maySit,
  type Registrant,
  type Session,
  seatsLeft,
  takesPlace,
} from './state.ts'
import type { Reason, Wish } from './wish.ts'

/** Attendees who are not registered any more change nothing; one whose time ran out may register again. */
export function returnReason({ status }: Registrant, wish: Wish): Reason | undefined {
  const returns = status === 'expired' && wish.status === 'confirmed'
  if (wish.by === 'organiser' || status === 'new' || maySit(status) || returns) return undefined
  const message = `This registration is ${status}.`
  return { field: 'registration_status', type: 'registrant_inactive', message }
}

/** Once registration has closed, attendees keep what they have. What they want besides is refused by itself. */
export function standstillReasons(
  ledger: LedgerState,
  { status }: Registrant,
  { by, add, waitFor }: Wish,
): Reason[] {
  return by === 'attendee' && hasClosed(ledger) && maySit(status) && add.length + waitFor.length === 0
    ? [{ field: 'event_id', type: 'registration_closed', message: 'Registration has closed.' }]
    : []
}

/** What keeps a session from being taken or waited for, whatever its seats. */
function closedReasons(ledger: LedgerState, { by }: Wish, session: Session, field?: string): Reason[] {
  const reasons: Reason[] = []
  if (!takesPlace(session))
    reasons.push(reasonOf(session, 'not_live', `"${session.name}" is not open for selection.`, field))
  if (by === 'organiser') return reasons
  if (hasClosed(ledger))
    reasons.push(reasonOf(session, 'registration_closed', 'Registration has closed.', field))
  if (hasStarted(session, ledger.now)) reasons.push(startedReason(session, field))
  return reasons
}

/** Everything that speaks against a place in the line of a session, in which the registrant has a seat, or not. */
export function waitlistReasons(
  ledger: LedgerState,
  wish: Wish,
  session_id: number,
  hasSeat: boolean,
): Reason[] {
  const session = ledger.sessions.get(session_id)
  if (!session) return [unknownReason(ledger, session_id, 'waitlist_ids')]
  if (hasSeat) return [seatedReason(session, wish.add.includes(session_id))]
  return closedReasons(ledger, wish, session, 'waitlist_ids')
}

/** Everything that speaks against a seat in a session whose registrant has, or will have, `rivals` at the same time. */
export function claimReasons(
  ledger: LedgerState,
  wish: Wish,
  { session, hasOffer, rivals }: { session: Session; hasOffer: boolean; rivals: Session[] },
): Reason[] {
  const reasons = closedReasons(ledger, wish, session)
  if (!hasOffer && !wish.override && isFull(ledger, wish, session))
    reasons.push(soldOutReason(session, reasons.length === 0))
  const conflict = conflictReason(session, rivals)
  return conflict ? [...reasons, conflict] : reasons
}

/** In manual mode the organiser picks from the line: an attendee does not pass it by. */
function isFull({ event }: LedgerState, { by }: Wish, session: Session): boolean {
  const mayNotPass = by === 'attendee' && event.waitlist_mode === 'manual' && session.waitlisted > 0
  return mayNotPass || seatsLeft(session) === 0
}

/**
 * Every seat is taken, or kept for the line; in the words of the session, with the way to its line when nothing else closes
 * that.
 */
function soldOutReason(session: Session, waitlist: boolean): Reason {
  const isKept = seatsLeft(session) > 0
  const message = isKept
    ? `Those who wait for "${session.name}" come first.`
    : (session.sold_out_message ?? `"${session.name}" is sold out.`)
  return { ...reasonOf(session, 'sold_out', message), waitlist }
}

/** A registration is refused when a session that it includes is full. */
export function includedSoldOutReason(session: Session): Reason {
  const message = `"${session.name}" is part of every registration, and every seat in it is taken.`
  return { ...reasonOf(session, 'sold_out', message), waitlist: false }
}

/** Sessions at the same time, if there are any. */
export function conflictReason(session: Session, rivals: Session[]): Reason | undefined {
  if (rivals.length === 0) return undefined
  const names = rivals.map(rival => `"${rival.name}"`).join(', ')
  return {
    ...reasonOf(session, 'conflict', `"${session.name}" is at the same time as ${names}.`),
    conflicts_with: rivals.map(rival => rival.id),
  }
}

/** The attendee keeps what is included, what was locked when it was saved, and what has started. */
export function dropReasons(
  { now }: LedgerState,
  { by }: Wish,
  registrant: Registrant,
  session: Session,
): Reason[] {
  if (by === 'organiser') return []
  const reasons: Reason[] = []
  if (isIncludedLive(session))
    reasons.push(reasonOf(session, 'included', `"${session.name}" is part of every registration.`))
  else if (isActive(registrant.status) && session.locked_when_saved === 1)
    reasons.push(reasonOf(session, 'locked', `"${session.name}" can no longer be changed.`))
  if (hasStarted(session, now)) reasons.push(startedReason(session))
  return reasons
}

/** Who was cancelled or has expired does not come back by being checked in. */
export function notRegisteredReason({ status }: Registrant): Reason {
  return {
    field: 'id',
    type: 'registrant_inactive',
    message: `A registrant who is ${status} cannot be checked in. Confirm the registration first.`,
  }
}

/** A session that is not in this event. */
export function unknownReason({ elsewhere }: LedgerState, session_id: number, field = 'session_ids'): Reason {
  return elsewhere.has(session_id)
    ? { field, session_id, type: 'wrong_event', message: `Session ${session_id} belongs to another event.` }
    : { field, session_id, type: 'not_found', message: `Session ${session_id} does not exist.` }
}

/** Who has a seat does not line up for one. */
function seatedReason(session: Session, isWanted: boolean): Reason {
  const message = isWanted
    ? 'A session cannot be in both lists: name it as one to take, or as one to wait for.'
    : 'This session is selected already.'
  return reasonOf(session, 'already_selected', message, 'waitlist_ids')
}

/** Who is not registered any more has no sessions. */
export function inactiveReason(session_id: number, status: Registrant['status'], field: string): Reason {
  return {
    field,
    session_id,
    type: 'registrant_inactive',
    message: `A registrant who is ${status} cannot have sessions.`,
  }
}

const startedReason = (session: Session, field?: string) =>
  reasonOf(session, 'session_started', `"${session.name}" has started.`, field)

function reasonOf(session: Session, type: ReasonType, message: string, field = 'session_ids'): Reason {
  return { field, session_id: session.id, type, message }
}
