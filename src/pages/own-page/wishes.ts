import { mustBeValid } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import type { Body } from '../../http/values/draft.ts'
import { readOnConflict } from '../../registration/desk/claims.ts'
import { readIds } from '../../registration/registrants/input.ts'
import { emptyWish, type Wish } from '../../seats/rules/wish.ts'
import type { ProgrammeEntry } from './queries.ts'
import { rivalsOf } from './swaps.ts'
import { mayChange, type OwnOrder, type Visit } from './visit.ts'

/** What a person does with a session, by the word of the path; `drop` is what they give up for it. */
const wishes = {
  add: (id, _body, drop) => ({ add: [id], drop }),
  accept: (id, _body, drop) => ({ add: [id], drop }),
  'give-up': id => ({ drop: [id] }),
  'line-up': (id, body) => ({ waitFor: [{ session_id: id, on_conflict: readOnConflict(body) }] }),
  leave: id => ({ leave: [id] }),
  decline: id => ({ leave: [id] }),
} satisfies Record<string, (id: number, body: Body, drop: number[]) => Partial<Wish>>

/** Deeds that take a seat, or may: a line gives a free one at once. */
const claims: readonly Deed[] = ['add', 'accept', 'line-up']

export type Deed = keyof typeof wishes
export const deeds = Object.keys(wishes) as Deed[]

/**
 * What carries out a deed for the person whose page it is, as the attendee; a claim lacks what has to be told before.
 */
export function wishFor(visit: Visit, actor: Actor, deed: Deed, entry: ProgrammeEntry, body: Body): OwnOrder {
  const { person } = visit
  const wanted: Partial<Wish> = wishes[deed](entry.id, body, givenUpFor(visit, entry, body))
  const wish: Wish = { ...emptyWish, by: 'attendee', registrant_id: person.id, ...wanted }
  return {
    order: { event_id: person.event_id, actor, wish },
    faults: claims.includes(deed) && mayChange(visit) ? visit.missing : [],
  }
}

/** What a form names is given up only while it is at the same time: an old page takes away nothing that can be kept. */
function givenUpFor(visit: Visit, entry: ProgrammeEntry, body: Body): number[] {
  const { ids = [], faults } = readIds('instead_of', body.instead_of)
  mustBeValid(faults)
  const rivals = new Set(rivalsOf(visit, entry).map(({ id }) => id))
  return ids.filter(id => rivals.has(id))
}
