import type { Db } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import type { LedgerState, Registrant } from '../rules/state.ts'
import { emptyWish } from '../rules/wish.ts'
import type { Order, Profiles } from './order.ts'
import {
  findElsewhere,
  type LedgerEvent,
  lockRegistrants,
  preferIndexes,
  readEvent,
  readExpiredHolds,
  readExpiredOffers,
  readMembers,
  readRegTypes,
  readSelections,
  readSessions,
} from './queries.ts'
import { readWaitlist } from './waitlist-queries.ts'

/** The ledger of an event, and what has expired in it. */
export type Opened = {
  event: LedgerEvent
  ledger: LedgerState
  expiredHolds: number[]
  expiredOffers: { registrant_id: number; session_id: number }[]
}

/**
 * Takes the event's lock and reads what the rules need to decide these orders. Throws 404 when the event is gone.
 *
 * All of it is sent at once: statements of a transaction run one after the other, in the order in which they were sent,
 * each with eyes of its own. So everything is read after the lock was taken, in one round trip.
 */
export async function openLedger(
  db: Db,
  event_id: number,
  orders: Order[],
  now: Date,
  profiles?: Profiles,
): Promise<Opened> {
  const ledger: Omit<LedgerState, 'event'> = {
    now: now.getTime(),
    sessions: new Map(),
    elsewhere: new Set(),
    registrants: new Map(orders.flatMap(newcomerOf)),
    regTypes: new Map(),
    groups: new Map(),
  }
  const named = [...new Set(orders.flatMap(mentioned))]
  const [, , event, , expiredHolds, expiredOffers] = await Promise.all([
    preferIndexes(db),
    lockEventSeats(db, event_id),
    readEvent(db, event_id),
    profiles?.read(),
    readExpiredHolds(db, event_id, now),
    readExpiredOffers(db, event_id, now),
    registrantsInto(
      db,
      event_id,
      ledger,
      orders.map(order => order.wish.registrant_id),
      { named, included: true, comingIn: orders.some(isComingIn) },
    ),
  ])
  if (!event) throw notFound('Event', event_id)
  const missing = named.filter(id => !ledger.sessions.has(id))
  await Promise.all([
    typesInto(db, event_id, ledger, orders),
    missing.length > 0 && elsewhereInto(db, ledger, event.account_id, missing),
  ])
  return { event, ledger: { ...ledger, event }, expiredHolds, expiredOffers }
}

/** Adds what the rules need to decide further orders of registrants about sessions that they have. */
export async function addOrders(
  db: Db,
  event_id: number,
  ledger: LedgerState,
  orders: Order[],
): Promise<void> {
  await registrantsInto(
    db,
    event_id,
    ledger,
    orders.map(order => order.wish.registrant_id),
  )
  await typesInto(db, event_id, ledger, orders)
}

/** Registrants in line who are looked at together. */
export const waitlistPart = 100

/** Who waits for a session, in order, a part at a time: a seat that comes back seldom needs more than the first. */
export async function* waitlistInParts(
  db: Db,
  session_id: number,
): AsyncGenerator<{ id: number; registrant_id: number }[]> {
  for (let after = 0; ; ) {
    const part = await readWaitlist(db, session_id, after, waitlistPart)
    yield part
    if (part.length < waitlistPart) return
    after = part.at(-1)!.id
  }
}

type LedgerContents = Omit<LedgerState, 'event'>

const isComingIn = ({ newcomer, wish }: Order) => newcomer !== undefined || wish.status !== undefined

function newcomerOf({ newcomer, wish }: Order): [number, Registrant][] {
  if (!newcomer) return []
  const id = wish.registrant_id
  const someone = { id, status: 'new' as const, version: 0, forgotten: false, expired_session_ids: [] }
  return [[id, { ...someone, ...newcomer, removed: new Set(), selections: new Map() }]]
}

function mentioned({ wish: { add, drop, leave, waitFor, offerFirst } }: Order): number[] {
  return [...add, ...drop, ...leave, ...offerFirst, ...waitFor.map(line => line.session_id)]
}

/** Sessions that are read besides those of registrants: named ones, included ones, and those that newcomers take by default. */
type Further = { named?: number[]; included?: boolean; comingIn?: boolean }

/** Adds registrants with their selections, and the sessions of these and further ones, unless they are in the ledger already. */
export async function registrantsInto(
  db: Db,
  event_id: number,
  ledger: LedgerContents,
  ids: number[],
  { named = [], included = false, comingIn = false }: Further = {},
): Promise<void> {
  const registrant_ids = [...new Set(ids)].filter(id => !ledger.registrants.has(id))
  if (registrant_ids.length === 0 && named.length === 0 && !included) return
  const [rows, selections, sessions] = await Promise.all([
    registrant_ids.length > 0 ? lockRegistrants(db, event_id, registrant_ids) : [],
    registrant_ids.length > 0 ? readSelections(db, registrant_ids) : [],
    readSessions(db, event_id, { session_ids: named, registrant_ids, included, comingIn }),
  ])
  for (const session of sessions)
    if (!ledger.sessions.has(session.id)) ledger.sessions.set(session.id, session)
  for (const { registration_status: status, removed, ...row } of rows)
    ledger.registrants.set(row.id, { ...row, status, removed: new Set(removed), selections: new Map() })
  for (const { registrant_id, session_id, until, expires, ...selection } of selections) {
    const offer = until === null ? null : { until, expires: expires ?? until }
    ledger.registrants.get(registrant_id)?.selections.set(session_id, { ...selection, offer })
  }
}

async function typesInto(db: Db, event_id: number, ledger: LedgerContents, orders: Order[]): Promise<void> {
  const changes = orders.filter(
    order => order.newcomer || order.wish.status !== undefined || order.wish.profile,
  )
  if (changes.length === 0) return
  const people = changes.flatMap(order => [
    ledger.registrants.get(order.wish.registrant_id),
    order.wish.profile,
  ])
  const idsOf = (column: 'reg_type_id' | 'group_id') => [
    ...new Set(people.flatMap(person => person?.[column] ?? [])),
  ]
  const group_ids = idsOf('group_id')
  const [types, members] = await Promise.all([
    idsOf('reg_type_id').length > 0 ? readRegTypes(db, event_id, idsOf('reg_type_id')) : [],
    group_ids.length > 0 ? readMembers(db, group_ids) : [],
  ])
  for (const type of types) ledger.regTypes.set(type.id, type)
  for (const id of group_ids) ledger.groups.set(id, new Map())
  for (const { id, group_id, max_group_size } of members) ledger.groups.get(group_id)!.set(id, max_group_size)
}

async function elsewhereInto(
  db: Db,
  ledger: LedgerContents,
  account_id: number,
  missing: number[],
): Promise<void> {
  for (const id of await findElsewhere(db, account_id, missing)) ledger.elsewhere.add(id)
}

/** What gives back the holds and offers of an event that have expired. */
export function expiredOrders({ event, expiredHolds, expiredOffers }: Opened, now: Date): Order[] {
  const actor: Actor = { account_id: event.account_id, actor_id: null, request_id: null, now }
  const wish = { ...emptyWish, by: 'organiser' as const }
  return [
    ...expiredHolds.map(registrant_id => ({
      actor,
      wish: { ...wish, registrant_id, status: 'expired' as const },
      isOverdue: true,
    })),
    ...expiredOffers.map(({ registrant_id, session_id }) => ({
      actor,
      wish: { ...wish, registrant_id, leave: [session_id], why: 'offer_expired' },
    })),
  ]
}
