import {
  type Books,
  clashes,
  isIncludedLive,
  type Move,
  mayBeSwapped,
  maySit,
  type OnConflict,
  type Registrant,
  type Session,
  seatFor,
  seatsLeft,
  takesPlace,
} from './books.ts'
import {
  closedReasons,
  conflictReason,
  dropReasons,
  includedSoldOutReason,
  seatedReason,
  soldOutReason,
  unknownReason,
} from './refusals.ts'
import type { Reason, Wish } from './wish.ts'

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
  readonly #lines = new Map<number, OnConflict>()
  /** seats and places that are given up: session → why */
  readonly #left = new Map<number, Pick<Move, 'why' | 'about'>>()

  constructor(books: Books, wish: Wish, registrant: Registrant, status: Registrant['status']) {
    this.#books = books
    this.#wish = wish
    this.#registrant = registrant
    this.#status = status
    for (const [session_id, { state }] of registrant.selections)
      if (state === 'selected' || state === 'held') this.#seats.set(session_id, null)
  }

  giveUp(): void {
    const { add, drop, leave, replace, why } = this.#wish
    for (const id of new Set([...drop, ...leave]))
      if (!this.#books.sessions.has(id)) this.#refuse(unknownReason(this.#books, id))
    const unwanted = replace ? [...this.#seats.keys()].filter(id => !this.#isIncluded(id)) : []
    for (const id of new Set([...drop, ...unwanted])) {
      // Who gives up a seat and takes it again keeps it: nobody else gets it in between.
      if (add.includes(id)) continue
      if (this.#seats.has(id)) this.#drop(id)
      else if (this.#stateOf(id) === 'offered') this.#left.set(id, { why: 'offer_declined' })
    }
    for (const id of [...leave, ...this.#unnamedLines()]) {
      if (this.#stateOf(id) === 'waitlisted') this.#left.set(id, { why: why ?? 'left_line' })
      if (this.#stateOf(id) === 'offered') this.#left.set(id, { why: why ?? 'offer_declined' })
    }
  }

  /** Whoever becomes able to sit is in every included session, without asking, also when it has started. */
  takeIncluded(): void {
    if (maySit(this.#registrant.status)) return
    for (const session of this.#sessionsWhere(isIncludedLive)) {
      const conflict = conflictReason(session, this.#rivalsOf(session))
      if (conflict) {
        this.skipped.push(conflict)
        continue
      }
      if (seatsLeft(session) === 0 && !this.#wish.override) this.reasons.push(includedSoldOutReason(session))
      this.#seats.set(session.id, 'included')
    }
  }

  take(): void {
    for (const id of new Set(this.#wish.add)) {
      if (this.#seats.has(id)) continue
      const session = this.#books.sessions.get(id)
      if (session) this.#sit(session)
      else this.#refuse(unknownReason(this.#books, id))
    }
  }

  /** What nobody has named is taken if it fits: an override is for what was named. */
  takeDefaults(): void {
    if (!this.#wish.useDefaults) return
    for (const session of this.#sessionsWhere(isDefault)) {
      const reasons = this.#claimReasons(session, { override: false })
      if (reasons.length > 0) this.skipped.push(...reasons)
      else this.#seats.set(session.id, 'selected_by_default')
    }
  }

  lineUp(): void {
    for (const { session_id, on_conflict } of this.#wish.lineUp) {
      const session = this.#books.sessions.get(session_id)
      if (!session) this.#refuse(unknownReason(this.#books, session_id, 'waitlist_ids'))
      else if (this.#seats.has(session_id))
        this.#refuse(seatedReason(session, this.#wish.add.includes(session_id)))
      else {
        const reasons = closedReasons(this.#books, this.#wish, session, 'waitlist_ids')
        if (reasons.length > 0) for (const found of reasons) this.#refuse(found)
        else
          this.#lines.set(
            session_id,
            on_conflict ?? this.#registrant.selections.get(session_id)?.on_conflict ?? 'pass',
          )
      }
    }
  }

  /** The difference between what is and what will be: at most one move for each session. */
  moves(): Move[] {
    const ids = new Set([...this.#left.keys(), ...this.#seats.keys(), ...this.#lines.keys()])
    return [...ids].flatMap(session_id => {
      const [from, { to, why, ...more }] = [this.#stateOf(session_id), this.#futureOf(session_id)]
      const isSame = from === to && more.on_conflict === undefined
      return isSame ? [] : [{ registrant_id: this.#registrant.id, session_id, from, to, why, ...more }]
    })
  }

  #futureOf(id: number): Omit<Move, 'registrant_id' | 'session_id' | 'from'> {
    const seat = this.#seats.get(id)
    if (seat !== undefined) {
      const isBeyond = this.#stateOf(id) !== 'offered' && seatsLeft(this.#books.sessions.get(id)!) === 0
      const override = seat !== null && this.#wish.override && isBeyond
      return {
        to: seatFor(this.#status),
        why: seat ?? `registration_${this.#status}`,
        ...(override && { override }),
      }
    }
    const known = this.#registrant.selections.get(id)
    const left = this.#left.get(id)
    const on_conflict = this.#lines.get(id)
    if (on_conflict === undefined) return { to: null, ...left! }
    // An offer is better than a place in the line, and repeating a claim changes nothing.
    if (known && !left && (known.state === 'offered' || known.on_conflict === on_conflict))
      return { to: known.state, why: 'lined_up' }
    return { to: 'waitlisted', why: 'lined_up', on_conflict }
  }

  #drop(id: number): void {
    const session = this.#books.sessions.get(id)
    const reasons = session ? dropReasons(this.#books, this.#wish, this.#registrant, session) : []
    for (const found of reasons) this.#refuse(found)
    if (reasons.length === 0) this.#release(id, { why: 'released' })
  }

  #release(id: number, because: Pick<Move, 'why' | 'about'>): void {
    this.#seats.delete(id)
    this.#left.set(id, because)
  }

  /** Whoever lined up to swap gives up what clashes when they accept the offer, unless this wish names it as well. */
  #swaps(session: Session, rivals: Session[]): boolean {
    const selection = this.#registrant.selections.get(session.id)
    const isWanted = (id: number) => this.#seats.get(id) !== null || this.#wish.add.includes(id)
    return (
      selection?.state === 'offered' &&
      selection.on_conflict === 'swap' &&
      rivals.every(rival => mayBeSwapped(rival) && !isWanted(rival.id))
    )
  }

  #rivalsOf(session: Session): Session[] {
    return [...this.#seats.keys()]
      .flatMap(id => this.#books.sessions.get(id) ?? [])
      .filter(other => clashes(session, other))
  }

  #unnamedLines(): number[] {
    if (!this.#wish.replaceLines) return []
    const named = new Set([...this.#wish.lineUp.map(line => line.session_id), ...this.#wish.add])
    return [...this.#registrant.selections]
      .filter(([id, { state }]) => (state === 'waitlisted' || state === 'offered') && !named.has(id))
      .map(([id]) => id)
  }

  /** A session that is refused still counts as wanted, so that what clashes with it is named as well. */
  #sit(session: Session): void {
    const rivals = this.#rivalsOf(session)
    const swapped = this.#swaps(session, rivals) ? rivals : []
    const reasons = this.#claimReasons(session, { rivals: swapped.length > 0 ? [] : rivals })
    for (const found of reasons) this.#refuse(found)
    // Not before the seat is certain: with `partial` a refusal takes nothing away.
    const because = { why: 'swapped', about: { for_session_id: session.id } }
    if (reasons.length === 0) for (const rival of swapped) this.#release(rival.id, because)
    if (reasons.length === 0 || !this.#wish.partial) this.#seats.set(session.id, this.#wish.why ?? 'claimed')
  }

  #refuse(found: Reason): void {
    if (this.#wish.partial && found.session_id !== undefined) this.skipped.push(found)
    else this.reasons.push(found)
  }

  #claimReasons(
    session: Session,
    { rivals = this.#rivalsOf(session), override = this.#wish.override } = {},
  ): Reason[] {
    const reasons = closedReasons(this.#books, this.#wish, session)
    const isFull = this.#stateOf(session.id) !== 'offered' && this.#isFull(session)
    if (isFull && !override) reasons.push(soldOutReason(session, reasons.length === 0))
    const conflict = conflictReason(session, rivals)
    return conflict ? [...reasons, conflict] : reasons
  }

  /** In manual mode the organiser picks from the line: an attendee does not pass it by. */
  #isFull(session: Session): boolean {
    const mayNotPass =
      this.#wish.by === 'attendee' && this.#books.event.waitlist_mode === 'manual' && session.waitlisted > 0
    return mayNotPass || seatsLeft(session) === 0
  }

  /** Sessions of a kind that are not among the seats yet; in order of their ids, whatever else is in the books. */
  #sessionsWhere(isWanted: (session: Session) => boolean): Session[] {
    return [...this.#books.sessions.values()]
      .filter(session => isWanted(session) && !this.#seats.has(session.id))
      .sort((a, b) => a.id - b.id)
  }

  #isIncluded(id: number): boolean {
    const session = this.#books.sessions.get(id)
    return session !== undefined && isIncludedLive(session)
  }

  #stateOf(id: number) {
    return this.#registrant.selections.get(id)?.state ?? null
  }
}

/** What is included has been taken before, or skipped. */
const isDefault = (session: Session) =>
  session.selected_by_default === 1 && takesPlace(session) && !isIncludedLive(session)
