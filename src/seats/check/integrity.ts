import { type Db, transaction } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { readLeftOut } from '../ledger/included-queries.ts'
import { openLedger, registrantsInto, waitlistInParts, waitlistPart } from '../ledger/open-ledger.ts'
import { readOffered, readWaitedFor } from '../ledger/waitlist-queries.ts'
import { comingIn, mayLackRegistrants } from '../rules/included.ts'
import { canBeAccepted } from '../rules/offers.ts'
import { type LedgerState, type Move, seatsLeft } from '../rules/state.ts'
import { canMove, moveWaitlist } from '../rules/waitlist.ts'
import {
  conflict,
  deadOffer,
  duplicate,
  type Finding,
  freeSeat,
  leftOut,
  misplaced,
  oversold,
  registrantCounter,
  sessionCounters,
  unrecorded,
  wrongHolder,
} from './findings.ts'
import {
  type Amounts,
  beSnapshot,
  countLedger,
  findAccountOfEvent,
  listDuplicates,
  listEventsThatWait,
  listMiscountedRegistrants,
  listMiscountedSessions,
  listMisplaced,
  listOversoldSessions,
  listUnexplainedConflicts,
  listWrongHolders,
  recountRegistrants,
  recountSessions,
} from './integrity-queries.ts'
import { listUnrecorded } from './recorded.ts'

export type Integrity = { checked: Amounts; findings: Finding[] }

/**
 * Recounts all seats and says what is wrong. Everything is seen as of one moment, so it can run while the servers do;
 * only events with a waitlist, an offer, or a registrant who may be left out are locked, one after the other, to ask the rules.
 */
export async function checkIntegrity(db: Db, now: Date): Promise<Integrity> {
  const { waiting, ...integrity } = await transaction(db, async tx => {
    await beSnapshot(tx)
    const findings = [
      ...(await listOversoldSessions(tx)).map(oversold),
      ...(await listWrongHolders(tx)).map(wrongHolder),
      ...(await listDuplicates(tx)).map(duplicate),
      ...(await listUnexplainedConflicts(tx)).map(conflict),
      ...(await listUnrecorded(tx)).map(unrecorded),
      ...(await listMiscountedSessions(tx)).map(sessionCounters),
      ...(await listMiscountedRegistrants(tx)).map(registrantCounter),
      ...(await listMisplaced(tx)).map(misplaced),
    ]
    return { checked: await countLedger(tx), findings, waiting: await listEventsThatWait(tx) }
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
      const actor: Actor = { account_id, actor_id: null, request_id: null, now }
      await recountSessions(tx, actor, event_id)
      await recountRegistrants(tx, actor, event_id)
    })
}

/** What the rules would do in an event by themselves: nothing, unless something is wrong. What has expired is not yet. */
async function unsettledIn(db: Db, event_id: number, now: Date): Promise<Finding[]> {
  const { ledger, expiredOffers } = await openLedger(db, event_id, [], now)
  const waitedFor = await readWaitedFor(db, event_id)
  const offered = await readOffered(db, event_id)
  await registrantsInto(db, event_id, ledger, offered, { named: waitedFor })
  return [
    ...deadOffers(ledger, offered, expiredOffers),
    ...(await freeSeats(db, ledger, waitedFor)),
    ...(await seatsForLeftOut(db, ledger)),
  ]
}

/** Offers that cannot be accepted. */
function deadOffers(ledger: LedgerState, offered: number[], expired: { registrant_id: number }[]): Finding[] {
  const due = new Set(expired.map(({ registrant_id }) => registrant_id))
  return offered
    .filter(id => !due.has(id))
    .flatMap(id => {
      const registrant = ledger.registrants.get(id)!
      return [...registrant.selections]
        .filter(([session_id, { state }]) => {
          const session = ledger.sessions.get(session_id)!
          return state === 'offered' && !canBeAccepted(ledger, registrant, session)
        })
        .map(([session_id]) => deadOffer(ledger.event.id, session_id, id))
    })
}

/** Included sessions that have a free seat for a registrant who is not in them. */
async function seatsForLeftOut(db: Db, ledger: LedgerState): Promise<Finding[]> {
  const { id: event_id } = ledger.event
  const findings: Finding[] = []
  for (const session of ledger.sessions.values()) {
    if (!mayLackRegistrants(ledger, session) || seatsLeft(session) === 0) continue
    for (let after = 0; after < Infinity; ) {
      const part = await readLeftOut(db, session.id, event_id, after, waitlistPart)
      await registrantsInto(db, event_id, ledger, part)
      const next = part.find(id => comingIn(ledger, ledger.registrants.get(id)!, session))
      if (next) findings.push(leftOut(event_id, session.id, next))
      after = next || part.length < waitlistPart ? Infinity : part.at(-1)!
    }
  }
  return findings
}

/** Sessions that have a free seat which the rules would give to a registrant who waits. */
async function freeSeats(db: Db, ledger: LedgerState, waitedFor: number[]): Promise<Finding[]> {
  const { id: event_id } = ledger.event
  const findings: Finding[] = []
  for (const session_id of waitedFor) {
    const session = ledger.sessions.get(session_id)!
    if (seatsLeft(session) === 0 || !canMove(ledger, session)) continue
    for await (const rows of waitlistInParts(db, session_id)) {
      const part = rows.map(row => row.registrant_id)
      await registrantsInto(db, event_id, ledger, part)
      const moves: Move[] = []
      moveWaitlist(ledger, session, part, 1, [], move => moves.push(move))
      const next = moves.find(move => move.session_id === session_id)
      if (!next) continue
      findings.push(freeSeat(event_id, session_id, next.registrant_id))
      break
    }
  }
  return findings
}
