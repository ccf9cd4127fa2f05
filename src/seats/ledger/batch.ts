import type { Db } from '../../db/connection.ts'
import { type ApiError, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { mustMatchVersion } from '../../http/etag.ts'
import { type Rewriting, rewritingOf } from '../../registration/desk/rewriting.ts'
import { isPersonal } from '../../registration/registrants/input.ts'
import { applyStanding, standingAfter } from '../rules/admission.ts'
import { decide } from '../rules/decide.ts'
import { removedAfter } from '../rules/included.ts'
import { forgotten } from '../rules/refusals.ts'
import { type Errand, expiredErrands, type Notice, type Outcome } from './errand.ts'
import { addErrands, type Opened, openBooks } from './open-books.ts'
import type { EventRow } from './queries.ts'
import { givenUp, Settlement } from './settlement.ts'

/** What was decided, to be written in the same transaction. */
export type Decided = {
  event: EventRow
  changesSeats: boolean
  outcomes: Outcome[]
  /** what is written of people besides their seats, by errand, in order */
  rewritings: Map<Errand, Rewriting>
  /** what gave back holds that were over */
  expired: Errand[]
  notices: Notice[]
  /** whether somebody's registration is still to be finished */
  isUnfinished: (registrant_id: number) => boolean
  /** sends every statement at once */
  writeSeats: () => Promise<void>
}

/**
 * Takes the lock of an event, and decides its errands in order of arrival. Expired holds and offers are given back
 * first. Lines move after each errand, and included sessions take in who was left out, so that nobody who came later in the
 * same batch gets a seat before them. With `changing` who changed something else than seats, such as times or a
 * capacity, is told: everything is looked at again last. Each errand is granted or refused by itself.
 */
export async function decideErrands(
  db: Db,
  event_id: number,
  errands: Errand[],
  now: Date,
  changing?: Actor,
): Promise<Decided> {
  const opened = await openBooks(db, event_id, errands, now)
  const { event, books } = opened
  const expired = expiredErrands(opened, now)
  await addErrands(db, event_id, books, expired)
  const settlement = new Settlement(db, books, event, now, changing)
  const { journal, notices } = settlement
  const work: Work = { opened, settlement, rewritings: new Map(), gone: new Set() }
  for (const errand of expired) await carry(work, errand)
  const outcomes: Outcome[] = []
  for (const errand of errands) outcomes.push(await carry(work, errand))
  if (changing) await settlement.lookAtEverything()
  const changes = journal.changes()
  return {
    event,
    changesSeats: changes.length > 0,
    outcomes,
    rewritings: work.rewritings,
    expired: expired.filter(({ isOverdue }) => isOverdue),
    notices,
    isUnfinished: id => books.registrants.get(id)?.status === 'in_progress',
    writeSeats: () => journal.write(db, changes),
  }
}

/** A batch that is being decided; `gone` are registrants who are deleted in it. */
type Work = Pick<Decided, 'rewritings'> & { opened: Opened; settlement: Settlement; gone: Set<number> }

/** Decides an errand, and writes what it comes to into the books. */
async function carry({ opened, settlement, rewritings, gone }: Work, errand: Errand): Promise<Outcome> {
  const { books, profiles } = opened
  const { actor, wish, newcomer, change, removal, isOverdue } = errand
  const registrant = books.registrants.get(wish.registrant_id)
  if (!registrant || gone.has(registrant.id)) return { failure: notFound('Registrant', wish.registrant_id) }
  try {
    if (!newcomer) mustMatchVersion(actor.ifMatch, registrant.version)
    if (registrant.forgotten && change && isPersonal(change)) throw forgotten()
  } catch (failure) {
    return { failure: failure as ApiError }
  }
  const decision = decide(books, wish)
  if (!decision.granted) return decision
  const before = { status: registrant.status, expired_session_ids: registrant.expired_session_ids }
  const rewriting = rewritingOf(errand, registrant, profiles, decision.moves)
  for (const move of decision.moves) settlement.move(actor, await settlement.withPlace(move))
  settlement.journal.remove(registrant, removedAfter(books, registrant, wish, decision.skipped))
  if (isOverdue)
    settlement.notices.push({
      registrant_id: registrant.id,
      session_id: null,
      kind: 'abandoned',
      dropped_session_ids: givenUp(decision.moves),
    })
  if (wish.status || wish.profile) {
    applyStanding(books, registrant, standingAfter(registrant, wish))
    settlement.journal.recount()
  }
  if (rewriting) {
    registrant.version++
    rewritings.set(errand, rewriting)
    if (rewriting.status) registrant.expired_session_ids = rewriting.lost
  } else if (decision.moves.length > 0 && !newcomer) settlement.journal.renew(registrant)
  if (removal) gone.add(registrant.id)
  await settlement.settle()
  return { ...decision, before }
}
