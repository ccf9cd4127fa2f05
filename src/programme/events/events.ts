import { lockAccount } from '../../access/accounts/queries.ts'
import { type Db, transaction } from '../../db/connection.ts'
import { type Fault, mustBeValid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { type Body, changesIn, type Draft, readUpdate, settle } from '../../http/values/draft.ts'
import { newSecureId } from '../../records/secure-id.ts'
import { includeEveryone, type NotIncluded, settleSeatsOf } from '../../registration/desk/sessions.ts'
import { copyEventQuestions } from '../../registration/event-questions/queries.ts'
import { copyRegTypes } from '../../registration/reg-types/queries.ts'
import { faultsOfCapacity } from '../../seats/ledger/capacity.ts'
import type { NewConflict } from '../../seats/ledger/conflicts.ts'
import { countPeopleIn } from '../../seats/ledger/people-queries.ts'
import { announceSeats } from '../../seats/ledger/queries.ts'
import { isIncludedLive } from '../../seats/rules/state.ts'
import { copyFees } from '../fees/queries.ts'
import { listSessionsOfEvent } from '../sessions/queries.ts'
import { insertNewSessions } from '../sessions/write-queries.ts'
import { copySpeakers } from '../speakers/copy-queries.ts'
import { countSubmissions } from '../submissions/list-queries.ts'
import { faultsOfCall, shiftCall } from './call.ts'
import { daysUntil, faultsOfDates, shiftEvent, shiftSession } from './dates.ts'
import { moveToZone, resolveAll, unmoved } from './moving.ts'
import {
  copyTracksAndLocations,
  countRegistrants,
  deleteEvent,
  type EventRow,
  findEvent,
  insertEvent,
  lockEvent,
  takenUrls,
  updateEvent,
} from './queries.ts'
import { type CloneInput, EventInput, longestName } from './schema.ts'

/**
 * An event as written; when its zone changed, `not_included` names those who did not fit into included sessions that moved,
 * `new_conflicts` those who have seats at the same time since.
 */
export type ChangedEvent = EventRow & { not_included?: NotIncluded[]; new_conflicts?: NewConflict[] }

/** Creates an event. Without a `url` it gets one made from its name. */
export async function createEvent(db: Db, actor: Actor, draft: Draft<EventInput>): Promise<EventRow> {
  draft.faults.push(...faultsOfDates(draft.given), ...(await faultsOfCall(db, actor.account_id, draft.given)))
  const event = settle(draft)
  return transaction(db, async tx =>
    insertEvent(tx, actor, { ...event, url: event.url ?? (await freeUrl(tx, actor.account_id, event.name)) }),
  )
}

/**
 * Changes the given fields of an event. A new zone keeps the wall-clock times of the sessions that use the event's
 * zone: their instants move. Throws 422 naming the sessions whose times do not exist in the new zone, and for a capacity
 * lowered below the registrants, unless that is overridden.
 */
export async function changeEvent(
  db: Db,
  actor: Actor,
  id: number,
  body: Body,
  override = false,
): Promise<ChangedEvent> {
  return transaction(db, async tx => {
    const event = await mustLockEvent(tx, actor, id)
    const draft = readUpdate(EventInput, body, event)
    const merged = { ...event, ...draft.given }
    draft.faults.push(
      ...faultsOfDates(merged, event),
      ...(await faultsOfCall(tx, actor.account_id, merged, event)),
    )
    if (!override) draft.faults.push(...faultsOfCapacity('event', event, draft.given.capacity))
    const given = settle(draft)
    if (given.url === null)
      given.url = await freeUrl(tx, actor.account_id, given.name ?? event.name, event.url)
    const changes = changesIn(given, event)
    if (!changes) return event
    await tx`set constraints sessions_event_timezone deferred`
    const changed = await updateEvent(tx, actor, id, changes)
    const { moved, new_conflicts } =
      changed.timezone === event.timezone ? unmoved : await moveToZone(tx, actor, changed)
    if (lineFields.some(field => changed[field] !== event[field])) await settleSeatsOf(tx, actor, id)
    const included = moved.filter(isIncludedLive)
    const not_included: NotIncluded[] = []
    for (const session of included) not_included.push(...(await includeEveryone(tx, actor, session)))
    return {
      ...changed,
      ...(included.length > 0 && { not_included }),
      ...(new_conflicts.length > 0 && { new_conflicts }),
    }
  })
}

/** Settings that decide whether lines move. */
const lineFields = ['status', 'timezone', 'waitlist_mode', 'close_date', 'close_time'] as const

/**
 * Deletes an event with all that is in it; returns how many people had sessions that were to take place. They are not told,
 * because they go with it. Throws 422 when it has registrants or submissions, unless forced.
 */
export async function removeEvent(db: Db, actor: Actor, id: number, force: boolean): Promise<number> {
  return transaction(db, async tx => {
    await mustLockEvent(tx, actor, id)
    const registrants = await countRegistrants(tx, id)
    const submissions = await countSubmissions(tx, id)
    if (!force)
      mustBeValid([
        ...(registrants > 0 ? [hasRegistrants(registrants)] : []),
        ...(submissions > 0 ? [hasSubmissions(submissions)] : []),
      ])
    const people = await countPeopleIn(tx, id)
    await deleteEvent(tx, actor, id)
    await announceSeats(tx, id)
    return people
  })
}

/**
 * Copies an event with its tracks, locations, sessions, speakers, registrant types and questions, never registrants or submissions. With `start_date`
 * every date moves by the same number of days; throws 422 naming the sessions whose times do not exist on their new day.
 */
export async function cloneEvent(
  db: Db,
  actor: Actor,
  id: number,
  draft: Draft<CloneInput>,
): Promise<EventRow> {
  const { name, start_date } = settle(draft)
  return transaction(db, async tx => {
    const original = await lockEvent(tx, actor.account_id, id)
    if (!original) throw notFound('Event', id)
    const sessions = (await listSessionsOfEvent(tx, id)).filter(session => !session.submitted_at)
    const days = start_date ? daysUntil(start_date, original, sessions) : 0
    const { shifted, faults } = shiftEvent(original, days)
    mustBeValid(faults)
    const {
      id: _id,
      account_id: _account,
      version: _version,
      created_at: _at,
      updated_at: _updated,
      registrants_count: _registrants,
      ...settings
    } = original
    const title = name ?? nameOfCopy(original.name)
    const copy = await insertEvent(tx, actor, {
      ...settings,
      name: title,
      url: await freeUrl(tx, actor.account_id, title),
      external_id: null,
      ...shifted,
      ...shiftCall(original, days),
    })
    await copyRegTypes(tx, actor, id, copy.id)
    await copyEventQuestions(tx, actor, id, copy.id)
    const became = await copyTracksAndLocations(tx, actor, id, copy.id)
    const moved = resolveAll(sessions, 'start_date', session => shiftSession(session, days))
    const sessionsOfCopy = moved.map(session => ({
      ...session,
      event_id: copy.id,
      track_id: session.track_id && became.tracks.get(session.track_id)!,
      location_id: session.location_id && became.locations.get(session.location_id)!,
      secure_id: newSecureId(),
    }))
    const copies = await insertNewSessions(
      tx,
      sessionsOfCopy.map(session => ({ actor, session })),
    )
    const copyOf = new Map(sessions.map((session, place) => [session.id, copies[place]!.id]))
    await copyFees(tx, actor, id, copy.id, copyOf)
    await copySpeakers(tx, actor, id, copy.id, copyOf, days)
    return copy
  })
}

/** The event of this account. Throws 404. */
export async function mustFindEvent(db: Db, account_id: number, id: number): Promise<EventRow> {
  const event = await findEvent(db, account_id, id)
  if (!event) throw notFound('Event', id)
  return event
}

const hasSubmissions = (submissions: number): Fault => ({
  field: 'id',
  type: 'has_submissions',
  submissions,
  message: `Submissions to this event: ${submissions}. force=1 deletes it all the same, and them with it.`,
})

const hasRegistrants = (registrants: number): Fault => ({
  field: 'id',
  type: 'has_registrants',
  registrants,
  message: `Registrants of this event: ${registrants}. force=1 deletes it all the same, and them with it.`,
})

async function mustLockEvent(db: Db, actor: Actor, id: number): Promise<EventRow> {
  const event = await lockEvent(db, actor.account_id, id)
  if (!event) throw notFound('Event', id)
  mustMatchVersion(actor.ifMatch, event.version)
  return event
}

/** A slug made from a name, with a number behind it when another event has it. Two at once wait for each other. */
async function freeUrl(db: Db, account_id: number, name: string, own?: string): Promise<string> {
  await lockAccount(db, account_id)
  const stem = slugOf(name)
  const taken = await takenUrls(db, account_id, stem)
  for (let number = 1; ; number++) {
    const url = number === 1 ? stem : `${stem}-${number}`
    if (url === own || !taken.has(url)) return url
  }
}

/** Accents of Latin letters go; the marks of other scripts are parts of their letters, as the vowels of Devanagari are. */
function slugOf(name: string): string {
  const words =
    name
      .normalize('NFKD')
      .replaceAll(/(\p{Script=Latin})\p{M}+/gu, '$1')
      .normalize()
      .toLowerCase()
      .match(/[\p{L}\p{N}][\p{L}\p{N}\p{M}]*/gu) ?? []
  return [...words.join('-')].slice(0, longestSlug).join('').replace(/-$/, '') || 'event'
}
const longestSlug = 80

/** The longest name that the original leaves room for. */
function nameOfCopy(name: string): string {
  const suffix = ' (copy)'
  const characters = [...name]
  const kept = characters.slice(0, longestName - suffix.length).join('')
  return (characters.length + suffix.length > longestName ? kept.trimEnd() : name) + suffix
}
