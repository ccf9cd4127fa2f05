import { attempt, type Db, transaction } from '../db/connection.ts'
import { notFound, violatedConstraint } from '../errors.ts'
import { unknownEvent } from '../events/events.ts'
import { recallZone, rememberZone } from '../events/zones.ts'
import type { Actor } from '../http/actor.ts'
import { type Body, readNew, readUpdate, settle } from '../http/draft.ts'
import { mustMatchVersion } from '../http/etag.ts'
import { faultOf } from '../http/values.ts'
import type { SessionFieldRow } from '../session-fields/queries.ts'
import { customValuesIn, readCustomValues } from '../session-fields/values.ts'
import {
  deleteSession,
  findPlacement,
  findSession,
  insertSession,
  lockSession,
  type Placement,
  type SessionRow,
  type StoredSession,
  updateSession,
} from './queries.ts'
import { SessionInput } from './schema.ts'
import { newSecureId } from './secure-id.ts'
import { resolveTimes, type WallTimes } from './times.ts'

/** How often a session is written again because its event changed meanwhile. */
const placementAttempts = 5
/** What refuses a session that was placed by a guess: docs/decisions/010-performance-of-the-session-api.md. */
const placementConstraints = new Set([
  'sessions_event',
  'sessions_event_timezone',
  'sessions_location_in_event',
  'sessions_track_in_event',
])

/**
 * Creates a session in an event of the account. Throws 422 with everything that is wrong with it. The zone of the event
 * is recalled at first, and track and location are believed: when that is wrong, foreign keys refuse the session, and
 * it is created again from what the database says.
 */
export async function createSession(
  db: Db,
  actor: Actor,
  fields: SessionFieldRow[],
  body: Body,
): Promise<SessionRow> {
  let place: Place = recallPlacement
  for (let remaining = placementAttempts; ; remaining--) {
    try {
      return await attempt(db, tx => tryCreateSession(tx, actor, fields, body, place))
    } catch (error) {
      if (remaining === 0 || !placementConstraints.has(violatedConstraint(error) ?? '')) throw error
      place = placementOf
    }
  }
}

async function tryCreateSession(
  db: Db,
  actor: Actor,
  fields: SessionFieldRow[],
  body: Body,
  place: Place,
): Promise<SessionRow> {
  const draft = readNew(SessionInput, body)
  const custom = readCustomValues(fields, customValuesIn(body))
  draft.faults.push(...custom.faults)
  const event = await place(db, actor, draft)
  const zone = event && chooseZone(draft.given, event)
  const times = zone && timesOf(draft, { ...draft.given, timezone: zone.timezone })
  // Faults of the placement belong into the same answer as the others.
  if (draft.faults.length > 0 && place === recallPlacement)
    return tryCreateSession(db, actor, fields, body, placementOf)
  const given = settle(draft)
  return insertSession(db, actor, {
    ...(given as Required<SessionInput>),
    ...zone!,
    ...times!,
    secure_id: given.secure_id ?? newSecureId(),
    custom_fields: custom.values,
  })
}

/**
 * Changes the given fields of a session. Times are resolved again only when a field that decides them is given.
 * Throws 404, 412 when `If-Match` names another version, 422.
 */
export async function changeSession(
  db: Db,
  actor: Actor,
  fields: SessionFieldRow[],
  id: number,
  body: Body,
): Promise<SessionRow> {
  return transaction(db, async tx => {
    const current = await mustLockSession(tx, actor, id)
    const draft = readUpdate(SessionInput, body)
    delete draft.given.event_id
    const custom = readCustomValues(fields, customValuesIn(body), current.custom_fields)
    draft.faults.push(...custom.faults)
    const merged = { ...current, ...draft.given, custom_fields: custom.values }
    const target = { given: merged, faults: draft.faults }
    const placement = await placementOf(tx, actor, target)
    const zone = chooseChangedZone(draft.given, current, placement!)
    const decidesTimes = timeFields.some(field => field in draft.given)
    const times = decidesTimes ? timesOf(draft, { ...merged, timezone: zone.timezone }) : {}
    settle(target)
    await updateSession(tx, actor, id, {
      ...merged,
      ...zone,
      ...times,
      secure_id: merged.secure_id ?? current.secure_id,
    } as StoredSession)
    return mustFindSession(tx, actor.account_id, id)
  })
}

/** Deletes a session. Throws 404, 412. */
export async function removeSession(db: Db, actor: Actor, id: number): Promise<void> {
  await transaction(db, async tx => {
    await mustLockSession(tx, actor, id)
    await deleteSession(tx, actor, id)
  })
}

export async function mustFindSession(db: Db, account_id: number, id: number): Promise<SessionRow> {
  const session = await findSession(db, account_id, id)
  if (!session) throw notFound('Session', id)
  return session
}

async function mustLockSession(db: Db, actor: Actor, id: number): Promise<SessionRow> {
  const session = await lockSession(db, actor.account_id, id)
  if (!session) throw notFound('Session', id)
  mustMatchVersion(actor.ifMatch, session.version)
  return session
}

type Placed = {
  given: { event_id?: number; track_id?: number | null; location_id?: number | null }
  faults: unknown[]
}
/** Says which zone the event of a session has. */
type Place = (
  db: Db,
  actor: Actor,
  draft: Placed & { given: ZoneWish },
) => Promise<{ timezone: string } | undefined>

/** The zone from memory. Not for a session that takes its event's zone without following it: no foreign key guards it. */
const recallPlacement: Place = async (db, actor, draft) => {
  const { event_id, timezone, use_event_timezone } = draft.given
  const isGuarded = use_event_timezone !== 0 || timezone
  const zone = event_id && isGuarded && recallZone(actor.account_id, event_id)
  return zone ? { timezone: zone } : placementOf(db, actor, draft)
}

/** Finds the event, track and location that a session names; those that are not there are faults. */
async function placementOf(db: Db, actor: Actor, draft: Placed): Promise<Placement | undefined> {
  const { event_id, track_id = null, location_id = null } = draft.given
  if (!event_id) return undefined
  const placement = await findPlacement(db, actor.account_id, { event_id, track_id, location_id })
  const foreign = { type: 'not_found', message: 'does not belong to this event.' }
  if (!placement) draft.faults.push(unknownEvent)
  else {
    rememberZone(actor.account_id, event_id, placement.timezone)
    if (track_id && placement.track_name === null) draft.faults.push(faultOf('track_id', foreign))
    if (location_id && placement.location_name === null) draft.faults.push(faultOf('location_id', foreign))
  }
  return placement
}

type ZoneWish = { timezone?: string | null; use_event_timezone?: number | null }
type Zone = { timezone: string; use_event_timezone: number }

/** A zone given alone counts; the flag overrides it; without either it is the event's (api.md §6). */
function chooseZone({ timezone, use_event_timezone }: ZoneWish, event: { timezone: string }): Zone {
  const usesEvent = use_event_timezone === 1 || (!timezone && use_event_timezone !== 0)
  return usesEvent
    ? { timezone: event.timezone, use_event_timezone: 1 }
    : { timezone: timezone ?? event.timezone, use_event_timezone: 0 }
}

function chooseChangedZone(given: ZoneWish, current: Zone, event: Placement): Zone {
  if (!('timezone' in given) && !('use_event_timezone' in given)) return current
  const pinned = given.use_event_timezone === 0 && !('timezone' in given)
  return chooseZone(pinned ? { timezone: current.timezone, use_event_timezone: 0 } : given, event)
}

const timeFields = ['date', 'start_time', 'end_time', 'timezone', 'use_event_timezone', 'time_fold'] as const

/** Resolves the times of a draft, when they could all be read; what is wrong with them is added to its faults. */
function timesOf(draft: { faults: { field: string }[] }, wish: Partial<WallTimes>) {
  if (draft.faults.some(fault => (timeFields as readonly string[]).includes(fault.field))) return undefined
  const { times, faults } = resolveTimes(wish as WallTimes)
  draft.faults.push(...faults)
  return times
}
