import type { Db } from '../db/connection.ts'
import { type ApiError, notFound } from '../errors.ts'
import type { Actor } from '../http/actor.ts'
import { mustMatchVersion } from '../http/etag.ts'
import { isPersonal } from '../registrants/input.ts'
import { applyStanding, standingAfter } from './admission.ts'
import { apply, type Books, type Move, type Registrant, type SelectionState, seatsLeft } from './books.ts'
import { decide } from './decide.ts'
import { type Errand, expiredErrands, type Notice, type Outcome } from './errand.ts'
import { canMove, endOfOffer, moveLine, type PassedOver } from './line.ts'
import { addErrands, lineInParts, type Opened, openBooks, registrantsInto } from './open-books.ts'
import { type EventRow, readWaitedFor } from './queries.ts'
import { forgotten } from './refusals.ts'
import { type Rewriting, rewritingOf } from './rewriting.ts'
import { type Change, splitRelined, writeRegistrantCounts, writeSelections, writeVersions } from './writes.ts'

/** What was decided, to be written in the same transaction. */
export type Decided = {
  event: EventRow
  changesSeats: boolean
  outcomes: Outcome[]
  /** what is written of people besides their seats, by errand, in order */
  rewritings: Map<Errand, Rewriting>
  /** what gave back holds that were over */
  expired: Errand[]
  notices: Notice[]
  /** whether somebody's registration is still to be finished */
  isUnfinished: (registrant_id: number) => boolean
  /** sends every statement at once */
  writeSeats: () => Promise<void>
}

/**
 * Takes the lock of an event, and decides its errands in order of arrival. Expired holds and offers are given back
 * first. Lines move after each errand, so that nobody who came later in the same batch gets a seat before them; with
 * `everyLine` all of them move last. Each errand is granted or refused by itself.
 */
export async function decideErrands(
  db: Db,
  event_id: number,
  errands: Errand[],
  now: Date,
  everyLine: boolean,
): Promise<Decided> {
  const opened = await openBooks(db, event_id, errands, now)
  const { event, books } = opened
  const expired = expiredErrands(opened, now)
  await addErrands(db, event_id, books, expired)
  const waitedFor = everyLine ? await readWaitedFor(db, event_id) : []
  await registrantsInto(db, event_id, books, [], waitedFor)
  const batch = new Batch(db, opened, now)
  for (const errand of expired) await batch.carry(errand)
  const outcomes: Outcome[] = []
  for (const errand of errands) outcomes.push(await batch.carry(errand))
  await batch.moveLines(waitedFor)
  const changes = batch.changes()
  return {
    event,
    changesSeats: changes.length > 0,
    outcomes,
    rewritings: batch.rewritings,
    expired: expired.filter(({ isOverdue }) => isOverdue),
    notices: batch.notices,
    isUnfinished: id => books.registrants.get(id)?.status === 'in_progress',
    writeSeats: () => batch.write(changes),
  }
}

class Batch {
  readonly notices: Notice[] = []
  readonly rewritings = new Map<Errand, Rewriting>()
  readonly #db: Db
  readonly #books: Books
  readonly #event: EventRow
  readonly #profiles: Opened['profiles']
  readonly #now: Date
  readonly #changes = new Map<string, Change>()
  readonly #overridden = new Set<number>()
  /** sessions whose line may be able to move */
  readonly #touched = new Set<number>()
  readonly #removed = new Set<number>()
  /** how often nothing but the seats of a registrant changed */
  readonly #renewed = new Map<number, number>()
  #countsChanged = false

  constructor(db: Db, { books, event, profiles }: Opened, now: Date) {
    this.#db = db
    this.#profiles = profiles
    this.#books = books
    this.#event = event
    this.#now = now
  }

  async carry(errand: Errand): Promise<Outcome> {
    const { actor, wish, newcomer, change, removal, isOverdue } = errand
    const registrant = this.#books.registrants.get(wish.registrant_id)
    if (!registrant || this.#removed.has(registrant.id))
      return { failure: notFound('Registrant', wish.registrant_id) }
    try {
      if (!newcomer) mustMatchVersion(actor.ifMatch, registrant.version)
      if (registrant.forgotten && change && isPersonal(change)) throw forgotten()
    } catch (failure) {
      return { failure: failure as ApiError }
    }
    const decision = decide(this.#books, wish)
    if (!decision.granted) return decision
    const before = { status: registrant.status, expired_session_ids: registrant.expired_session_ids }
    const rewriting = rewritingOf(errand, registrant, this.#profiles, decision.moves)
    for (const move of decision.moves) this.#move(actor, await this.#withPlace(move))
    if (isOverdue)
      this.notices.push({
        registrant_id: registrant.id,
        session_id: null,
        kind: 'abandoned',
        dropped_session_ids: givenUp(decision.moves),
      })
    if (wish.status || wish.profile) {
      applyStanding(this.#books, registrant, standingAfter(registrant, wish))
      this.#countsChanged = true
    }
    if (rewriting) {
      registrant.version++
      this.rewritings.set(errand, rewriting)
      if (rewriting.status) registrant.expired_session_ids = rewriting.lost
    } else if (decision.moves.length > 0 && !newcomer) this.#renew(registrant)
    if (removal) this.#removed.add(registrant.id)
    await this.moveLines()
    return { ...decision, before }
  }

  /** Moves the lines of every session that could give a seat to somebody, until nothing moves any more. */
  async moveLines(waitedFor: number[] = []): Promise<void> {
    for (const id of waitedFor) this.#touched.add(id)
    const actor: Actor = {
      account_id: this.#event.account_id,
      credential_id: null,
      request_id: null,
      now: this.#now,
    }
    while (this.#touched.size > 0) {
      const session_id = Math.min(...this.#touched)
      this.#touched.delete(session_id)
      const session = this.#books.sessions.get(session_id)
      if (!session || session.waitlisted === 0 || seatsLeft(session) === 0 || !canMove(this.#books, session))
        continue
      const passedOver: PassedOver[] = []
      let first = 1
      for await (const chunk of this.#lineOf(session_id)) {
        if (seatsLeft(session) === 0) break
        await registrantsInto(this.#db, this.#event.id, this.#books, chunk)
        let swapped: Move[] = []
        moveLine(this.#books, session, chunk, first, passedOver, move => {
          this.#move(actor, move)
          if (move.to) {
            this.#renew(this.#books.registrants.get(move.registrant_id)!)
            this.notices.push({
              registrant_id: move.registrant_id,
              session_id,
              kind: move.to === 'offered' ? 'offer' : 'promotion',
              dropped_session_ids: givenUp(swapped),
            })
            swapped = []
          } else swapped.push(move)
        })
        first += chunk.length
      }
    }
  }

  /** Changes of the counters of the event and its types are written besides `changes`. */
  async write(changes: Change[]): Promise<void> {
    await Promise.all([
      writeSelections(this.#db, this.#books, changes, this.#now, this.#overridden),
      writeVersions(this.#db, this.#renewed, this.#now),
      this.#countsChanged && writeRegistrantCounts(this.#db, this.#books),
    ])
  }

  changes(): Change[] {
    return [...this.#changes.values()].flatMap(splitRelined)
  }

  /** Seats are part of a registrant's record: who changes them makes a new version of it. */
  #renew(registrant: Registrant): void {
    registrant.version++
    this.#renewed.set(registrant.id, (this.#renewed.get(registrant.id) ?? 0) + 1)
  }

  /** Writes a move into the books; the last move of a registrant and a session explains the change that is stored. */
  #move(actor: Actor, move: Move): void {
    const { registrant_id, session_id, from, to } = move
    const { selections } = this.#books.registrants.get(registrant_id)!
    const key = `${registrant_id} ${session_id}`
    const known = this.#changes.get(key)
    const before = known ? known.before : from && { id: selections.get(session_id)!.id, state: from }
    apply(this.#books, move)
    const after = to && { state: to, on_conflict: selections.get(session_id)!.on_conflict }
    const expires_at =
      to === 'offered' ? endOfOffer(this.#event, this.#books.sessions.get(session_id)!, this.#now) : null
    const linesUp = to === 'waitlisted' && from !== 'waitlisted'
    // In the order of last moves: what frees a seat is recorded before who takes it, and lining up makes the line.
    if (from !== to) this.#changes.delete(key)
    const isLate = linesUp || (known?.isLate ?? false)
    // Where the server only goes on with what was asked for in this batch, who asked is on record.
    const who = actor.request_id === null && known ? known.actor : actor
    this.#changes.set(key, { actor: who, registrant_id, session_id, before, after, move, expires_at, isLate })
    if (move.override) this.#overridden.add(session_id)
    if (to === 'waitlisted') this.#touched.add(session_id)
    if (isSeat(from) && !isSeat(to)) {
      this.#touched.add(session_id)
      for (const [waited, { state }] of selections) if (state === 'waitlisted') this.#touched.add(waited)
    }
  }

  /** Who is picked from the line is told from which place. */
  async #withPlace(move: Move): Promise<Move> {
    if (move.from !== 'waitlisted' || move.why !== 'claimed') return move
    let first = 1
    for await (const part of this.#lineOf(move.session_id)) {
      const index = part.indexOf(move.registrant_id)
      if (index >= 0) return { ...move, about: { place: first + index } }
      first += part.length
    }
    return move
  }

  /** Those who wait by the database, a part at a time, less who left in this batch; then who lined up in it. */
  async *#lineOf(session_id: number): AsyncGenerator<number[]> {
    const waits = (id: number) =>
      this.#books.registrants.get(id)?.selections.get(session_id)?.state === 'waitlisted'
    const lateChanges = [...this.#changes.values()].filter(
      change => change.session_id === session_id && change.isLate && waits(change.registrant_id),
    )
    const late = new Set(lateChanges.map(change => change.registrant_id))
    const isEarly = (id: number) => !late.has(id) && (!this.#books.registrants.has(id) || waits(id))
    for await (const part of lineInParts(this.#db, session_id)) yield part.filter(isEarly)
    yield [...late]
  }
}

const isSeat = (state: SelectionState | null) => state !== null && state !== 'waitlisted'

/** The sessions in which a seat was given up. */
export const givenUp = (moves: Move[]) =>
  moves.filter(move => isSeat(move.from) && move.to === null).map(move => move.session_id)
