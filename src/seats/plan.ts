import {
  type Books,
  clashes,
  isActive,
  isIncludedLive,
  type Move,
  mayBeSwapped,
  type OnConflict,
  type Registrant,
  type Session,
  seatFor,
  seatsLeft,
} from './books.ts'
import type { Reason, ReasonType, Wish } from './wish.ts'

/** A wish being worked out: what the registrant will have, and what speaks against it. */
export class Plan {
  readonly reasons: Reason[] = []
  readonly skipped: Reason[] = []
  readonly #books: Books
  readonly #wish: Wish
  readonly #registrant: Registrant
  readonly #status: Registrant['status']
  /** the registrant's seats as they will be: session → why it is new, or null when it was there before */
  readonly #seats = new Map<number, string | null>()
  readonly #dropped = new Set<number>()
  readonly #lines = new Map<number, OnConflict>()
  readonly #left = new Set<number>()

  constructor(books: Books, wish: Wish, registrant: Registrant, status: Registrant['status']) {
    this.#books = books
    this.#wish = wish
    this.#registrant = registrant
    this.#status = status
    for (const [session_id, { state }] of registrant.selections)
      if (state === 'selected' || state === 'held') this.#seats.set(session_id, null)
  }

  giveUp(): void {
    const { add, drop, leave, replace } = this.#wish
    const unwanted = replace ? [...this.#seats.keys()].filter(id => !this.#isIncluded(id)) : []
    for (const id of new Set([...drop, ...unwanted])) {
      // Who gives up a seat and takes it again keeps it: nobody else gets it in between.
      if (add.includes(id)) continue
      if (this.#seats.has(id)) {
        const reason = this.#dropReason(id)
        if (reason) this.#refuse(reason)
        else this.#release(id)
      } else if (this.#stateOf(id) === 'offered') this.#left.add(id)
    }
    for (const id of [...leave, ...this.#unnamedLines()])
      if (this.#stateOf(id) === 'waitlisted' || this.#stateOf(id) === 'offered') this.#left.add(id)
  }

  /** Whoever becomes able to sit is in every included session, without asking. */
  takeIncluded(): void {
    if (this.#status === this.#registrant.status) return
    for (const session of this.#books.sessions.values()) {
      if (!isIncludedLive(session) || this.#seats.has(session.id)) continue
      const conflict = this.#conflictReason(session)
      if (conflict) this.skipped.push(conflict)
      else this.#sit(session, 'included')
    }
  }

  take(): void {
    for (const id of new Set(this.#wish.add)) {
      if (this.#seats.has(id)) continue
      const session = this.#books.sessions.get(id)
      if (!session) this.#refuse(this.#unknownReason(id))
      else {
        this.#swapFor(session)
        this.#sit(session, 'claimed')
      }
    }
  }

  takeDefaults(): void {
    if (!this.#wish.useDefaults) return
    for (const session of this.#books.sessions.values()) {
      if (
        session.selected_by_default !== 1 ||
        session.session_status !== 'live' ||
        this.#seats.has(session.id)
      )
        continue
      const reasons = this.#claimReasons(session)
      if (reasons.length > 0) this.skipped.push(...reasons)
      else this.#seats.set(session.id, 'selected_by_default')
    }
  }

  lineUp(): void {
    for (const { session_id, on_conflict } of this.#wish.lineUp) {
      const session = this.#books.sessions.get(session_id)
      if (!session) this.#refuse(this.#unknownReason(session_id, 'waitlist_ids'))
      else if (this.#seats.has(session_id))
        this.#refuse(reason(session, 'already_selected', 'This session is selected already.', 'waitlist_ids'))
      else {
        const reasons = this.#openReasons(session, 'waitlist_ids')
        if (reasons.length > 0) for (const found of reasons) this.#refuse(found)
        else this.#lines.set(session_id, on_conflict)
      }
    }
  }

  /** The difference between what is and what will be. */
  moves(): Move[] {
    const moves: Move[] = []
    const move = (session_id: number, to: Move['to'], why: string, more: Partial<Move> = {}) => {
      const from = this.#stateOf(session_id)
      if (from !== to || more.on_conflict)
        moves.push({ registrant_id: this.#registrant.id, session_id, from, to, why, ...more })
    }
    for (const id of this.#dropped) move(id, null, 'released')
    for (const id of this.#left) if (!this.#seats.has(id)) move(id, null, 'left_line')
    for (const [id, why] of this.#seats) {
      const override =
        this.#wish.override &&
        why !== null &&
        this.#stateOf(id) !== 'offered' &&
        seatsLeft(this.#books.sessions.get(id)!) === 0
      move(id, seatFor(this.#status), why ?? 'registration_finished', override ? { override } : {})
    }
    for (const [id, on_conflict] of this.#lines) {
      const known = this.#registrant.selections.get(id)
      if (known?.state === 'offered' || (known?.state === 'waitlisted' && known.on_conflict === on_conflict))
        continue
      move(id, 'waitlisted', 'lined_up', { on_conflict })
    }
    return moves
  }

  /** Whoever lined up to swap gives up what clashes when they accept the offer. */
  #swapFor(session: Session): void {
    const selection = this.#registrant.selections.get(session.id)
    if (selection?.state !== 'offered' || selection.on_conflict !== 'swap') return
    const rivals = this.#rivalsOf(session)
    if (rivals.every(mayBeSwapped)) for (const rival of rivals) this.#release(rival.id)
  }

  #rivalsOf(session: Session): Session[] {
    return [...this.#seats.keys()]
      .flatMap(id => this.#books.sessions.get(id) ?? [])
      .filter(other => clashes(session, other))
  }

  #unnamedLines(): number[] {
    if (!this.#wish.replaceLines) return []
    const named = new Set(this.#wish.lineUp.map(line => line.session_id))
    return [...this.#registrant.selections]
      .filter(([id, { state }]) => state === 'waitlisted' && !named.has(id))
      .map(([id]) => id)
  }

  #sit(session: Session, why: string): void {
    const reasons = this.#claimReasons(session)
    if (reasons.length === 0) this.#seats.set(session.id, why)
    else for (const found of reasons) this.#refuse(found)
  }

  #release(id: number): void {
    this.#seats.delete(id)
    this.#dropped.add(id)
  }

  #refuse(found: Reason): void {
    if (this.#wish.partial && found.session_id !== undefined) this.skipped.push(found)
    else this.reasons.push(found)
  }

  #claimReasons(session: Session): Reason[] {
    const reasons = this.#openReasons(session, 'session_ids')
    const full = this.#stateOf(session.id) !== 'offered' && this.#isFull(session)
    if (full && !this.#wish.override)
      reasons.push({
        ...reason(session, 'sold_out', session.sold_out_message ?? `"${session.name}" is sold out.`),
        waitlist: session.session_status === 'live',
      })
    const conflict = this.#conflictReason(session)
    return conflict ? [...reasons, conflict] : reasons
  }

  /** In manual mode the organiser picks from the line: an attendee does not pass it by. */
  #isFull(session: Session): boolean {
    const mayNotPass =
      this.#wish.by === 'attendee' && this.#books.event.waitlist_mode === 'manual' && session.waitlisted > 0
    return mayNotPass || seatsLeft(session) === 0
  }

  /** What keeps a session from being taken or waited for, whatever its seats. */
  #openReasons(session: Session, field: string): Reason[] {
    const { now, event } = this.#books
    const reasons: Reason[] = []
    if (session.session_status !== 'live')
      reasons.push(reason(session, 'not_live', `"${session.name}" is not open for selection.`, field))
    if (this.#wish.by === 'organiser') return reasons
    if (event.closes !== null && event.closes <= now)
      reasons.push(reason(session, 'registration_closed', 'Registration has closed.', field))
    if (session.starts !== null && session.starts <= now)
      reasons.push(reason(session, 'session_started', `"${session.name}" has started.`, field))
    return reasons
  }

  #conflictReason(session: Session): Reason | undefined {
    const rivals = this.#rivalsOf(session)
    if (rivals.length === 0) return undefined
    const names = rivals.map(rival => `"${rival.name}"`).join(', ')
    const conflicts_with = rivals.map(rival => rival.id)
    return {
      ...reason(session, 'conflict', `"${session.name}" is at the same time as ${names}.`),
      conflicts_with,
    }
  }

  /** The attendee keeps what is included, and what was locked when it was saved. */
  #dropReason(id: number): Reason | undefined {
    const session = this.#books.sessions.get(id)
    if (!session || this.#wish.by === 'organiser') return undefined
    if (isIncludedLive(session))
      return reason(session, 'included', `"${session.name}" is part of every registration.`)
    const isSaved = isActive(this.#registrant.status)
    return isSaved && session.locked_when_saved === 1
      ? reason(session, 'locked', `"${session.name}" can no longer be changed.`)
      : undefined
  }

  #unknownReason(session_id: number, field = 'session_ids'): Reason {
    return this.#books.elsewhere.has(session_id)
      ? { field, session_id, type: 'wrong_event', message: `Session ${session_id} belongs to another event.` }
      : { field, session_id, type: 'not_found', message: `Session ${session_id} does not exist.` }
  }

  #isIncluded(id: number): boolean {
    const session = this.#books.sessions.get(id)
    return session !== undefined && isIncludedLive(session)
  }

  #stateOf(id: number) {
    return this.#registrant.selections.get(id)?.state ?? null
  }
}

function reason(session: Session, type: ReasonType, message: string, field = 'session_ids'): Reason {
  return { field, session_id: session.id, type, message }
}
