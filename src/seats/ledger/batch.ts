import type { Db } from '../../db/connection.ts'
import { type ApiError, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { mustMatchVersion } from '../../http/etag.ts'
import { admissionAfter, applyAdmission } from '../rules/admission.ts'
import type { Books } from '../rules/books.ts'
import { decide } from '../rules/decide.ts'
import { removedAfter } from '../rules/included.ts'
import { addOrders, expiredOrders, openBooks } from './open-books.ts'
import type { Notice, Order, Outcome, Profiles } from './order.ts'
import type { EventRow } from './queries.ts'
import { givenUp, Settlement } from './settlement.ts'

/** What was decided, to be written in the same transaction. */
export type Decided = {
  event: EventRow
  changesSeats: boolean
  outcomes: Outcome[]
  /** what gave back holds that were over */
  expired: Order[]
  notices: Notice[]
  /** whether somebody's registration is still to be finished */
  isUnfinished: (registrant_id: number) => boolean
  /** sends every statement at once */
  writeSeats: () => Promise<void>
}

/**
 * Takes the lock of an event, and decides its orders in order of arrival. Expired holds and offers are given back
 * first. Lines move after each order, and included sessions take in who was left out, so that nobody who came later in the
 * same batch gets a seat before them. With `changing` who changed something else than seats, such as times or a
 * capacity, is told: everything is looked at again last. Each order is granted or refused by itself.
 */
export async function decideOrders(
  db: Db,
  event_id: number,
  orders: Order[],
  now: Date,
  profiles: Profiles,
  changing?: Actor,
): Promise<Decided> {
  const opened = await openBooks(db, event_id, orders, now, profiles)
  const { event, books } = opened
  const expired = expiredOrders(opened, now)
  await addOrders(db, event_id, books, expired)
  const settlement = new Settlement(db, books, event, now, changing)
  const { journal, notices } = settlement
  const work: Work = { books, profiles, settlement, gone: new Set() }
  for (const order of expired) await carry(work, order)
  const outcomes: Outcome[] = []
  for (const order of orders) outcomes.push(await carry(work, order))
  if (changing) await settlement.lookAtEverything()
  const changes = journal.changes()
  return {
    event,
    changesSeats: changes.length > 0,
    outcomes,
    expired: expired.filter(({ isOverdue }) => isOverdue),
    notices,
    isUnfinished: id => books.registrants.get(id)?.status === 'in_progress',
    writeSeats: () => journal.write(db, changes),
  }
}

/** A batch that is being decided; `gone` are registrants who are deleted in it. */
type Work = { books: Books; profiles: Profiles; settlement: Settlement; gone: Set<number> }

/** Decides an order, and writes what it comes to into the books. */
async function carry({ books, profiles, settlement, gone }: Work, order: Order): Promise<Outcome> {
  const { actor, wish, newcomer, removal, isOverdue } = order
  const registrant = books.registrants.get(wish.registrant_id)
  if (!registrant || gone.has(registrant.id)) return { failure: notFound('Registrant', wish.registrant_id) }
  try {
    if (!newcomer) mustMatchVersion(actor.ifMatch, registrant.version)
    profiles.mustAccept(order, registrant)
  } catch (failure) {
    return { failure: failure as ApiError }
  }
  const decision = decide(books, wish)
  if (!decision.granted) return decision
  const before = { status: registrant.status, expired_session_ids: registrant.expired_session_ids }
  const rewriting = profiles.rewrite(order, registrant, decision.moves)
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
    applyAdmission(books, registrant, admissionAfter(registrant, wish))
    settlement.journal.recount()
  }
  if (rewriting) {
    registrant.version++
    if (rewriting.status) registrant.expired_session_ids = rewriting.lost
  } else if (decision.moves.length > 0 && !newcomer) settlement.journal.renew(registrant)
  if (removal) gone.add(registrant.id)
  await settlement.settle()
  return { ...decision, before }
}
