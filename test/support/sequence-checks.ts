import assert from 'node:assert/strict'
import type { Json } from './app.ts'
import { type Entry, holds, lineOf, nameOf, type State, selectionOf } from './sequence-state.ts'

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
    assert.deepEqual(is.slice(0, stayed.length), stayed, 'who stays in the line keeps the place')
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
    if (why === 'swapped') {
      const wanted = selectionOf(before, registrant_id, for_session_id)
      const hasAsked = swapping.includes(registrant_id) || wanted?.on_conflict === 'swap'
      assert.equal(hasAsked, true, 'nobody swaps who did not ask for it')
      const gains = entries.filter(
        ({ after }) => after?.registrant_id === registrant_id && after.state !== 'waitlisted',
      )
      assert.notEqual(gains.length, 0, 'a swap gives something')
    } else assert.match(why, seat.state === 'offered' ? /_expired$/ : /^registrant_expired$/, nameOf(seat))
  }
}
