import type { Headcount, Holding, Misplaced, SessionCounts } from './integrity-queries.ts'
import type { Disagreement } from './recorded.ts'

/** Something that must not be; `invariant` is its number in docs/operations.md. */
export type Finding = {
  invariant: 1 | 2 | 3 | 4 | 5 | 6 | 7
  type:
    | 'oversold'
    | 'wrong_holder'
    | 'duplicate'
    | 'clash'
    | 'free_seat'
    | 'left_out'
    | 'dead_offer'
    | 'unrecorded'
    | 'session_counters'
    | 'registrant_counter'
    | 'misplaced'
  event_id: number
  session_id?: number
  registrant_id?: number
  message: string
  [detail: string]: unknown
}

export const oversold = ({ id, event_id, capacity, overbooked, ...counts }: SessionCounts): Finding => {
  const taken = counts.selected_counted + counts.held_counted + counts.offered_counted
  return {
    invariant: 1,
    type: 'oversold',
    event_id,
    session_id: id,
    capacity,
    overbooked,
    taken,
    message: `Session ${id} has ${capacity} seats and ${overbooked} by override, but ${taken} are taken.`,
  }
}

export const wrongHolder = (held: Holding): Finding => ({
  invariant: 1,
  type: 'wrong_holder',
  ...held,
  message: `Registrant ${held.registrant_id} is ${held.registration_status}, but ${held.state} in session ${held.session_id}.`,
})

export const duplicate = (pair: {
  event_id: number
  registrant_id: number
  session_id: number
}): Finding => ({
  invariant: 2,
  type: 'duplicate',
  ...pair,
  message: `Registrant ${pair.registrant_id} is in session ${pair.session_id} more than once.`,
})

export const conflict = ({
  other_id,
  ...pair
}: {
  event_id: number
  registrant_id: number
  session_id: number
  other_id: number
}): Finding => ({
  invariant: 3,
  type: 'clash',
  ...pair,
  other_session_id: other_id,
  message: `Registrant ${pair.registrant_id} has seats in sessions ${pair.session_id} and ${other_id}, which are in conflict.`,
})

export const freeSeat = (event_id: number, session_id: number, registrant_id: number): Finding => ({
  invariant: 4,
  type: 'free_seat',
  event_id,
  session_id,
  registrant_id,
  message: `Session ${session_id} has a free seat, and registrant ${registrant_id} waits for it.`,
})

export const deadOffer = (event_id: number, session_id: number, registrant_id: number): Finding => ({
  invariant: 4,
  type: 'dead_offer',
  event_id,
  session_id,
  registrant_id,
  message: `A seat in session ${session_id} is kept for registrant ${registrant_id}, who cannot accept it.`,
})

export const leftOut = (event_id: number, session_id: number, registrant_id: number): Finding => ({
  invariant: 4,
  type: 'left_out',
  event_id,
  session_id,
  registrant_id,
  message: `Session ${session_id} is included and has a free seat, but registrant ${registrant_id} is not in it.`,
})

export const unrecorded = ({ stored, recorded, ...pair }: Disagreement): Finding => ({
  invariant: 5,
  type: 'unrecorded',
  ...pair,
  stored,
  recorded,
  message: `Registrant ${pair.registrant_id} is ${stored ?? 'not'} in session ${pair.session_id}, but by the change feed ${recorded ?? 'not'}.`,
})

export const sessionCounters = ({ id, event_id, ...counts }: SessionCounts): Finding => {
  const wrong = (['selected', 'held', 'offered', 'waitlisted'] as const).filter(
    state => counts[`${state}_count`] !== counts[`${state}_counted`],
  )
  const said = wrong.map(state => `${counts[`${state}_count`]} ${state}, not ${counts[`${state}_counted`]}`)
  return {
    invariant: 6,
    type: 'session_counters',
    event_id,
    session_id: id,
    message: `Session ${id} counts ${said.join('; ')}.`,
  }
}

export const registrantCounter = ({
  object,
  id,
  event_id,
  registrants_count,
  registrants_counted,
}: Headcount): Finding => ({
  invariant: 6,
  type: 'registrant_counter',
  event_id,
  object,
  object_id: id,
  message: `${object === 'event' ? 'Event' : 'Registrant type'} ${id} counts ${registrants_count} registrants, not ${registrants_counted}.`,
})

export const misplaced = ({ object, object_id, ...place }: Misplaced): Finding => ({
  invariant: 7,
  type: 'misplaced',
  ...place,
  object,
  object_id,
  message: `The ${object.replace('_', ' ')} ${object_id} refers to session ${place.session_id}, which is of another event or was not submitted.`,
})
