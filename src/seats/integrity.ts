import { type Db, transaction } from '../db/connection.ts'
import type { Actor } from '../http/actor.ts'
import { type Move, seatsLeft } from './books.ts'
import {
  type Books,
  beSnapshot,
  countBooks,
  findAccountOfEvent,
  type Headcount,
  type Holding,
  listDuplicates,
  listEventsThatWait,
  listMiscountedRegistrants,
  listMiscountedSessions,
  listOversoldSessions,
  listUnexplainedClashes,
  listWrongHolders,
  recountRegistrants,
  recountSessions,
  type SessionCounts,
} from './integrity-queries.ts'
import { canMove, moveLine } from './line.ts'
import { lineInParts, openBooks, registrantsInto } from './open-books.ts'
import { lockEventSeats, readWaitedFor } from './queries.ts'
import { type Disagreement, listUnrecorded } from './recorded.ts'

/** Something that must not be; `invariant` is its number in docs/operations.md. */
export type Finding = {
  invariant: 1 | 2 | 3 | 4 | 5 | 6
  type:
    | 'oversold'
    | 'wrong_holder'
    | 'duplicate'
    | 'clash'
    | 'free_seat'
    | 'unrecorded'
    | 'session_counters'
    | 'registrant_counter'
  event_id: number
  session_id?: number
  registrant_id?: number
  message: string
  [detail: string]: unknown
}

export type Integrity = { checked: Books; findings: Finding[] }

/**
 * Recounts all seats and says what is wrong. Everything is seen as of one moment, so it can run while the servers do;
 * only events in which a line looks stuck are locked, one after the other, to ask the rules about it.
 */
export async function checkIntegrity(db: Db, now: Date): Promise<Integrity> {
  const { waiting, ...integrity } = await transaction(db, async tx => {
    await beSnapshot(tx)
    const findings = [
      ...(await listOversoldSessions(tx)).map(oversold),
      ...(await listWrongHolders(tx)).map(wrongHolder),
      ...(await listDuplicates(tx)).map(duplicate),
      ...(await listUnexplainedClashes(tx)).map(clash),
      ...(await listUnrecorded(tx)).map(unrecorded),
      ...(await listMiscountedSessions(tx)).map(sessionCounters),
      ...(await listMiscountedRegistrants(tx)).map(registrantCounter),
    ]
    return { checked: await countBooks(tx), findings, waiting: await listEventsThatWait(tx) }
  })
  for (const event_id of waiting)
    integrity.findings.push(...(await transaction(db, tx => freeSeatsOf(tx, event_id, now))))
  integrity.findings.sort((a, b) => a.invariant - b.invariant)
  return integrity
}

/** Writes recounted counters, an event at a time under its lock; the change log says so. */
export async function repairCounters(db: Db, findings: Finding[], now: Date): Promise<void> {
  const wrong = findings.filter(finding => finding.invariant === 6)
  for (const event_id of new Set(wrong.map(finding => finding.event_id)))
    await transaction(db, async tx => {
      await lockEventSeats(tx, event_id)
      const account_id = await findAccountOfEvent(tx, event_id)
      if (account_id === undefined) return
      const actor: Actor = { account_id, credential_id: null, request_id: null, now }
      await recountSessions(tx, actor, event_id)
      await recountRegistrants(tx, actor, event_id)
    })
}

/** Sessions that have a free seat which the rules would give to somebody who waits. */
async function freeSeatsOf(db: Db, event_id: number, now: Date): Promise<Finding[]> {
  const { books } = await openBooks(db, event_id, [], now)
  const waitedFor = await readWaitedFor(db, event_id)
  await registrantsInto(db, event_id, books, [], waitedFor)
  const findings: Finding[] = []
  for (const session_id of waitedFor) {
    const session = books.sessions.get(session_id)!
    if (seatsLeft(session) === 0 || !canMove(books, session)) continue
    for await (const part of lineInParts(db, session_id)) {
      await registrantsInto(db, event_id, books, part)
      const moves: Move[] = []
      moveLine(books, session, part, 1, [], move => moves.push(move))
      const next = moves.find(move => move.session_id === session_id)
      if (!next) continue
      findings.push(freeSeat(event_id, session_id, next.registrant_id))
      break
    }
  }
  return findings
}

const oversold = ({ id, event_id, capacity, overbooked, ...counts }: SessionCounts): Finding => {
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

const wrongHolder = (held: Holding): Finding => ({
  invariant: 1,
  type: 'wrong_holder',
  ...held,
  message: `Registrant ${held.registrant_id} is ${held.registration_status}, but ${held.state} in session ${held.session_id}.`,
})

const duplicate = (pair: { event_id: number; registrant_id: number; session_id: number }): Finding => ({
  invariant: 2,
  type: 'duplicate',
  ...pair,
  message: `Registrant ${pair.registrant_id} is in session ${pair.session_id} more than once.`,
})

const clash = ({
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
  message: `Registrant ${pair.registrant_id} has seats in sessions ${pair.session_id} and ${other_id}, which clash.`,
})

const freeSeat = (event_id: number, session_id: number, registrant_id: number): Finding => ({
  invariant: 4,
  type: 'free_seat',
  event_id,
  session_id,
  registrant_id,
  message: `Session ${session_id} has a free seat, and registrant ${registrant_id} waits for it.`,
})

const unrecorded = ({ stored, recorded, ...pair }: Disagreement): Finding => ({
  invariant: 5,
  type: 'unrecorded',
  ...pair,
  stored,
  recorded,
  message: `Registrant ${pair.registrant_id} is ${stored ?? 'not'} in session ${pair.session_id}, but by the change feed ${recorded ?? 'not'}.`,
})

const sessionCounters = ({ id, event_id, ...counts }: SessionCounts): Finding => {
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

const registrantCounter = ({
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
