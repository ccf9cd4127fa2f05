import { type ApiError, type Fault, invalid } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import type { Move, Registrant } from '../rules/state.ts'
import type { Decision, Wish } from '../rules/wish.ts'
import type { RegistrationStatus } from '../schema.ts'

/** A wish on its way: who brings it, and what is to be written besides the seats. */
export type Order = {
  actor: Actor
  wish: Wish
  /** someone who is not registered yet; `wish.registrant_id` is their id, reserved for them */
  newcomer?: { reg_type_id: number | null; group_id: number | null }
  /** whether the registrant is deleted once they have given everything back */
  removal?: boolean
  /** whether this gives back what was held too long; the person is told */
  isOverdue?: boolean
}

/** What an order changes of a registrant besides seats; `lost`: sessions whose seats a hold gave back that ran out. */
export type Rewriting = { status?: RegistrationStatus; lost: number[] }

/** What orders change of people besides their seats: the ledger does not know it, and asks about each order. */
export type Profiles = {
  /** Reads what is stored of them; called when the lock has been asked for. */
  read: () => Promise<void>
  /** Throws what refuses the order to change this registrant. */
  mustAccept: (order: Order, registrant: Registrant) => void
  /** What an order changes that is granted; undefined when that is nothing. */
  rewrite: (order: Order, registrant: Registrant, moves: Move[]) => Rewriting | undefined
}

/** How a registrant stood before an order was carried out. */
export type Before = Pick<Registrant, 'status' | 'expired_session_ids'>

/** An order that was carried out. */
export type Granted = Extract<Decision, { granted: true }> & { before: Before }

export type Outcome = Granted | Exclude<Decision, { granted: true }> | { failure: ApiError }

/** A wish that was granted. Throws the refusal of one that was not: a 422 with an entry for each reason. */
export function mustBeGranted(outcome: Outcome): Granted {
  if ('failure' in outcome) throw outcome.failure
  if (!outcome.granted) throw invalid(outcome.reasons as Fault[])
  return outcome
}

/** A person has to be told something that they did not do themselves. */
export type Notice = {
  registrant_id: number
  session_id: number | null
  kind: 'promotion' | 'offer' | 'abandoned'
  /** sessions that were given up in the same moment */
  dropped_session_ids: number[]
}
