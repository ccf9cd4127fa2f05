import type { Db } from '../../db/connection.ts'
import type { Fault } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { faultOf } from '../../http/values/values.ts'
import { unknownEvent } from '../../records/events/events.ts'
import { recallZone, rememberZone } from '../events/zones.ts'
import { findPlacement, type Placement } from './queries.ts'

/** What a session names that has to be of its event. */
export type Placed = {
  given: { event_id?: number; track_id?: number | null; location_id?: number | null }
  faults: unknown[]
}
/** Says which zone the event of a session has. */
export type EventZone = (
  db: Db,
  actor: Actor,
  draft: Placed & { given: ZoneWish },
) => Promise<{ timezone: string } | undefined>

/** The zone from memory. Not for a session that takes its event's zone without following it: no foreign key guards it. */
export const recallPlacement: EventZone = async (db, actor, draft) => {
  const { event_id, timezone, use_event_timezone } = draft.given
  const isGuarded = use_event_timezone !== 0 || timezone
  const zone = event_id && isGuarded && recallZone(actor.account_id, event_id)
  return zone ? { timezone: zone } : placementOf(db, actor, draft)
}

/** Finds the event, track and location that a session names; those that are not there are faults. */
export async function placementOf(db: Db, actor: Actor, draft: Placed): Promise<Placement | undefined> {
  const { event_id, track_id = null, location_id = null } = draft.given
  if (!event_id) return undefined
  const placement = await findPlacement(db, actor.account_id, { event_id, track_id, location_id })
  if (!placement) draft.faults.push(unknownEvent)
  else {
    rememberZone(actor.account_id, event_id, placement.timezone)
    draft.faults.push(...faultsOfPlacement(draft, placement))
  }
  return placement
}

/** A track and a location that a session names have to be of its event. */
export function faultsOfPlacement({ given }: Placed, { track_name, location_name }: Placement): Fault[] {
  const foreign = { type: 'not_found', message: 'does not belong to this event.' }
  return [
    ...(given.track_id && track_name === null ? [faultOf('track_id', foreign)] : []),
    ...(given.location_id && location_name === null ? [faultOf('location_id', foreign)] : []),
  ]
}

type ZoneWish = { timezone?: string | null; use_event_timezone?: number | null }
type Zone = { timezone: string; use_event_timezone: number }

/** A zone given alone counts; the flag overrides it; without either it is the event's (docs/contract.md §6). */
export function chooseZone({ timezone, use_event_timezone }: ZoneWish, event: { timezone: string }): Zone {
  const usesEvent = use_event_timezone === 1 || (!timezone && use_event_timezone !== 0)
  return usesEvent
    ? { timezone: event.timezone, use_event_timezone: 1 }
    : { timezone: timezone ?? event.timezone, use_event_timezone: 0 }
}

/** The zone of a session that is being changed: as it was, unless the zone or the flag is given. */
export function chooseChangedZone(given: ZoneWish, current: Zone, event: Placement): Zone {
  const { timezone, use_event_timezone } = current
  if (!('timezone' in given) && !('use_event_timezone' in given)) return { timezone, use_event_timezone }
  const pinned = given.use_event_timezone === 0 && !('timezone' in given)
  return chooseZone(pinned ? { timezone, use_event_timezone: 0 } : given, event)
}
