import type { Db } from '../db/connection.ts'
import { invalid, notFound } from '../errors.ts'
import type { Actor } from '../http/actor.ts'
import type { Body } from '../http/draft.ts'
import { readIds } from '../registrants/input.ts'
import type { Manner } from '../registrants/manner.ts'
import { mustBeGranted, wishOf } from '../registrants/registrants.ts'
import type { OnConflict } from './books.ts'
import type { Desk } from './desk.ts'
import { emptyWish, type Reason, type Wish } from './wish.ts'

export type SeatTools = { db: Db; desk: Desk }

/** Takes a seat in a session, or accepts the offer of one. Claiming what one has is the same claim. */
export function claimSeat(
  tools: SeatTools,
  actor: Actor,
  id: number,
  session_id: number,
  manner: Manner,
): Promise<Reason[]> {
  return carry(tools, actor, id, { add: [session_id] }, manner)
}

/** Gives up a seat; one who has none has given it up already. */
export function releaseSeat(
  tools: SeatTools,
  actor: Actor,
  id: number,
  session_id: number,
  manner: Manner,
): Promise<Reason[]> {
  return carry(tools, actor, id, { drop: [session_id] }, manner)
}

/** Lines up for a session. In an automatic line a seat that is free goes to the first who can take it, at once. */
export function lineUp(
  tools: SeatTools,
  actor: Actor,
  id: number,
  session_id: number,
  on_conflict: OnConflict,
  manner: Manner,
): Promise<Reason[]> {
  return carry(tools, actor, id, { lineUp: [{ session_id, on_conflict }] }, manner)
}

/** Leaves a line, or declines an offer. */
export function leaveLine(
  tools: SeatTools,
  actor: Actor,
  id: number,
  session_id: number,
  manner: Manner,
): Promise<Reason[]> {
  return carry(tools, actor, id, { leave: [session_id] }, manner)
}

/**
 * Replaces an agenda: seats and places in lines, all of it or none; with `partial` what fits, and the rest is returned.
 */
export async function setAgenda(
  tools: SeatTools,
  actor: Actor,
  id: number,
  body: Body,
  manner: Manner,
): Promise<Reason[]> {
  const sessions = readIds('session_ids', body.session_ids)
  const waits = readIds('waitlist_ids', body.waitlist_ids)
  const faults = [...sessions.faults, ...waits.faults]
  if (faults.length > 0) throw invalid(faults)
  const on_conflict = readOnConflict(body)
  return carry(
    tools,
    actor,
    id,
    {
      add: sessions.ids ?? [],
      replace: sessions.ids !== undefined,
      lineUp: (waits.ids ?? []).map(session_id => ({ session_id, on_conflict })),
      replaceLines: waits.ids !== undefined,
      partial: ['1', 'true', 'yes', 'on'].includes(String(body.partial).toLowerCase()),
    },
    manner,
  )
}

/** `pass` keeps the place in the line when a promotion would clash; `swap` gives up what clashes. */
export function readOnConflict(body: Body): OnConflict {
  const word =
    String(body.on_conflict ?? 'pass')
      .trim()
      .toLowerCase() || 'pass'
  if (word === 'pass' || word === 'swap') return word
  throw invalid([{ field: 'on_conflict', type: 'choice', message: 'On Conflict must be one of pass, swap.' }])
}

async function carry(
  { db, desk }: SeatTools,
  actor: Actor,
  id: number,
  wanted: Partial<Wish>,
  manner: Manner,
): Promise<Reason[]> {
  const event_id = await desk.findEventOf(db, actor.account_id, id)
  if (!event_id) throw notFound('Registrant', id)
  const wish = { ...emptyWish, ...wishOf(manner), ...wanted, registrant_id: id }
  return mustBeGranted(
    await desk.submit(db, event_id, { actor, wish, ...(manner.mail && { letter: 'modified' as const }) }),
  )
}
