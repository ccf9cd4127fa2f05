import type { Db } from '../db/connection.ts'
import { type ApiError, notFound } from '../errors.ts'
import type { Actor } from '../http/actor.ts'
import { mustMatchVersion } from '../http/etag.ts'
import type { RegistrationStatus } from '../registrants/schema.ts'
import { applyStatus } from './admission.ts'
import { apply, type Books, type Move, maySit, type SelectionState, seatsLeft } from './books.ts'
import { decide } from './decide.ts'
import { canMove, moveLine } from './line.ts'
import { openBooks, registrantsInto } from './open-books.ts'
import { type EventRow, readExpiredHolds, readExpiredOffers, readLine, readWaitedFor } from './queries.ts'
import { type Decision, emptyWish, type Wish } from './wish.ts'
import { type Change, writeRegistrantCounts, writeSelections } from './writes.ts'

/** A wish on its way: who brings it, and what is to be written besides the seats. */
export type Errand = {
  actor: Actor
  wish: Wish
  /** someone who is not registered yet; `wish.registrant_id` is their id, reserved for them */
  newcomer?: { reg_type_id: number | null; group_id: number | null }
  /** a registrant who changes type or group as well */
  profile?: { reg_type_id?: number | null; group_id?: number | null }
}

export type Outcome = Decision | { failure: ApiError }

/** A person has to be told something that they did not do themselves. */
export type Notice = {
  registrant_id: number
  session_id: number | null
  kind: 'promotion' | 'offer' | 'abandoned'
}

/** What was decided, to be written in the same transaction. */
export type Decided = {
  outcomes: Outcome[]
  /** registrants whose time to finish is over */
  expired: number[]
  notices: Notice[]
  writeSeats: () => Promise<void>
}

/** Registrants whose line is looked at together. */
const lineChunk = 100

/**
 * Decides errands of one event in order of arrival, in a transaction that holds the event's lock. Expired holds and
 * offers are given back first; lines move last, those of `recheck` too. Each errand is granted or refused by itself.
 */
export async function decideErrands(
  db: Db,
  event: EventRow,
  errands: Errand[],
  now: Date,
  recheck: number[] | 'all' = [],
): Promise<Decided> {
  const expired = await expiredErrands(db, event, now)
  const all = [...expired, ...errands]
  const waitedFor = recheck === 'all' ? await readWaitedFor(db, event.id) : recheck
  const books = await openBooks(db, event, all, waitedFor, now)
  const batch = new Batch(db, books, event, now)
  const outcomes = all.map(errand => batch.carry(errand))
  await batch.moveLines(waitedFor)
  return {
    outcomes: outcomes.slice(expired.length),
    expired: expired.flatMap(({ wish }) => (wish.status === 'expired' ? [wish.registrant_id] : [])),
    notices: batch.notices,
    writeSeats: () => batch.write(),
  }
}

async function expiredErrands(db: Db, event: EventRow, now: Date): Promise<Errand[]> {
  const [holds, offers] = await Promise.all([
    readExpiredHolds(db, event.id, now),
    readExpiredOffers(db, event.id, now),
  ])
  const actor: Actor = { account_id: event.account_id, credential_id: null, request_id: null, now }
  const wish = { ...emptyWish, by: 'organiser' as const }
  return [
    ...holds.map(registrant_id => ({ actor, wish: { ...wish, registrant_id, status: 'expired' as const } })),
    ...offers.map(({ registrant_id, session_id }) => ({
      actor,
      wish: { ...wish, registrant_id, leave: [session_id] },
    })),
  ]
}

class Batch {
  readonly notices: Notice[] = []
  readonly #db: Db
  readonly #books: Books
  readonly #event: EventRow
  readonly #now: Date
  readonly #changes = new Map<string, Change>()
  readonly #overridden = new Set<number>()
  readonly #touched = new Set<number>()
  #countsChanged = false

  constructor(db: Db, books: Books, event: EventRow, now: Date) {
    this.#db = db
    this.#books = books
    this.#event = event
    this.#now = now
  }

  carry({ actor, wish, newcomer, profile }: Errand): Outcome {
    const registrant = this.#books.registrants.get(wish.registrant_id)
    if (!registrant) return { failure: notFound('Registrant', wish.registrant_id) }
    try {
      if (!newcomer) mustMatchVersion(actor.ifMatch, registrant.version)
    } catch (failure) {
      return { failure: failure as ApiError }
    }
    const reassigned = profile && this.#reassign(registrant, profile)
    const decision = decide(this.#books, wish)
    if (!decision.granted) {
      reassigned?.undo()
      return decision
    }
    for (const move of decision.moves) this.#move(actor, move)
    if (wish.status && wish.status !== registrant.status) {
      if (wish.status === 'expired')
        this.notices.push({ registrant_id: registrant.id, session_id: null, kind: 'abandoned' })
      applyStatus(this.#books, registrant, wish.status)
      this.#countsChanged = true
    }
    return decision
  }

  /** A change of type or group counts at the old one no longer, and at the new one. */
  #reassign(
    registrant: NonNullable<ReturnType<Books['registrants']['get']>>,
    profile: NonNullable<Errand['profile']>,
  ) {
    const { status, reg_type_id, group_id } = registrant
    const sits = maySit(status)
    if (sits) applyStatus(this.#books, registrant, 'cancelled')
    this.#countsChanged = true
    Object.assign(registrant, profile)
    if (sits) applyStatus(this.#books, registrant, status as RegistrationStatus)
    return {
      undo: () => {
        if (sits) applyStatus(this.#books, registrant, 'cancelled')
        Object.assign(registrant, { reg_type_id, group_id })
        if (sits) applyStatus(this.#books, registrant, status as RegistrationStatus)
      },
    }
  }

  /** Moves the lines of every session where something happened, until nothing moves any more. */
  async moveLines(recheck: number[]): Promise<void> {
    for (const id of recheck) this.#touched.add(id)
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
      const line = await this.#lineOf(session_id)
      for (let first = 0; first < line.length && seatsLeft(session) > 0; first += lineChunk) {
        const chunk = line.slice(first, first + lineChunk)
        await registrantsInto(this.#db, this.#books, chunk)
        moveLine(this.#books, session, chunk, first + 1, move => {
          this.#move(actor, move)
          if (move.to)
            this.notices.push({
              registrant_id: move.registrant_id,
              session_id,
              kind: move.to === 'offered' ? 'offer' : 'promotion',
            })
        })
      }
    }
  }

  async write(): Promise<void> {
    const changes = [...this.#changes.values()].filter(
      ({ before, after, move }) => before?.state !== after?.state || move.on_conflict !== undefined,
    )
    await writeSelections(this.#db, this.#books, changes, this.#now, this.#overridden)
    if (this.#countsChanged) await writeRegistrantCounts(this.#db, this.#books)
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
      to === 'offered' ? new Date(this.#now.getTime() + this.#event.waitlist_offer_minutes * 60_000) : null
    this.#changes.set(key, { actor, registrant_id, session_id, before, after, move, expires_at })
    if (move.override) this.#overridden.add(session_id)
    this.#touched.add(session_id)
    if (isSeat(from) && !isSeat(to))
      for (const [waited, { state }] of selections) if (state === 'waitlisted') this.#touched.add(waited)
  }

  /** Those who wait by the database, less who left in this batch, then who lined up in it. */
  async #lineOf(session_id: number): Promise<number[]> {
    const waits = (id: number) =>
      this.#books.registrants.get(id)?.selections.get(session_id)?.state === 'waitlisted'
    const stored = await readLine(this.#db, session_id)
    const known = new Set(stored)
    const late = [...this.#changes.values()]
      .filter(change => change.session_id === session_id && !known.has(change.registrant_id))
      .map(change => change.registrant_id)
    return [...stored.filter(id => !this.#books.registrants.has(id) || waits(id)), ...late.filter(waits)]
  }
}

const isSeat = (state: SelectionState | null) => state !== null && state !== 'waitlisted'
