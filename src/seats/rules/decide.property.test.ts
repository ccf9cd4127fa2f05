import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { decide } from './decide.ts'
import { comingIn, isLeftOut, removedAfter } from './included.ts'
import { canBeAccepted, offerAgain } from './offers.ts'
import {
  apply,
  inConflict,
  isIncludedLive,
  type LedgerState,
  type Move,
  maySit,
  type Session,
  seatsLeft,
} from './state.ts'
import { canMove, moveWaitlist } from './waitlist.ts'
import { emptyWish } from './wish.ts'

const people = 4
const sessions = 3

const step = fc.record({
  who: fc.integer({ min: 1, max: people }),
  session: fc.integer({ min: 1, max: sessions }),
  what: fc.constantFrom(
    ...['claim', 'drop', 'lineUp', 'swapUp', 'leave', 'cancel', 'confirm', 'instead', 'wait', 'take', 'some'],
    ...['live', 'include', 'lock', 'close'],
  ),
  override: fc.boolean(),
})
const world = fc.record({
  capacities: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: sessions, maxLength: sessions }),
  flags: fc.array(fc.integer({ min: 0, max: 1 }), { minLength: sessions, maxLength: sessions }),
  mode: fc.constantFrom('automatic' as const, 'offer' as const, 'manual' as const),
  steps: fc.array(step, { maxLength: 25 }),
})
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function booksOf(
  capacities: number[],
  flags: number[],
  mode: LedgerState['event']['waitlist_mode'],
): LedgerState {
  const session = (n: number): Session => ({
    id: n,
    name: `S${n}`,
    capacity: capacities[n - 1]!,
    selected: 0,
    held: 0,
    offered: 0,
    waitlisted: 0,
    session_status: 'live',
    selection_control: 'optional',
    selected_by_default: 0,
    locked_when_saved: 0,
    prevent_session_conflicts: flags[n - 1]!,
    sold_out_message: null,
    starts: n * 10,
    ends: n * 10 + 15,
  })
  const ids = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
  return {
    now: 0,
    event: {
      id: 1,
      capacity: null,
      registrants: people,
      waitlist_mode: mode,
      waitlist_offer_minutes: 720,
      closes: null,
    },
    sessions: new Map(ids(sessions).map(n => [n, session(n)])),
    elsewhere: new Set(),
    registrants: new Map(
      ids(people).map(id => [
        id,
        {
          id,
          status: 'confirmed',
          version: 1,
          forgotten: false,
          expired_session_ids: [],
          reg_type_id: null,
          group_id: null,
          removed: new Set(),
          selections: new Map(),
        },
      ]),
    ),
    regTypes: new Map(),
    groups: new Map(),
  }
}

function wishOf({ who, session, what, override }: Step) {
  const wish = { ...emptyWish, by: 'organiser' as const, registrant_id: who, override }
  if (what === 'claim') return { ...wish, add: [session] }
  if (what === 'drop') return { ...wish, drop: [session] }
  if (what === 'instead') return { ...wish, add: [session], replace: true }
  if (what === 'take') return { ...wish, add: [session], drop: [(session % sessions) + 1] }
  if (what === 'some') return { ...wish, add: [session], replace: true, partial: true }
  if (what === 'wait')
    return { ...wish, replace: true, waitFor: [{ session_id: session, on_conflict: 'pass' as const }] }
  if (what === 'leave') return { ...wish, leave: [session] }
  if (what === 'cancel') return { ...wish, status: 'cancelled' as const }
  if (what === 'confirm') return { ...wish, status: 'confirmed' as const }
  const on_conflict = what === 'swapUp' ? ('swap' as const) : ('pass' as const)
  return { ...wish, waitFor: [{ session_id: session, on_conflict }] }
}

describe('decide and moveWaitlist', () => {
  it('keep seats, lines and conflicts as a small model has them, over 10,000 sequences', () => {
    fc.assert(
      fc.property(world, ({ capacities, flags, mode, steps }) => {
        const ledger = booksOf(capacities, flags, mode)
        /** the model: who stands in each line, in order, and how far each session was overbooked */
        const lines = new Map([...ledger.sessions.keys()].map(id => [id, [] as number[]]))
        const overbooked = new Map<number, number>()
        const carry = (move: Move) => {
          assert.equal(
            ledger.registrants.get(move.registrant_id)!.selections.get(move.session_id)?.state ?? null,
            move.from,
          )
          apply(ledger, move)
          const line = lines.get(move.session_id)!
          if (move.from === 'waitlisted' && move.to !== 'waitlisted')
            line.splice(line.indexOf(move.registrant_id), 1)
          if (move.to === 'waitlisted' && move.from !== 'waitlisted') line.push(move.registrant_id)
          if (move.override) overbooked.set(move.session_id, people)
        }
        /** seats that came into conflict because a session takes place again */
        const excused = new Set<string>()
        for (const each of steps) {
          if (!organise(ledger, each, excused) && !grant(ledger, each, carry)) continue
          settle(ledger, lines, carry)
          check(ledger, lines, overbooked, excused)
        }
      }),
      { numRuns: 10_000 },
    )
  })
})

/** What the organiser does to a session or the event; false for what a registrant does. */
function organise(ledger: LedgerState, { session: id, what }: Step, excused: Set<string>): boolean {
  const session = ledger.sessions.get(id)!
  if (what === 'live') session.session_status = session.session_status === 'live' ? 'approved' : 'live'
  else if (what === 'include')
    session.selection_control = session.selection_control === 'included' ? 'optional' : 'included'
  else if (what === 'lock') session.locked_when_saved = 1 - session.locked_when_saved
  else if (what === 'close') ledger.event.closes = ledger.event.closes === null ? 0 : null
  else return false
  if (what === 'live') for (const pair of conflictsIn(ledger)) excused.add(pair)
  return true
}

/** Decides a wish, and writes it into the ledger; false when it is refused. */
function grant(ledger: LedgerState, each: Step, carry: (move: Move) => void): boolean {
  const wish = wishOf(each)
  const registrant = ledger.registrants.get(each.who)!
  const had = [...registrant.selections.keys()]
  const decision = decide(ledger, wish)
  if (!decision.granted) {
    assert.notEqual(decision.reasons.length, 0)
    return false
  }
  for (const move of decision.moves) carry(move)
  registrant.removed = removedAfter(ledger, registrant, wish, decision.skipped)
  if (each.what === 'cancel') registrant.status = 'cancelled'
  if (each.what === 'confirm') registrant.status = 'confirmed'
  if (each.what === 'drop' && ledger.sessions.get(each.session)!.selection_control === 'included')
    assert.equal(registrant.removed.has(each.session), true)
  if (each.what === 'some' && decision.skipped.length > 0)
    assert.deepEqual(
      had.filter(id => !registrant.selections.has(id)),
      [],
      'what is refused takes nothing away',
    )
  return true
}

/** Who has two seats in conflict: `who first second`. */
function conflictsIn({ registrants, sessions }: LedgerState): string[] {
  return [...registrants.values()].flatMap(({ id, selections }) => {
    const seats = [...selections]
      .filter(([, { state }]) => state === 'selected')
      .map(([session_id]) => sessions.get(session_id)!)
    return seats.flatMap(a => seats.filter(b => inConflict(a, b)).map(b => `${id} ${a.id} ${b.id}`))
  })
}

/** Ends offers, moves lines and takes in who was left out, until nothing moves. */
function settle(ledger: LedgerState, lines: Map<number, number[]>, carry: (move: Move) => void): void {
  for (let moved = true; moved; ) {
    moved = false
    const go = (move: Move | undefined) => {
      if (!move) return
      moved = true
      carry(move)
    }
    for (const registrant of ledger.registrants.values())
      for (const [id, { state }] of [...registrant.selections])
        if (state === 'offered') go(offerAgain(ledger, registrant, ledger.sessions.get(id)!))
    for (const session of ledger.sessions.values()) {
      if (canMove(ledger, session))
        moveWaitlist(ledger, session, [...lines.get(session.id)!], 1, [], move => {
          moved = true
          carry(move)
        })
      for (const registrant of ledger.registrants.values()) go(comingIn(ledger, registrant, session))
    }
  }
}

function check(
  ledger: LedgerState,
  lines: Map<number, number[]>,
  overbooked: Map<number, number>,
  excused: Set<string>,
): void {
  const everybody = [...ledger.registrants.values()]
  for (const session of ledger.sessions.values()) {
    const inState = (state: string) =>
      everybody.filter(each => each.selections.get(session.id)?.state === state).length
    const counted = (['selected', 'held', 'offered', 'waitlisted'] as const).map(inState)
    assert.deepEqual([session.selected, session.held, session.offered, session.waitlisted], counted)
    assert.equal(lines.get(session.id)!.length, session.waitlisted)
    const taken = session.selected + session.held + session.offered
    assert.equal(taken <= session.capacity! + (overbooked.get(session.id) ?? 0), true)
    if (seatsLeft(session) > 0 && canMove(ledger, session))
      moveWaitlist(ledger, session, lines.get(session.id)!, 1, [], () => assert.fail('a free seat waits'))
  }
  assert.deepEqual(
    conflictsIn(ledger).filter(pair => !excused.has(pair)),
    [],
  )
  for (const registrant of everybody) {
    const { status, selections, removed } = registrant
    if (!maySit(status)) assert.equal(selections.size, 0)
    for (const session of ledger.sessions.values()) {
      const isIn = selections.get(session.id)?.state === 'selected'
      if (isIn) assert.equal(removed.has(session.id), false)
      if (selections.get(session.id)?.state === 'offered')
        assert.equal(canBeAccepted(ledger, registrant, session), true)
      if (!isIncludedLive(session) || isIn || !maySit(status) || removed.has(session.id)) continue
      assert.equal(isLeftOut(session, registrant), true)
      const hasRival = [...selections].some(
        ([id, { state }]) => state === 'selected' && inConflict(session, ledger.sessions.get(id)!),
      )
      assert.equal(seatsLeft(session) === 0 || hasRival, true, 'who fits into an included session is in it')
    }
  }
}
