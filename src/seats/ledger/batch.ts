import type { Db } from '../../db/connection.ts'
import { type ApiError, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { admissionAfter, applyAdmission } from '../rules/admission.ts'
import { decide } from '../rules/decide.ts'
import { removedAfter } from '../rules/included.ts'
import type { LedgerState } from '../rules/state.ts'
import { addOrders, expiredOrders, openLedger } from './open-ledger.ts'
import type { Notice, Order, Outcome, Profiles } from './order.ts'
import type { LedgerEvent } from './queries.ts'
import { givenUp, Settlement } from './settlement.ts'

/** What was decided, to be written in the same transaction. */
export type Decided = {
  event: LedgerEvent
  changesSeats: boolean
  outcomes: Outcome[]
  /** what gave back holds that were over */
  expired: Order[]
  notices: Notice[]
  /** whether a registration is still to be finished */
  isUnfinished: (registrant_id: number) => boolean
  /** sends every statement at once */
  writeSeats: () => Promise<void>
}

/**
 * Takes the lock of an event, and decides its orders in order of arrival. Expired holds and offers are given back
 * first. Lines move after each order, and included sessions take in who was left out, so that a later order of the
 * same batch gets no seat before them. With `changing` who changed something else than seats, such as times or a
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
  const opened = await openLedger(db, event_id, orders, now, profiles)
  const { event, ledger } = opened
  const expired = expiredOrders(opened, now)
  await addOrders(db, event_id, ledger, expired)
  const settlement = new Settlement(db, ledger, event, now, changing)
  const { journal, notices } = settlement
  const work: Work = { ledger, profiles, settlement, gone: new Set() }
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
    isUnfinished: id => ledger.registrants.get(id)?.status === 'in_progress',
    writeSeats: () => journal.write(db, changes),
  }
}

/** A batch that is being decided; `gone` are registrants who are deleted in it. */
type Work = { ledger: LedgerState; profiles: Profiles; settlement: Settlement; gone: Set<number> }

/** Decides an order, and writes what it comes to into the ledger. */
async function carry({ ledger, profiles, settlement, gone }: Work, order: Order): Promise<Outcome> {
  const { actor, wish, newcomer, removal, isOverdue } = order
  const registrant = ledger.registrants.get(wish.registrant_id)
  if (!registrant || gone.has(registrant.id)) return { failure: notFound('Registrant', wish.registrant_id) }
  try {
    if (!newcomer) mustMatchVersion(actor.ifMatch, registrant.version)
    profiles.mustAccept(order, registrant)
  } catch (failure) {
    return { failure: failure as ApiError }
  }
  const decision = decide(ledger, wish)
  if (!decision.granted) return decision
  const before = { status: registrant.status, expired_session_ids: registrant.expired_session_ids }
  const rewriting = profiles.rewrite(order, registrant, decision.moves)
  for (const move of decision.moves) settlement.move(actor, await settlement.withPlace(move))
  settlement.journal.remove(registrant, removedAfter(ledger, registrant, wish, decision.skipped))
  if (isOverdue)
    settlement.notices.push({
      registrant_id: registrant.id,
      session_id: null,
      kind: 'abandoned',
      dropped_session_ids: givenUp(decision.moves),
    })
  if (wish.status || wish.profile) {
    applyAdmission(ledger, registrant, admissionAfter(registrant, wish))
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
