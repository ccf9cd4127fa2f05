import { attempt, type Db, transaction } from '../../db/connection.ts'
import { notFound, violatedConstraint } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { ignoring } from '../../http/ignored.ts'
import { readId } from '../../http/query.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { type Body, changesIn, readNew, readUpdate, settle } from '../../http/values/draft.ts'
import { inWords, readValue, unwrapChoice } from '../../http/values/values.ts'
import { customValuesIn, faultsOfShape, readCustomValues } from '../../records/custom-fields/values.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { newSecureId } from '../../records/secure-id.ts'
import {
  faultsOfSeats,
  giveBackAll,
  includeEveryone,
  type NotIncluded,
  overbookedAt,
  settleSeatsOf,
} from '../../registration/desk/sessions.ts'
import { peopleToTell, tellOfSession } from '../../registration/desk/withdrawal.ts'
import type { Manner } from '../../registration/registrants/manner.ts'
import { type NewConflict, notingConflicts } from '../../seats/ledger/conflicts.ts'
import { isIncludedLive, takesPlace } from '../../seats/rules/state.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { type Creation, type Insert, insertAlone, type Removal } from './insert.ts'
import { chooseChangedZone, chooseZone, type EventZone, placementOf, recallPlacement } from './placement.ts'
import {
  deleteSession,
  findSession,
  lockSession,
  type SessionRow,
  type StoredSession,
  updateSession,
} from './queries.ts'
import { SessionInput } from './schema.ts'
import { asStored, resolveTimes, type WallTimes } from './times.ts'

/**
 * A session as written; `not_included`: who did not fit into it as an included one; `new_conflicts`: who has seats at the
 * same time since it was moved; `people_not_told`: how many have it and were not told that it is off, or on again.
 */
export type Changed = SessionRow & {
  not_included?: NotIncluded[]
  new_conflicts?: NewConflict[]
  people_not_told?: number
}

const placementAttempts = 5 // how often a session is written again because its event changed meanwhile
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
  creation: Creation = {},
): Promise<Changed> {
  let place: EventZone = recallPlacement
  for (let remaining = placementAttempts; ; remaining--) {
    try {
      // Everybody is put into an included session in the transaction that creates it.
      if (isIncludedIn(body))
        return await transaction(db, tx => createIncluded(tx, actor, fields, body, place, creation))
      const { insert = insertAlone } = creation
      return await attempt(db, tx => tryCreateSession(tx, actor, fields, body, place, insert))
    } catch (error) {
      if (remaining === 0 || !placementConstraints.has(violatedConstraint(error) ?? '')) throw error
      place = placementOf
    }
  }
}

async function createIncluded(
  db: Db,
  actor: Actor,
  fields: SessionFieldRow[],
  body: Body,
  place: EventZone,
  { insert = insertAlone, override = false }: Creation,
): Promise<Changed> {
  // The event before anything that refers to it, as everywhere, so that there is no deadlock.
  await lockEventSeats(db, readId(String(unwrapChoice(body.event_id))) ?? 0)
  const { id } = await tryCreateSession(db, actor, fields, body, place, insert)
  const session = await mustFindSession(db, actor.account_id, id)
  if (!isIncludedLive(session)) return session
  const not_included = await includeEveryone(db, actor, session, override)
  return { ...(await mustFindSession(db, actor.account_id, id)), not_included }
}

function isIncludedIn(body: Body): boolean {
  const { selection_control: kind } = SessionInput.properties
  const reading = readValue(kind, inWords(kind, body.selection_control))
  return 'value' in reading && reading.value === 'included'
}

async function tryCreateSession(
  db: Db,
  actor: Actor,
  fields: SessionFieldRow[],
  body: Body,
  place: EventZone,
  insert: Insert,
): Promise<SessionRow> {
  const draft = readNew(SessionInput, body)
  const custom = readCustomValues(fields, customValuesIn(body))
  draft.faults.push(...faultsOfShape(body), ...custom.faults, ...ignoring(actor.ignored, custom.unknown))
  const event = await place(db, actor, draft)
  const zone = event && chooseZone(draft.given, event)
  const times = zone && timesOf(draft, { ...draft.given, timezone: zone.timezone })
  // Faults of the placement belong into the same answer as the others.
  if (draft.faults.length > 0 && place === recallPlacement)
    return tryCreateSession(db, actor, fields, body, placementOf, insert)
  const given = settle(draft)
  const session = {
    ...(given as Required<SessionInput>),
    ...zone!,
    ...times!,
    secure_id: given.secure_id ?? newSecureId(),
    custom_fields: custom.values,
  }
  return insert(db, { actor, session })
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
  { override = false, mail = false }: Partial<Manner> = {},
): Promise<Changed> {
  return transaction(db, async tx => {
    const current = await mustLockSession(tx, actor, id)
    const draft = readUpdate(SessionInput, body, current)
    delete draft.given.event_id
    const custom = readCustomValues(fields, customValuesIn(body), current.custom_fields)
    draft.faults.push(...faultsOfShape(body), ...custom.faults, ...ignoring(actor.ignored, custom.unknown))
    const merged = { ...current, ...draft.given, custom_fields: custom.values }
    const target = { given: merged, faults: draft.faults }
    const placement = await placementOf(tx, actor, target)
    const zone = chooseChangedZone(draft.given, current, placement!)
    const decidesTimes = timeFields.some(field => field in draft.given)
    const times = decidesTimes ? timesOf(draft, { ...merged, timezone: zone.timezone }) : {}
    if (!override) draft.faults.push(...faultsOfSeats(current, draft.given.capacity))
    settle(target)
    const next = {
      ...merged,
      ...zone,
      ...times,
      secure_id: merged.secure_id ?? current.secure_id,
    } as StoredSession
    if (!changesIn(asStored(next), current)) return current
    const isOn = takesPlace(next)
    const people = mail || takesPlace(current) !== isOn ? await peopleToTell(tx, current, isOn) : []
    const update = () => updateSession(tx, actor, id, next, overbookedAt(current, next.capacity))
    // Where nothing of these changes nothing new can be in conflict.
    const isMoved = conflictFields.some(field => field in draft.given)
    const new_conflicts = await notingConflicts(tx, actor, current.event_id, isMoved ? [id] : [], update)
    const isNewlyIn = isIncludedLive(next) && !isIncludedLive(current)
    const mayTakeIn = isNewlyIn || includingFields.some(field => field in draft.given)
    const isIncluding = mayTakeIn && isIncludedLive(next)
    const not_included = isIncluding
      ? await includeEveryone(tx, actor, current, override && isNewlyIn)
      : undefined
    if (!isIncluding && seatFields.some(field => field in draft.given))
      await settleSeatsOf(tx, actor, current.event_id)
    const people_not_told = await tellOfSession(tx, actor, current, people, { isOn, mail })
    return {
      ...(await mustFindSession(tx, actor.account_id, id)),
      ...(not_included && { not_included }),
      ...(new_conflicts.length > 0 && { new_conflicts }),
      ...(people_not_told > 0 && { people_not_told }),
    }
  })
}

/** Deletes a session; returns how many of its people are not told. Throws 404, 412; 422 when it has any, unless forced. */
export async function removeSession(db: Db, actor: Actor, id: number, how: Removal): Promise<number> {
  return transaction(db, async tx => {
    const session = await mustLockSession(tx, actor, id)
    const people = await peopleToTell(tx, session, false)
    await giveBackAll(tx, actor, session, how.force)
    await deleteSession(tx, actor, id)
    await settleSeatsOf(tx, actor, session.event_id)
    return tellOfSession(tx, actor, session, people, { isOn: false, mail: how.mail })
  })
}

export async function mustFindSession(db: Db, account_id: number, id: number): Promise<SessionRow> {
  const session = await findSession(db, account_id, id)
  if (!session) throw notFound('Session', id)
  return session
}

/** The session, under the lock of its event and its own, so that no seat in it is claimed meanwhile. */
async function mustLockSession(db: Db, actor: Actor, id: number): Promise<SessionRow> {
  const { event_id } = await mustFindSession(db, actor.account_id, id)
  await lockEventSeats(db, event_id)
  const session = await lockSession(db, actor.account_id, id)
  if (!session) throw notFound('Session', id)
  mustMatchVersion(actor.ifMatch, session.version)
  return session
}

/** Fields that may make room for those who wait, or take out of the way of a swap what is locked. */
const seatFields = [
  'date',
  'start_time',
  'end_time',
  'timezone',
  'use_event_timezone',
  'time_fold',
  'capacity',
  'session_status',
  'selection_control',
  'locked_when_saved',
  'prevent_session_conflicts',
] as const

const timeFields = ['date', 'start_time', 'end_time', 'timezone', 'use_event_timezone', 'time_fold'] as const

/** Fields that decide what a session is in conflict with. */
const conflictFields = [...timeFields, 'prevent_session_conflicts', 'session_status'] as const

/** Fields of an included session that may let in who did not fit before. */
const includingFields = [...timeFields, 'selection_control', 'capacity', 'prevent_session_conflicts'] as const

/** Resolves the times of a draft, when they could all be read; what is wrong with them is added to its faults. */
function timesOf(draft: { faults: { field: string }[] }, wish: Partial<WallTimes>) {
  if (draft.faults.some(fault => (timeFields as readonly string[]).includes(fault.field))) return undefined
  const { times, faults } = resolveTimes(wish as WallTimes)
  draft.faults.push(...faults)
  return times
}
