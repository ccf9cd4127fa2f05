import assert from 'node:assert/strict'
import type { Json } from './app.ts'
import {
  type Entry,
  hasBegun,
  holds,
  isIn,
  isIncluded,
  isRemoved,
  isSwappable,
  lineOf,
  nameOf,
  rivalsIn,
  type State,
  selectionOf,
  sessionIn,
  sits,
  takenIn,
} from './sequence-state.ts'

/** What must be true of every step: how the state before became the one after, by what the change log says. */

/** The change log leads from what was to what is, without a gap. */
export function mustBeExplained(before: State, after: State, entries: Entry[]): void {
  const statesOf = ({ selections }: State) => selections.map(each => [nameOf(each), each.state] as const)
  const states = new Map(statesOf(before))
  for (const entry of entries) {
    const name = nameOf(entry.after ?? entry.before!)
    assert.equal(states.get(name), entry.before?.state, `${name}: the log starts from what was`)
    if (entry.after) states.set(name, entry.after.state)
    else states.delete(name)
  }
  assert.deepEqual(states, new Map(statesOf(after)), 'the log ends with what is')
}

/** Who stays in a line keeps the place, and whoever gets a seat from it names those who were passed over. */
export function mustKeepLines(before: State, after: State, entries: Entry[]): void {
  for (const { id } of before.sessions) {
    const [was, is] = [lineOf(before, id), lineOf(after, id)]
    const stayed = was.filter(each => is.includes(each))
    const kept = placesIn(before, id, true).filter(each => placesIn(after, id).includes(each))
    assert.deepEqual(placesIn(after, id).slice(0, kept.length), kept, 'who stays in the line keeps the place')
    for (const { after: moved } of entries) {
      if (moved?.session_id !== id || (moved.why !== 'promoted' && moved.why !== 'offered')) continue
      const place = was.indexOf(moved.registrant_id)
      const ahead = stayed.filter(each => place < 0 || was.indexOf(each) < place)
      const passed = moved.passed_over.map((each: { registrant_id: number }) => each.registrant_id)
      assert.deepEqual(
        ahead.filter(each => !passed.includes(each)),
        [],
        'nobody is passed over in silence',
      )
    }
  }
}

/** Places in a line, in order; with those who had an offer, who return to theirs. */
const placesIn = ({ selections }: State, session_id: number, offers = false) =>
  selections
    .filter(each => each.session_id === session_id)
    .filter(({ state }) => state === 'waitlisted' || (offers && state === 'offered'))
    .map(each => each.id)

/** No included session has a free seat for somebody who is left out of it, unless they have something at the same time. */
export function mustLeaveNobodyOut(state: State): void {
  for (const session of state.sessions.filter(isIncluded)) {
    const isFull = session.capacity !== null && takenIn(state, session.id) >= session.capacity
    for (const { id } of state.registrants.filter(each => isIn(state, each.id))) {
      if (isFull || sits(selectionOf(state, id, session.id)) || isRemoved(state, id, session.id)) continue
      assert.notEqual(rivalsIn(state, id, session).length, 0, `${id} belongs into session ${session.id}`)
    }
  }
}

/** An offer that has not run out can be accepted. */
export function mustOfferWhatCanBeTaken(state: State, now: Date): void {
  for (const { registrant_id, session_id, state: is, expires_at, on_conflict } of state.selections) {
    if (is !== 'offered' || new Date(expires_at) <= now) continue
    const session = sessionIn(state, session_id)
    assert.equal(session.session_status, 'live', 'an offer is of a session that takes place')
    assert.equal(hasBegun(session, now), false, 'an offer is of a session that has not started')
    const rivals = rivalsIn(state, registrant_id, session)
    const maySwap = on_conflict === 'swap' && rivals.every(rival => isSwappable(rival, now))
    assert.equal(rivals.length === 0 || maySwap, true, 'an offer is in conflict with nothing')
  }
}

/** Nobody loses a seat but by their own call, by running out of time, by a swap that they asked for, or with the session. */
export function mustLoseNothing(
  before: State,
  after: State,
  entries: Entry[],
  { giving, swapping }: Record<'giving' | 'swapping', number[]>,
): void {
  const remaining = new Set(after.sessions.map(session => session.id))
  for (const seat of before.selections) {
    const { registrant_id, session_id } = seat
    if (!holds(seat) || giving.includes(registrant_id) || !remaining.has(session_id)) continue
    if (holds(selectionOf(after, registrant_id, session_id))) continue
    const last = entries.findLast(entry => nameOf(entry.after ?? entry.before!) === nameOf(seat))
    const { why, for_session_id }: Json = last?.before ?? {}
    if (seat.state === 'offered' && last?.after?.why === 'offer_ended') {
      const kept = selectionOf(after, registrant_id, session_id)
      assert.deepEqual(
        [kept?.id, kept?.state],
        [seat.id, 'waitlisted'],
        'an offer that ends returns its place',
      )
      continue
    }
    if (why === 'swapped') {
      const wanted = selectionOf(before, registrant_id, for_session_id)
      const hasAsked = swapping.includes(registrant_id) || wanted?.on_conflict === 'swap'
      assert.equal(hasAsked, true, 'nobody swaps who did not ask for it')
      const gains = entries.filter(
        ({ after }) => after?.registrant_id === registrant_id && after.state !== 'waitlisted',
      )
      assert.notEqual(gains.length, 0, 'a swap gives something')
    } else
      assert.match(
        why,
        seat.state === 'offered' ? /_expired$|_forgotten$/ : /^registrant_expired$/,
        nameOf(seat),
      )
  }
}
