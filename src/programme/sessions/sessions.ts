import { attempt, type Db, transaction } from '../../db/connection.ts'
import { notFound, violatedConstraint } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { ignoring } from '../../http/ignored.ts'
import { readId } from '../../http/query.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { type Body, readNew, settle } from '../../http/values/draft.ts'
import { inWords, readValue, unwrapChoice } from '../../http/values/values.ts'
import { customValuesIn, faultsOfShape, readCustomValues } from '../../records/custom-fields/values.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { newSecureId } from '../../records/secure-id.ts'
import {
  type Consequences,
  giveBackAll,
  includeEveryone,
  settleSeatsOf,
} from '../../registration/desk/sessions.ts'
import { peopleToTell, tellOf } from '../../registration/desk/withdrawal.ts'
import { isIncludedLive } from '../../seats/rules/state.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { SessionInput } from './input-schema.ts'
import { type Creation, type Insert, insertAlone, type Removal } from './insert.ts'
import { chooseZone, type EventZone, placementOf, recallPlacement } from './placement.ts'
import { findSession, lockSession, type SessionRow } from './queries.ts'
import { timesOf } from './times.ts'
import { deleteSession } from './write-queries.ts'

/** A session as written, and what else came of it. */
export type Written = SessionRow & Consequences

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
): Promise<Written> {
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
): Promise<Written> {
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

/** Deletes a session; returns how many of its people are not told. Throws 404, 412; 422 when it has any, unless forced. */
export async function removeSession(db: Db, actor: Actor, id: number, how: Removal): Promise<number> {
  return transaction(db, async tx => {
    const session = await mustLockSession(tx, actor, id)
    const people = await peopleToTell(tx, [session], () => false)
    await giveBackAll(tx, actor, session, how.force)
    await deleteSession(tx, actor, id)
    await settleSeatsOf(tx, actor, session.event_id)
    return tellOf(tx, actor, session.event_id, people, how.mail)
  })
}

export async function mustFindSession(db: Db, account_id: number, id: number): Promise<SessionRow> {
  const session = await findSession(db, account_id, id)
  if (!session) throw notFound('Session', id)
  return session
}

/** The session, under the lock of its event and its own, so that no seat in it is claimed meanwhile. */
export async function mustLockSession(db: Db, actor: Actor, id: number): Promise<SessionRow> {
  const { event_id } = await mustFindSession(db, actor.account_id, id)
  await lockEventSeats(db, event_id)
  const session = await lockSession(db, actor.account_id, id)
  if (!session) throw notFound('Session', id)
  mustMatchVersion(actor.ifMatch, session.version)
  return session
}
