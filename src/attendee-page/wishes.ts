import { mustBeValid } from '../errors.ts'
import type { Actor } from '../http/actor.ts'
import type { Body } from '../http/draft.ts'
import { readOnConflict } from '../seats/claims.ts'
import type { Order } from '../seats/desk.ts'
import { emptyWish, type Wish } from '../seats/wish.ts'
import { mayChange, type Visit } from './visit.ts'

/** What a person does with a session, by the word of the path. */
const wishes = {
  add: id => ({ add: [id] }),
  accept: id => ({ add: [id] }),
  'give-up': id => ({ drop: [id] }),
  'line-up': (id, body) => ({ lineUp: [{ session_id: id, on_conflict: readOnConflict(body) }] }),
  leave: id => ({ leave: [id] }),
  decline: id => ({ leave: [id] }),
} satisfies Record<string, (id: number, body: Body) => Partial<Wish>>

/** Deeds that take a seat, or may: a line gives a free one at once. */
const claims: readonly Deed[] = ['add', 'accept', 'line-up']

export type Deed = keyof typeof wishes
export const deeds = Object.keys(wishes) as Deed[]

/**
 * What carries out a deed for the person whose page it is, as the attendee. Throws 422, for a claim also with what has to be
 * told before.
 */
export function wishFor(visit: Visit, actor: Actor, deed: Deed, session_id: number, body: Body): Order {
  const { person } = visit
  if (claims.includes(deed) && mayChange(visit)) mustBeValid(visit.missing)
  const wanted: Partial<Wish> = wishes[deed](session_id, body)
  const wish: Wish = { ...emptyWish, by: 'attendee', registrant_id: person.id, ...wanted }
  return { event_id: person.event_id, errand: { actor, wish } }
}
