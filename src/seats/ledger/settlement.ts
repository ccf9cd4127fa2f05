import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { comingIn, isLeftOut, leftOutOf, mayLackRegistrants } from '../rules/included.ts'
import { offerAgain } from '../rules/offers.ts'
import {
  type LedgerState,
  type Move,
  type Registrant,
  type SelectionState,
  type Session,
  seatsLeft,
} from '../rules/state.ts'
import { canMove, moveWaitlist, type PassedOver } from '../rules/waitlist.ts'
import { readLeftOut } from './included-queries.ts'
import { Journal } from './journal.ts'
import { registrantsInto, waitlistInParts, waitlistPart } from './open-ledger.ts'
import type { Notice } from './order.ts'
import type { LedgerEvent } from './queries.ts'
import { readOffered, readWaitedFor } from './waitlist-queries.ts'

/**
 * What follows from moves of seats by itself: offers end, lines move, and included sessions take in who was left out, until
 * nothing moves any more.
 */
export class Settlement {
  readonly notices: Notice[] = []
  readonly journal: Journal
  readonly #db: Db
  readonly #ledger: LedgerState
  readonly #server: Actor
  /** who takes those in who were left out */
  readonly #includes: Actor
  /** sessions whose line may be able to move */
  readonly #touched = new Set<number>()
  /** included sessions that have a seat again, or may have */
  readonly #freed = new Set<number>()
  /** registrants who gave up a seat, and may fit into an included session now */
  readonly #freer = new Set<number>()
  /** registrants whose offers are to be looked at again */
  readonly #reconsidered = new Set<number>()
  /** up to whom the registrants who are left out of an included session are in the ledger */
  readonly #readUpTo = new Map<number, number>()

  /** `changing`: who changed something else than seats, and so takes in who was left out. */
  constructor(
    db: Db,
    ledger: LedgerState,
    { account_id }: LedgerEvent,
    now: Date,
    changing: Actor | undefined,
  ) {
    this.#db = db
    this.#ledger = ledger
    this.#server = { account_id, actor_id: null, request_id: null, now }
    this.#includes = changing ?? this.#server
    this.journal = new Journal(ledger, now)
  }

  /** Looks at every offer, every line and every included session of the event again. */
  async lookAtEverything(): Promise<void> {
    const { id } = this.#ledger.event
    const [offered, waitedFor] = await Promise.all([readOffered(this.#db, id), readWaitedFor(this.#db, id)])
    await registrantsInto(this.#db, id, this.#ledger, offered, { named: waitedFor })
    for (const registrant_id of offered) this.#reconsidered.add(registrant_id)
    for (const session_id of waitedFor) this.#touched.add(session_id)
    for (const session of this.#ledger.sessions.values()) this.#freed.add(session.id)
    await this.settle()
  }

  /** Ends offers, moves lines, and takes in who was left out, until nothing moves any more. */
  async settle(): Promise<void> {
    for (;;) {
      const registrant = takeFirst(this.#reconsidered)
      const touched = registrant === undefined ? takeFirst(this.#touched) : undefined
      if (registrant !== undefined) this.#lookAtOffersOf(this.#ledger.registrants.get(registrant)!)
      else if (touched !== undefined) await this.#moveWaitlistOf(this.#ledger.sessions.get(touched))
      else if (this.#freed.size > 0) await this.#takeIn(this.#ledger.sessions.get(takeFirst(this.#freed)!)!)
      else if (this.#freer.size > 0)
        this.#takeEverywhere(this.#ledger.registrants.get(takeFirst(this.#freer)!)!)
      else return
    }
  }

  /** Offers that cannot be accepted any more end; others get the end that they have now. */
  #lookAtOffersOf(registrant: Registrant): void {
    for (const [session_id, { state }] of [...registrant.selections]) {
      if (state !== 'offered') continue
      const move = offerAgain(this.#ledger, registrant, this.#ledger.sessions.get(session_id)!)
      if (!move) continue
      this.move(this.#server, move)
      if (move.to === 'waitlisted') this.journal.renew(registrant)
    }
  }

  async #moveWaitlistOf(session: Session | undefined): Promise<void> {
    if (!session || session.waitlisted === 0 || seatsLeft(session) === 0 || !canMove(this.#ledger, session))
      return
    const passedOver: PassedOver[] = []
    let first = 1
    for await (const chunk of this.#lineOf(session.id)) {
      if (seatsLeft(session) === 0) return
      await registrantsInto(this.#db, this.#ledger.event.id, this.#ledger, chunk)
      let swapped: Move[] = []
      moveWaitlist(this.#ledger, session, chunk, first, passedOver, move => {
        this.move(this.#server, move)
        if (move.to) {
          this.journal.renew(this.#ledger.registrants.get(move.registrant_id)!)
          this.notices.push({
            registrant_id: move.registrant_id,
            session_id: session.id,
            kind: move.to === 'offered' ? 'offer' : 'promotion',
            dropped_session_ids: givenUp(swapped),
          })
          swapped = []
        } else swapped.push(move)
      })
      first += chunk.length
    }
  }

  /** Gives the free seats of an included session to those who are left out of it, in order of registration. */
  async #takeIn(session: Session): Promise<void> {
    while (mayLackRegistrants(this.#ledger, session) && seatsLeft(session) > 0) {
      const upTo = this.#readUpTo.get(session.id) ?? 0
      for (const registrant of leftOutOf(this.#ledger, session))
        if (registrant.id <= upTo) this.#include(registrant, session)
      if (upTo === Infinity) return
      const part = await readLeftOut(this.#db, session.id, this.#ledger.event.id, upTo, waitlistPart)
      await registrantsInto(this.#db, this.#ledger.event.id, this.#ledger, part)
      this.#readUpTo.set(session.id, part.length < waitlistPart ? Infinity : part.at(-1)!)
    }
  }

  /** Where a seat was free before, those who are left out could not take it: so it is this one's. */
  #takeEverywhere(registrant: Registrant): void {
    for (const session of this.#ledger.sessions.values()) this.#include(registrant, session)
  }

  #include(registrant: Registrant, session: Session): void {
    const move = comingIn(this.#ledger, registrant, session)
    if (!move) return
    this.move(this.#includes, move)
    this.journal.renew(registrant)
  }

  /** Writes a move into the ledger, and remembers what may follow from it. */
  move(actor: Actor, move: Move): void {
    const { registrant_id, session_id, from, to } = move
    const session = this.#ledger.sessions.get(session_id)!
    const registrant = this.#ledger.registrants.get(registrant_id)!
    const wasFull = seatsLeft(session) === 0
    this.journal.move(actor, move)
    if (to === 'waitlisted') this.#touched.add(session_id)
    // Its own seats decide whether a registrant can accept an offer, and until when.
    if (to !== 'offered') this.#reconsidered.add(registrant_id)
    if (!isSeat(from) || isSeat(to)) return
    this.#touched.add(session_id)
    if (wasFull) this.#freed.add(session_id)
    for (const [waited, { state }] of registrant.selections)
      if (state === 'waitlisted') this.#touched.add(waited)
    for (const each of this.#ledger.sessions.values())
      if (isLeftOut(each, registrant)) this.#freer.add(registrant_id)
  }

  /** Who is picked from the line is told from which place. */
  async withPlace(move: Move): Promise<Move> {
    if (move.from !== 'waitlisted' || move.why !== 'claimed') return move
    let first = 1
    for await (const part of this.#lineOf(move.session_id)) {
      const index = part.indexOf(move.registrant_id)
      if (index >= 0) return { ...move, about: { place: first + index } }
      first += part.length
    }
    return move
  }

  /**
   * Those who wait by the database, a part at a time, less who left in this batch, and with those whose offer ended in it;
   * then who lined up in it.
   */
  async *#lineOf(session_id: number): AsyncGenerator<number[]> {
    const waits = (id: number) =>
      this.#ledger.registrants.get(id)?.selections.get(session_id)?.state === 'waitlisted'
    const late = this.journal.lateIn(session_id)
    const isEarly = (id: number) => !late.includes(id) && (!this.#ledger.registrants.has(id) || waits(id))
    let returned = this.journal.returnedTo(session_id)
    for await (const part of waitlistInParts(this.#db, session_id)) {
      const last = part.length < waitlistPart ? Infinity : part.at(-1)!.id
      const between = returned.filter(({ id }) => id < last)
      returned = returned.filter(({ id }) => id > last)
      const line = [...part, ...between].sort((a, b) => a.id - b.id)
      yield line.map(({ registrant_id }) => registrant_id).filter(isEarly)
    }
    yield late
  }
}

/** Takes the smallest number out of a set. */
function takeFirst(numbers: Set<number>): number | undefined {
  if (numbers.size === 0) return undefined
  const first = numbers.values().reduce((least, number) => Math.min(least, number))
  numbers.delete(first)
  return first
}

/** The sessions in which a seat was given up. */
export const givenUp = (moves: Move[]) =>
  moves.filter(move => isSeat(move.from) && move.to === null).map(move => move.session_id)

const isSeat = (state: SelectionState | null) => state !== null && state !== 'waitlisted'
