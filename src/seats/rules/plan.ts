import { takesOut } from './included.ts'
import {
  claimReasons,
  conflictReason,
  dropReasons,
  includedSoldOutReason,
  unknownReason,
  waitlistReasons,
} from './refusals.ts'
import {
  inConflict,
  isIncludedLive,
  type LedgerState,
  type Move,
  maySit,
  maySwap,
  type OnConflict,
  type Registrant,
  type Session,
  seatFor,
  seatsLeft,
  takesPlace,
} from './state.ts'
import type { Reason, Wish } from './wish.ts'

/** Why a seat or a place is given up. */
type Because = Pick<Move, 'why' | 'about'>

/** A wish being worked out: what the registrant will have, and what speaks against it. */
export class Plan {
  readonly reasons: Reason[] = []
  readonly skipped: Reason[] = []
  readonly #ledger: LedgerState
  readonly #wish: Wish
  readonly #registrant: Registrant
  readonly #status: Registrant['status']
  /** the registrant's seats as they will be: session → why it is new, or null when it was there before */
  readonly #seats = new Map<number, string | null>()
  readonly #lines = new Map<number, OnConflict>()
  /** seats and places that are given up: session → why */
  readonly #left = new Map<number, Because>()

  constructor(ledger: LedgerState, wish: Wish, registrant: Registrant, status: Registrant['status']) {
    this.#ledger = ledger
    this.#wish = wish
    this.#registrant = registrant
    this.#status = status
    for (const [session_id, { state }] of registrant.selections)
      if (state === 'selected' || state === 'held') this.#seats.set(session_id, null)
  }

  giveUp(): void {
    const { add, drop, leave, replace, why } = this.#wish
    for (const id of new Set([...drop, ...leave]))
      if (!this.#ledger.sessions.has(id)) this.#refuse(unknownReason(this.#ledger, id))
    const unwanted = replace ? [...this.#seats.keys()].filter(id => !this.#isIncluded(id)) : []
    for (const id of new Set([...drop, ...unwanted])) {
      // A seat that is given up and taken again is kept: it is never free in between.
      if (add.includes(id)) continue
      if (this.#seats.has(id)) this.#drop(id)
      else if (this.#stateOf(id) === 'offered') this.#left.set(id, { why: 'offer_declined' })
    }
    const takenOut = drop.filter(id => !add.includes(id) && takesOut(this.#ledger, this.#wish, id))
    for (const id of [...leave, ...this.#unnamedLines(), ...takenOut]) {
      if (this.#stateOf(id) === 'waitlisted') this.#left.set(id, { why: why ?? 'left_line' })
      if (this.#stateOf(id) === 'offered') this.#left.set(id, { why: why ?? 'offer_declined' })
    }
  }

  /**
   * A registrant who becomes active is in every included session, without asking, also when it has started; but not in one
   * that an organiser took them out of.
   */
  takeIncluded(): void {
    if (maySit(this.#registrant.status)) return
    const { removed } = this.#registrant
    for (const session of this.#sessionsWhere(each => isIncludedLive(each) && !removed.has(each.id))) {
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
    const named = [...new Set(this.#wish.add)].filter(id => !this.#seats.has(id))
    if (!this.#wish.partial) this.#wantAll(named.flatMap(id => this.#ledger.sessions.get(id) ?? []))
    for (const id of named) {
      const session = this.#ledger.sessions.get(id)
      if (session) this.#sit(session)
      else this.#refuse(unknownReason(this.#ledger, id))
    }
  }

  /** What was not named is taken if it fits: an override is for what was named. */
  takeDefaults(): void {
    if (!this.#wish.useDefaults) return
    for (const session of this.#sessionsWhere(isDefault)) {
      const reasons = this.#claimReasons(session, { override: false })
      if (reasons.length > 0) this.skipped.push(...reasons)
      else this.#seats.set(session.id, 'selected_by_default')
    }
  }

  waitFor(): void {
    for (const { session_id, on_conflict } of this.#wish.waitFor) {
      const reasons = waitlistReasons(this.#ledger, this.#wish, session_id, this.#seats.has(session_id))
      for (const found of reasons) this.#refuse(found)
      const before = this.#registrant.selections.get(session_id)?.on_conflict
      if (reasons.length === 0) this.#lines.set(session_id, on_conflict ?? before ?? 'pass')
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
      const isBeyond = this.#stateOf(id) !== 'offered' && seatsLeft(this.#ledger.sessions.get(id)!) === 0
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
    if (on_conflict === undefined) return { to: null, ...this.#explained(id, left!) }
    // An offer is better than a place in the line, and repeating a claim changes nothing.
    if (known && !left && (known.state === 'offered' || known.on_conflict === on_conflict))
      return { to: known.state, why: 'lined_up' }
    return { to: 'waitlisted', why: 'lined_up', on_conflict }
  }

  #drop(id: number): void {
    const session = this.#ledger.sessions.get(id)
    const reasons = session ? dropReasons(this.#ledger, this.#wish, this.#registrant, session) : []
    for (const found of reasons) this.#refuse(found)
    if (reasons.length === 0) this.#release(id, { why: 'released' })
  }

  #release(id: number, because: Because): void {
    this.#seats.delete(id)
    this.#left.set(id, because)
  }

  /** A seat that is given up in the step that takes another at the same time is given up for that. */
  #explained(id: number, left: Because): Because {
    const session = this.#ledger.sessions.get(id)
    const isGained = (other: Session) => this.#seats.get(other.id) != null
    const gained = session && left.why === 'released' && this.#rivalsOf(session).find(isGained)
    return gained ? swappedFor(gained) : left
  }

  /**
   * What is given up by accepting the offer of a session: who lined up to swap gives up what is in conflict with it, unless
   * this wish names that as well, or it may not be swapped.
   */
  #swappedFor(session: Session): Session[] {
    const selection = this.#registrant.selections.get(session.id)
    if (selection?.state !== 'offered') return []
    const isWanted = (id: number) => this.#seats.get(id) !== null || this.#wish.add.includes(id)
    const rivals = this.#rivalsOf(session)
    const isWantedToo = rivals.some(rival => isWanted(rival.id))
    return !isWantedToo && maySwap(selection, rivals, this.#ledger.now) ? rivals : []
  }

  #rivalsOf(session: Session): Session[] {
    return [...this.#seats.keys()]
      .flatMap(id => this.#ledger.sessions.get(id) ?? [])
      .filter(other => inConflict(session, other))
  }

  #unnamedLines(): number[] {
    if (!this.#wish.replaceWaits) return []
    const named = new Set([...this.#wish.waitFor.map(line => line.session_id), ...this.#wish.add])
    return [...this.#registrant.selections]
      .filter(([id, { state }]) => (state === 'waitlisted' || state === 'offered') && !named.has(id))
      .map(([id]) => id)
  }

  /**
   * Where all is granted or none, each session counts against each other, whatever the order of naming: also one that is
   * refused. With `partial` what is named first is taken first, and a refusal takes nothing away.
   */
  #wantAll(named: Session[]): void {
    const swapped = named.map(session => ({ session, rivals: this.#swappedFor(session) }))
    for (const { session, rivals } of swapped) this.#seat(session, rivals)
  }

  #sit(session: Session): void {
    const swapped = this.#swappedFor(session)
    const reasons = this.#claimReasons(session, { rivals: swapped.length > 0 ? [] : this.#rivalsOf(session) })
    for (const found of reasons) this.#refuse(found)
    if (reasons.length === 0) this.#seat(session, swapped)
  }

  #seat(session: Session, swapped: Session[]): void {
    for (const rival of swapped) this.#release(rival.id, swappedFor(session))
    this.#seats.set(session.id, this.#wish.why ?? 'claimed')
  }

  #refuse(found: Reason): void {
    if (this.#wish.partial && found.session_id !== undefined) this.skipped.push(found)
    else this.reasons.push(found)
  }

  #claimReasons(
    session: Session,
    { rivals = this.#rivalsOf(session), override = this.#wish.override } = {},
  ): Reason[] {
    const hasOffer = this.#stateOf(session.id) === 'offered'
    return claimReasons(this.#ledger, { ...this.#wish, override }, { session, hasOffer, rivals })
  }

  /** Sessions of a kind that are not among the seats yet; in order of their ids, whatever else is in the ledger. */
  #sessionsWhere(isWanted: (session: Session) => boolean): Session[] {
    return [...this.#ledger.sessions.values()]
      .filter(session => isWanted(session) && !this.#seats.has(session.id))
      .sort((a, b) => a.id - b.id)
  }

  #isIncluded(id: number): boolean {
    const session = this.#ledger.sessions.get(id)
    return session !== undefined && isIncludedLive(session)
  }

  #stateOf(id: number) {
    return this.#registrant.selections.get(id)?.state ?? null
  }
}

const swappedFor = (session: Session): Because => ({ why: 'swapped', about: { for_session_id: session.id } })

/** What is included has been taken before, or skipped. */
const isDefault = (session: Session) =>
  session.selected_by_default === 1 && takesPlace(session) && !isIncludedLive(session)
