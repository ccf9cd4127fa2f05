import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { apply, type LedgerState, type Move, type Registrant } from '../rules/state.ts'
import { type Removal, writeRemovals } from './included-queries.ts'
import { type Change, splitRelined, writeRegistrantCounts, writeSelections, writeVersions } from './writes.ts'

/** A selection by its id, which is its place in the line. */
type Waiting = { id: number; registrant_id: number }

/** What a batch changes: each move is written into the ledger at once, and all of it into the database at the end. */
export class Journal {
  readonly #ledger: LedgerState
  readonly #now: Date
  readonly #changes = new Map<string, Change>()
  readonly #overridden = new Set<number>()
  /** how often nothing but the seats of a registrant changed */
  readonly #renewed = new Map<number, number>()
  readonly #removals = new Map<string, Removal>()
  #linedUp = 0
  #countsChanged = false

  constructor(ledger: LedgerState, now: Date) {
    this.#ledger = ledger
    this.#now = now
  }

  /** Writes a move into the ledger; the last move of a registrant and a session explains the change that is stored. */
  move(actor: Actor, move: Move): void {
    const { registrant_id, session_id, from, to } = move
    const { selections } = this.#ledger.registrants.get(registrant_id)!
    const key = `${registrant_id} ${session_id}`
    const known = this.#changes.get(key)
    const before = known ? known.before : from && { id: selections.get(session_id)!.id, state: from }
    apply(this.#ledger, move)
    const { on_conflict = 'pass', offer = null } = selections.get(session_id) ?? {}
    // In the order of last moves: what frees a seat is recorded before who takes it, and lining up makes the line.
    if (from !== to) this.#changes.delete(key)
    const linesUp = to === 'waitlisted' && from !== 'waitlisted' && !move.keepsPlace
    this.#changes.set(key, {
      // Where the server only goes on with what was asked for in this batch, who asked is on record.
      actor: actor.request_id === null && known ? known.actor : actor,
      registrant_id,
      session_id,
      before,
      after: to && { state: to, on_conflict },
      // An offer whose end moves was still made for the reason for which it was made.
      move: known && from === to && move.offer ? known.move : move,
      offer,
      linedUp: linesUp ? ++this.#linedUp : (known?.linedUp ?? null),
    })
    if (move.override) this.#overridden.add(session_id)
  }

  /** Seats are part of a registrant's record: who changes them makes a new version of it. */
  renew(registrant: Registrant): void {
    registrant.version++
    this.#renewed.set(registrant.id, (this.#renewed.get(registrant.id) ?? 0) + 1)
  }

  /** Takes note that registrants came or went: the counters of the event and its types are written. */
  recount(): void {
    this.#countsChanged = true
  }

  /** Writes into the ledger which included sessions a registrant stays out of. */
  remove(registrant: Registrant, removed: Set<number>): void {
    for (const session_id of registrant.removed.symmetricDifference(removed)) {
      const removal = { registrant_id: registrant.id, session_id, isRemoved: removed.has(session_id) }
      this.#removals.set(`${registrant.id} ${session_id}`, removal)
    }
    registrant.removed = removed
  }

  /** Those who lined up for a session in this batch and still wait, in order. */
  lateIn(session_id: number): number[] {
    return this.#waitingIn(session_id)
      .filter(change => change.linedUp !== null)
      .sort((a, b) => a.linedUp! - b.linedUp!)
      .map(change => change.registrant_id)
  }

  /** Those whose offer ended in this batch and who have their former place in the line again, in order. */
  returnedTo(session_id: number): Waiting[] {
    return this.#waitingIn(session_id)
      .filter(change => change.linedUp === null && change.before?.state === 'offered')
      .map(({ before, registrant_id }) => ({ id: before!.id, registrant_id }))
      .sort((a, b) => a.id - b.id)
  }

  changes(): Change[] {
    return [...this.#changes.values()].flatMap(splitRelined)
  }

  /** Writes `changes` and everything besides; every statement is sent at once. */
  async write(db: Db, changes: Change[]): Promise<void> {
    await Promise.all([
      writeSelections(db, this.#ledger, changes, this.#now, this.#overridden),
      writeVersions(db, this.#renewed, this.#now),
      this.#removals.size > 0 && writeRemovals(db, [...this.#removals.values()]),
      this.#countsChanged && writeRegistrantCounts(db, this.#ledger),
    ])
  }

  #waitingIn(session_id: number): Change[] {
    return [...this.#changes.values()].filter(
      change => change.session_id === session_id && change.after?.state === 'waitlisted',
    )
  }
}
