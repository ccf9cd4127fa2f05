import type { Errand } from '../../seats/ledger/errand.ts'
import { isSitting, type Move, type Registrant } from '../../seats/rules/books.ts'
import { isSameProfile, noChange, profileAfter } from '../registrants/change.ts'
import type { Profile, ProfileChange } from '../registrants/queries.ts'
import type { RegistrationStatus } from '../registrants/schema.ts'

/** What is written of a person besides their seats; `lost`: sessions whose seats a hold gave back that ran out. */
export type Rewriting = { change: ProfileChange; status?: RegistrationStatus; lost: number[] }

/**
 * What an errand changes of a person, compared with what is stored; undefined when that is nothing: a status that they have,
 * and values that are equal. Keeps `profiles` as they will be, for the next errand.
 */
export function rewritingOf(
  { change, wish, isOverdue }: Errand,
  { id, status }: Registrant,
  profiles: Map<number, Profile>,
  moves: Move[],
): Rewriting | undefined {
  if (!change && !isOverdue) return undefined
  const profile = profiles.get(id)
  const after = profile && change && profileAfter(profile, change)
  if (after) profiles.set(id, after)
  const isOther = wish.status !== undefined && wish.status !== status
  if (!isOther && profile && after && isSameProfile(profile, after)) return undefined
  return {
    change: change ?? noChange,
    ...(isOther && { status: wish.status! }),
    lost: isOther && wish.status === 'expired' ? seatsIn(moves) : [],
  }
}

const seatsIn = (moves: Move[]) => moves.filter(({ from }) => isSitting(from)).map(move => move.session_id)
