import { type Db, transaction } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { readLeftOut } from '../ledger/included-queries.ts'
import { readOffered, readWaitedFor } from '../ledger/line-queries.ts'
import { lineInParts, linePart, openBooks, registrantsInto } from '../ledger/open-books.ts'
import { type Books, type Move, seatsLeft } from '../rules/books.ts'
import { comingIn, mayLackRegistrants } from '../rules/included.ts'
import { canMove, moveLine } from '../rules/line.ts'
import { canBeAccepted } from '../rules/offers.ts'
import {
  clash,
  deadOffer,
  duplicate,
  type Finding,
  freeSeat,
  leftOut,
  oversold,
  registrantCounter,
  sessionCounters,
  unrecorded,
  wrongHolder,
} from './findings.ts'
import {
  type Amounts,
  beSnapshot,
  countBooks,
  findAccountOfEvent,
  listDuplicates,
  listEventsThatWait,
  listMiscountedRegistrants,
  listMiscountedSessions,
  listOversoldSessions,
  listUnexplainedClashes,
  listWrongHolders,
  recountRegistrants,
  recountSessions,
} from './integrity-queries.ts'
import { listUnrecorded } from './recorded.ts'

export type Integrity = { checked: Amounts; findings: Finding[] }

/**
 * Recounts all seats and says what is wrong. Everything is seen as of one moment, so it can run while the servers do;
 * only events in which somebody waits, has an offer or may be left out are locked, one after the other, to ask the rules.
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
    integrity.findings.push(...(await transaction(db, tx => unsettledIn(tx, event_id, now))))
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

/** What the rules would do in an event by themselves: nothing, unless something is wrong. What has expired is not yet. */
async function unsettledIn(db: Db, event_id: number, now: Date): Promise<Finding[]> {
  const { books, expiredOffers } = await openBooks(db, event_id, [], now)
  const waitedFor = await readWaitedFor(db, event_id)
  const offered = await readOffered(db, event_id)
  await registrantsInto(db, event_id, books, offered, { named: waitedFor })
  return [
    ...deadOffers(books, offered, expiredOffers),
    ...(await freeSeats(db, books, waitedFor)),
    ...(await seatsForLeftOut(db, books)),
  ]
}

/** Offers that cannot be accepted. */
function deadOffers(books: Books, offered: number[], expired: { registrant_id: number }[]): Finding[] {
  const due = new Set(expired.map(({ registrant_id }) => registrant_id))
  return offered
    .filter(id => !due.has(id))
    .flatMap(id => {
      const registrant = books.registrants.get(id)!
      return [...registrant.selections]
        .filter(([session_id, { state }]) => {
          const session = books.sessions.get(session_id)!
          return state === 'offered' && !canBeAccepted(books, registrant, session)
        })
        .map(([session_id]) => deadOffer(books.event.id, session_id, id))
    })
}

/** Included sessions that have a free seat for a registrant who is not in them. */
async function seatsForLeftOut(db: Db, books: Books): Promise<Finding[]> {
  const { id: event_id } = books.event
  const findings: Finding[] = []
  for (const session of books.sessions.values()) {
    if (!mayLackRegistrants(books, session) || seatsLeft(session) === 0) continue
    for (let after = 0; after < Infinity; ) {
      const part = await readLeftOut(db, session.id, event_id, after, linePart)
      await registrantsInto(db, event_id, books, part)
      const next = part.find(id => comingIn(books, books.registrants.get(id)!, session))
      if (next) findings.push(leftOut(event_id, session.id, next))
      after = next || part.length < linePart ? Infinity : part.at(-1)!
    }
  }
  return findings
}

/** Sessions that have a free seat which the rules would give to somebody who waits. */
async function freeSeats(db: Db, books: Books, waitedFor: number[]): Promise<Finding[]> {
  const { id: event_id } = books.event
  const findings: Finding[] = []
  for (const session_id of waitedFor) {
    const session = books.sessions.get(session_id)!
    if (seatsLeft(session) === 0 || !canMove(books, session)) continue
    for await (const rows of lineInParts(db, session_id)) {
      const part = rows.map(row => row.registrant_id)
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
