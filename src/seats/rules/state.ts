import type { RegistrationStatus } from '../schema.ts'

/** The words of docs/seats.md §1, as values that the rules work on. Nothing here knows the database. */

/** States that take a seat. */
export type SeatState = 'selected' | 'held' | 'offered'
export type SelectionState = SeatState | 'waitlisted'
export type OnConflict = 'pass' | 'swap'

/** Statuses whose seats are their own. */
const active: readonly RegistrationStatus[] = ['confirmed', 'pending', 'attended', 'no_show']

/** Whether registrants of this status are in their sessions. */
export function isActive(status: Registrant['status']): boolean {
  return (active as readonly string[]).includes(status)
}

/** Whether registrants of this status may have seats: their own, or held until they finish. */
export function maySit(status: Registrant['status']): boolean {
  return isActive(status) || status === 'in_progress'
}

/** The state in which a registrant of this status takes a seat. */
export function seatFor(status: Registrant['status']): SeatState {
  return status === 'in_progress' ? 'held' : 'selected'
}

export type Session = {
  id: number
  name: string
  /** null is unlimited */
  capacity: number | null
  selected: number
  held: number
  offered: number
  waitlisted: number
  session_status: string
  selection_control: string
  selected_by_default: number
  locked_when_saved: number
  prevent_session_conflicts: number
  sold_out_message: string | null
  /** milliseconds since 1970; null without times */
  starts: number | null
  ends: number | null
}

/** Until when an offer stands by itself, and until when it can be accepted, in milliseconds since 1970. */
export type Offer = { until: number; expires: number }

export type Selection = {
  id: number
  state: SelectionState
  on_conflict: OnConflict
  /** null unless the state is offered */
  offer: Offer | null
}

export type Registrant = {
  id: number
  /** `new`: about to be registered */
  status: RegistrationStatus | 'new'
  version: number
  /** nothing about who they are is stored, or will be */
  forgotten: boolean
  /** sessions in which they had a seat when their hold ran out */
  expired_session_ids: number[]
  reg_type_id: number | null
  group_id: number | null
  /** included sessions that an organiser took them out of */
  removed: Set<number>
  /** by session */
  selections: Map<number, Selection>
}

export type Event = {
  id: number
  capacity: number | null
  registrants: number
  waitlist_mode: 'automatic' | 'offer' | 'manual'
  waitlist_offer_minutes: number
  /** milliseconds since 1970; null: registration does not close */
  closes: number | null
}

export type RegType = {
  id: number
  name: string
  capacity: number | null
  registrants: number
  max_group_size: number | null
  sold_out_message: string | null
}

/** What is known of an event while its lock is held. Sessions of other events are in `elsewhere`. */
export type LedgerState = {
  now: number
  event: Event
  sessions: Map<number, Session>
  elsewhere: Set<number>
  registrants: Map<number, Registrant>
  regTypes: Map<number, RegType>
  groups: Map<number, Group>
}

/** Members of a group who are registered, by id, and how many the type of each allows; null is no limit. */
export type Group = Map<number, number | null>

/** One registrant's selection of one session becoming something else; null is nothing. */
export type Move = {
  registrant_id: number
  session_id: number
  from: SelectionState | null
  to: SelectionState | null
  /** a stable word for the change log: why this happened */
  why: string
  on_conflict?: OnConflict
  override?: boolean
  /** of a move to `offered` */
  offer?: Offer
  /** of a move back into the line: to the former place in it */
  keepsPlace?: boolean
  /** further facts for the change log: place in the line, who was passed over */
  about?: Record<string, unknown>
}

export const taken = (session: Session) => session.selected + session.held + session.offered

/** Free seats; Infinity when unlimited, never negative. */
export const seatsLeft = (session: Session) =>
  session.capacity === null ? Infinity : Math.max(0, session.capacity - taken(session))

/** Whether registration has closed. */
export const hasClosed = ({ event, now }: Pick<LedgerState, 'event' | 'now'>) =>
  event.closes !== null && event.closes <= now

export const hasStarted = ({ starts }: Pick<Session, 'starts'>, now: number) =>
  starts !== null && starts <= now

/** What a conflict between two sessions depends on. */
type Timed = Pick<Session, 'id' | 'session_status' | 'prevent_session_conflicts' | 'starts' | 'ends'>

/** Half-open intervals of instants; back-to-back is fine, and a session without times or of no length overlaps nothing. */
function overlaps(a: Timed, b: Timed): boolean {
  if (a.starts === null || a.ends === null || b.starts === null || b.ends === null) return false
  return a.starts < b.ends && b.starts < a.ends && a.starts < a.ends && b.starts < b.ends
}

/** Whether a session takes place: only while it is live. A seat in one that does not conflicts with nothing. */
export const takesPlace = ({ session_status }: Pick<Session, 'session_status'>) => session_status === 'live'

/** Whether one person may not be in both: both take place, they overlap, and at least one of the two prevents conflicts. */
export function inConflict(a: Timed, b: Timed): boolean {
  return (
    a.id !== b.id &&
    takesPlace(a) &&
    takesPlace(b) &&
    (a.prevent_session_conflicts === 1 || b.prevent_session_conflicts === 1) &&
    overlaps(a, b)
  )
}

/** Writes a move into the ledger. */
export function apply(ledger: LedgerState, move: Move): void {
  const session = ledger.sessions.get(move.session_id)!
  const { selections } = ledger.registrants.get(move.registrant_id)!
  if (move.from) session[move.from]--
  if (move.to) session[move.to]++
  const known = selections.get(move.session_id)
  if (move.to)
    selections.set(move.session_id, {
      id: known?.id ?? 0,
      state: move.to,
      on_conflict: move.on_conflict ?? known?.on_conflict ?? 'pass',
      offer: move.to === 'offered' ? (move.offer ?? known?.offer ?? null) : null,
    })
  else selections.delete(move.session_id)
}

/** Whether a state is that of a seat which its registrant has, for good or until they finish. */
export const isSitting = (state: SelectionState | null | undefined) =>
  state === 'selected' || state === 'held'

/** The sessions in which a registrant has a seat, and which are in conflict with this one. */
export function rivalsOf({ sessions }: LedgerState, { selections }: Registrant, session: Session): Session[] {
  return [...selections]
    .filter(([, { state }]) => isSitting(state))
    .map(([id]) => sessions.get(id)!)
    .filter(other => inConflict(session, other))
}

/** The sessions in which a registrant has a seat, or the offer of one. */
export function seatsOf(registrant: Registrant): number[] {
  return [...registrant.selections]
    .filter(([, selection]) => selection.state !== 'waitlisted')
    .map(([session_id]) => session_id)
}

/** Whether a registrant who lined up to swap may give up all of these sessions; `now` is in milliseconds since 1970. */
export function maySwap(
  { on_conflict }: Pick<Selection, 'on_conflict'>,
  rivals: Session[],
  now: number,
): boolean {
  return on_conflict === 'swap' && rivals.every(rival => mayBeSwapped(rival, now))
}

/** Whether a swap may give up a seat in this session: never one that is included or locked, or has started. */
function mayBeSwapped(session: Session, now: number): boolean {
  return !isIncludedLive(session) && session.locked_when_saved === 0 && !hasStarted(session, now)
}

/** Whether every active registrant is in this session. */
export function isIncludedLive(session: Pick<Session, 'selection_control' | 'session_status'>): boolean {
  return session.selection_control === 'included' && takesPlace(session)
}
