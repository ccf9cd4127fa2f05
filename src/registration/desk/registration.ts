import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { insertLetters, type Letter } from '../../records/outbox/queries.ts'
import { decideOrders } from '../../seats/ledger/batch.ts'
import type { Notice, Order, Outcome } from '../../seats/ledger/order.ts'
import { announceSeats } from '../../seats/ledger/queries.ts'
import { givenUp } from '../../seats/ledger/settlement.ts'
import {
  deleteRegistrant,
  insertRegistrants,
  type Newcomer,
  type NewRegistrant,
  renewHolds,
  updateRegistrant,
} from '../registrants/queries.ts'
import { holdFrom, momentsOf } from '../registrants/status.ts'
import type { PersonOrder } from './order.ts'
import { type Rewritten, StoredProfiles } from './profiles.ts'

const newcomerOf = (id: number, person: NewRegistrant, actor: Actor): Newcomer => ({
  id,
  person,
  actor,
  moments: momentsOf(person.registration_status!, actor.now),
})

/** What is decided of orders, and `write`, which sends everything that follows from it at once. */
export type Prepared = { outcomes: Outcome[]; write: () => Promise<unknown> }

/**
 * Carries out orders of one event in this transaction, under the lock of the event; `changing` changed something else that
 * seats depend on. Throws 404 when the event is gone.
 */
export async function carryOut(
  db: Db,
  event_id: number,
  orders: PersonOrder[],
  now: Date,
  changing?: Actor,
): Promise<Outcome[]> {
  const { outcomes, write } = await prepare(db, event_id, orders, now, changing)
  await write()
  return outcomes
}

/**
 * Takes the lock of an event and decides orders: people, seats, and what people have to be told. Throws 404 when the
 * event is gone.
 *
 * The writes are sent at once, in this order (see openLedger): people before their seats; who is removed last, because
 * until then everything that was decided of them can be written.
 */
export async function prepare(
  db: Db,
  event_id: number,
  orders: PersonOrder[],
  now: Date,
  changing?: Actor,
): Promise<Prepared> {
  const profiles = new StoredProfiles(db, orders)
  const decided = await decideOrders(db, event_id, orders, now, profiles, changing)
  const { event, outcomes, expired, notices, isUnfinished } = decided
  const { rewritten } = profiles
  const granted = orders.filter((_order, index) => isGranted(outcomes[index]!))
  const renewed = granted
    .filter(({ person, wish }) => !person && isUnfinished(wish.registrant_id))
    .map(order => order.wish.registrant_id)
  const letters = orders.flatMap((order, index) =>
    lettersOf(order, outcomes[index]!, rewritten.get(order), notices),
  )
  const write = () =>
    Promise.all([
      insertRegistrants(
        db,
        granted.flatMap(({ wish, person, actor }) =>
          person ? [newcomerOf(wish.registrant_id, person, actor)] : [],
        ),
      ),
      writeChanges(db, [...expired, ...granted], rewritten, now),
      decided.writeSeats(),
      renewHolds(db, renewed, holdFrom(now)),
      insertLetters(db, event, [...letters, ...notices], now),
      ...granted.flatMap(({ wish, actor, removal }) =>
        removal ? [deleteRegistrant(db, actor, wish.registrant_id)] : [],
      ),
      (changing || decided.changesSeats) && announceSeats(db, event_id),
    ])
  return { outcomes, write }
}

/** One update for each order that changes a registrant, in order of arrival; those who expired did so before. */
async function writeChanges(
  db: Db,
  orders: Order[],
  rewritten: Map<Order, Rewritten>,
  now: Date,
): Promise<void> {
  await Promise.all(
    orders.flatMap(order => {
      const rewriting = rewritten.get(order)
      if (!rewriting) return []
      const { change, status, lost } = rewriting
      const moments = status && momentsOf(status, now, lost)
      return [updateRegistrant(db, order.actor, order.wish.registrant_id, change, moments)]
    }),
  )
}

/** The letter that an order asks for, when something came of it that nothing else tells: each cause has one letter. */
function lettersOf(
  { wish, person, letter }: PersonOrder,
  outcome: Outcome,
  rewriting: Rewritten | undefined,
  notices: Notice[],
): Letter[] {
  if (!letter || !('granted' in outcome && outcome.granted)) return []
  const { registrant_id } = wish
  const isTold = (session_id: number) =>
    notices.some(notice => notice.registrant_id === registrant_id && notice.session_id === session_id)
  if (!person && !rewriting && outcome.moves.every(move => isTold(move.session_id))) return []
  return [{ registrant_id, kind: letter, session_id: null, dropped_session_ids: givenUp(outcome.moves) }]
}

const isGranted = (outcome: Outcome) => 'granted' in outcome && outcome.granted
