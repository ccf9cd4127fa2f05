import type { Db } from '../../db/connection.ts'
import { invalid } from '../../errors.ts'
import type { Order, Profiles, Rewriting } from '../../seats/ledger/order.ts'
import { isSitting, type Move, type Registrant } from '../../seats/rules/state.ts'
import { isSameProfile, noChange, profileAfter } from '../registrants/change.ts'
import { isPersonal } from '../registrants/input.ts'
import { type Profile, type ProfileChange, readProfiles } from '../registrants/queries.ts'
import type { PersonOrder } from './order.ts'

/** What is to be written of a person. */
export type Rewritten = Rewriting & { change: ProfileChange }

/** What orders change of people, compared with what is stored. */
export class StoredProfiles implements Profiles {
  /** what is written, by order */
  readonly rewritten = new Map<Order, Rewritten>()
  readonly #db: Db
  readonly #changes: Map<Order, ProfileChange>
  /** as they will be for the next order */
  #profiles = new Map<number, Profile>()

  constructor(db: Db, orders: PersonOrder[]) {
    this.#db = db
    this.#changes = new Map(
      orders.flatMap((order): [Order, ProfileChange][] => (order.change ? [[order, order.change]] : [])),
    )
  }

  async read(): Promise<void> {
    const ids = [...this.#changes.keys()].map(order => order.wish.registrant_id)
    this.#profiles = await readProfiles(this.#db, ids)
  }

  mustAccept(order: Order, registrant: Registrant): void {
    const change = this.#changes.get(order)
    if (registrant.forgotten && change && isPersonal(change)) throw forgotten()
  }

  /** Nothing is written of a status that the person has, and of values that are equal. */
  rewrite(order: Order, { id, status }: Registrant, moves: Move[]): Rewriting | undefined {
    const change = this.#changes.get(order)
    if (!change && !order.isOverdue) return undefined
    const profile = this.#profiles.get(id)
    const after = profile && change && profileAfter(profile, change)
    if (after) this.#profiles.set(id, after)
    const wanted = order.wish.status
    const isOther = wanted !== undefined && wanted !== status
    if (!isOther && profile && after && isSameProfile(profile, after)) return undefined
    const rewritten = {
      change: change ?? noChange,
      ...(isOther && { status: wanted }),
      lost: isOther && wanted === 'expired' ? seatsIn(moves) : [],
    }
    this.rewritten.set(order, rewritten)
    return rewritten
  }
}

const seatsIn = (moves: Move[]) => moves.filter(({ from }) => isSitting(from)).map(move => move.session_id)

/** The refusal of a change that says who a forgotten person is. */
const forgotten = () =>
  invalid([
    {
      field: 'id',
      type: 'forgotten',
      message: 'This person was forgotten: nothing about them can be stored any more. Register them again.',
    },
  ])
