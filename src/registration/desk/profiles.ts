import type { Db } from '../../db/connection.ts'
import { invalid } from '../../errors.ts'
import type { Errand, Profiles, Rewriting } from '../../seats/ledger/errand.ts'
import { isSitting, type Move, type Registrant } from '../../seats/rules/books.ts'
import { isSameProfile, noChange, profileAfter } from '../registrants/change.ts'
import { isPersonal } from '../registrants/input.ts'
import { type Profile, type ProfileChange, readProfiles } from '../registrants/queries.ts'
import type { PersonErrand } from './order.ts'

/** What is to be written of a person. */
export type Rewritten = Rewriting & { change: ProfileChange }

/** What errands change of people, compared with what is stored. */
export class StoredProfiles implements Profiles {
  /** what is written, by errand */
  readonly rewritten = new Map<Errand, Rewritten>()
  readonly #db: Db
  readonly #changes: Map<Errand, ProfileChange>
  /** as they will be for the next errand */
  #profiles = new Map<number, Profile>()

  constructor(db: Db, errands: PersonErrand[]) {
    this.#db = db
    this.#changes = new Map(
      errands.flatMap((errand): [Errand, ProfileChange][] =>
        errand.change ? [[errand, errand.change]] : [],
      ),
    )
  }

  async read(): Promise<void> {
    const ids = [...this.#changes.keys()].map(errand => errand.wish.registrant_id)
    this.#profiles = await readProfiles(this.#db, ids)
  }

  mustAccept(errand: Errand, registrant: Registrant): void {
    const change = this.#changes.get(errand)
    if (registrant.forgotten && change && isPersonal(change)) throw forgotten()
  }

  /** Nothing is written of a status that the person has, and of values that are equal. */
  rewrite(errand: Errand, { id, status }: Registrant, moves: Move[]): Rewriting | undefined {
    const change = this.#changes.get(errand)
    if (!change && !errand.isOverdue) return undefined
    const profile = this.#profiles.get(id)
    const after = profile && change && profileAfter(profile, change)
    if (after) this.#profiles.set(id, after)
    const wanted = errand.wish.status
    const isOther = wanted !== undefined && wanted !== status
    if (!isOther && profile && after && isSameProfile(profile, after)) return undefined
    const rewritten = {
      change: change ?? noChange,
      ...(isOther && { status: wanted }),
      lost: isOther && wanted === 'expired' ? seatsIn(moves) : [],
    }
    this.rewritten.set(errand, rewritten)
    return rewritten
  }
}

const seatsIn = (moves: Move[]) => moves.filter(({ from }) => isSitting(from)).map(move => move.session_id)

/** Of a change that says who somebody is who was forgotten. */
const forgotten = () =>
  invalid([
    {
      field: 'id',
      type: 'forgotten',
      message: 'This person was forgotten: nothing about them can be stored any more. Register them again.',
    },
  ])
