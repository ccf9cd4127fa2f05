import type { ApiError } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import type { ProfileChange } from '../../registration/registrants/queries.ts'
import type { Registrant } from '../rules/books.ts'
import { type Decision, emptyWish, type Wish } from '../rules/wish.ts'
import type { Opened } from './open-books.ts'

/** A wish on its way: who brings it, and what is to be written besides the seats. */
export type Errand = {
  actor: Actor
  wish: Wish
  /** someone who is not registered yet; `wish.registrant_id` is their id, reserved for them */
  newcomer?: { reg_type_id: number | null; group_id: number | null }
  /** what changes of the person; needed for a change of status too */
  change?: ProfileChange
  /** whether the registrant is deleted once they have given everything back */
  removal?: boolean
  /** whether this gives back what was held too long; the person is told */
  isOverdue?: boolean
}

/** How a registrant stood before an errand was carried out. */
export type Before = Pick<Registrant, 'status' | 'expired_session_ids'>

/** An errand that was carried out. */
export type Granted = Extract<Decision, { granted: true }> & { before: Before }

export type Outcome = Granted | Exclude<Decision, { granted: true }> | { failure: ApiError }

/** A person has to be told something that they did not do themselves. */
export type Notice = {
  registrant_id: number
  session_id: number | null
  kind: 'promotion' | 'offer' | 'abandoned'
  /** sessions that were given up in the same moment */
  dropped_session_ids: number[]
}

/** What gives back the holds and offers of an event that have expired. */
export function expiredErrands({ event, expiredHolds, expiredOffers }: Opened, now: Date): Errand[] {
  const actor: Actor = { account_id: event.account_id, credential_id: null, request_id: null, now }
  const wish = { ...emptyWish, by: 'organiser' as const }
  return [
    ...expiredHolds.map(registrant_id => ({
      actor,
      wish: { ...wish, registrant_id, status: 'expired' as const },
      isOverdue: true,
    })),
    ...expiredOffers.map(({ registrant_id, session_id }) => ({
      actor,
      wish: { ...wish, registrant_id, leave: [session_id], why: 'offer_expired' },
    })),
  ]
}
