import type { Db } from '../../db/connection.ts'
import { type Fault, mustBeValid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { readSwitch } from '../../http/query.ts'
import { type Body, isBlank } from '../../http/values/draft.ts'
import type { OnConflict } from '../../seats/rules/state.ts'
import { emptyWish, type Wish } from '../../seats/rules/wish.ts'
import { readIds } from '../registrants/input.ts'
import type { Manner } from '../registrants/manner.ts'
import { wishOf } from '../registrants/registrants.ts'
import type { Desk } from './desk.ts'
import type { DeskOrder } from './order.ts'

/** Whose wish it is, who brings it, and how it is to be carried out. */
export type Wisher = { db: Db; desk: Desk; actor: Actor; id: number; manner: Manner }

/**
 * What takes a seat in a session, or accepts the offer of one, instead of the seats that `drop` of the body names: all of
 * it, or none. Claiming what one has is the same claim. Throws 422.
 */
export async function claimSeat(wisher: Wisher, session_id: number, body: Body): Promise<DeskOrder> {
  const drops = readIds('drop', body.drop)
  return faultless(wisher, drops.faults, orderOf(wisher, { add: [session_id], drop: drops.ids ?? [] }))
}

/** What gives up a seat; one who has none has given it up already. */
export function releaseSeat(wisher: Wisher, session_id: number): Promise<DeskOrder> {
  return orderOf(wisher, { drop: [session_id] })
}

/** What lines up for a session. In an automatic line a seat that is free goes to the first who can take it, at once. */
export function waitFor(
  wisher: Wisher,
  session_id: number,
  on_conflict: OnConflict | undefined,
): Promise<DeskOrder> {
  return orderOf(wisher, { waitFor: [{ session_id, on_conflict }] })
}

/** What leaves a line, or declines an offer. */
export function leaveWaitlist(wisher: Wisher, session_id: number): Promise<DeskOrder> {
  return orderOf(wisher, { leave: [session_id] })
}

/** What replaces an agenda: seats and places in lines, all of it or none; with `partial` what fits. Throws 422. */
export async function setAgenda(wisher: Wisher, body: Body): Promise<DeskOrder> {
  const sessions = readIds('session_ids', body.session_ids)
  const waits = readIds('waitlist_ids', body.waitlist_ids)
  const drops = readIds('drop', body.drop)
  const manner = conflictMannerIn(body)
  const partial = readSwitch(body, 'partial')
  const { on_conflict } = manner
  const order = orderOf(wisher, {
    add: sessions.ids ?? [],
    replace: sessions.ids !== undefined,
    drop: drops.ids ?? [],
    waitFor: (waits.ids ?? []).map(session_id => ({ session_id, on_conflict })),
    replaceWaits: waits.ids !== undefined,
    partial: partial.on,
  })
  const faults = [...sessions.faults, ...waits.faults, ...drops.faults, ...manner.faults, ...partial.faults]
  return faultless(wisher, faults, order)
}

/** The order, when no field has a fault. */
async function faultless(
  { db, desk }: Wisher,
  faults: Fault[],
  ordered: Promise<DeskOrder>,
): Promise<DeskOrder> {
  const order = await ordered
  await desk.mustBeFaultless(db, faults, order)
  return order
}

/** `pass` keeps the place on the waitlist when a promotion would be in conflict; `swap` gives up what is in conflict. Throws 422. */
export function readOnConflict(body: Body): OnConflict | undefined {
  const { on_conflict, faults } = conflictMannerIn(body)
  mustBeValid(faults)
  return on_conflict
}

function conflictMannerIn(body: Body): { on_conflict: OnConflict | undefined; faults: Fault[] } {
  if (isBlank(body.on_conflict)) return { on_conflict: undefined, faults: [] }
  const word = String(body.on_conflict).trim().toLowerCase()
  if (word === 'pass' || word === 'swap') return { on_conflict: word, faults: [] }
  const message = 'On Conflict must be one of pass, swap.'
  return { on_conflict: undefined, faults: [{ field: 'on_conflict', type: 'choice', message }] }
}

/** The order of a wish. Throws 404 for a registrant who does not exist. */
async function orderOf({ db, desk, actor, id, manner }: Wisher, wanted: Partial<Wish>): Promise<DeskOrder> {
  const event_id = await desk.findEventOf(db, actor.account_id, id)
  if (!event_id) throw notFound('Registrant', id)
  const wish = { ...emptyWish, ...wishOf(manner), ...wanted, registrant_id: id }
  return { event_id, actor, wish, ...(manner.mail && { letter: 'modified' as const }) }
}
