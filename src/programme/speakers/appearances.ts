import { type Db, transaction } from '../../db/connection.ts'
import { type Fault, invalid, mustBeValid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { type Body, blank, isBlank, readNew } from '../../http/values/draft.ts'
import { faultOf, Id, readValue } from '../../http/values/values.ts'
import {
  type Appearance,
  type AppearanceRow,
  deleteAppearancesByIds,
  insertAppearances,
  listAppearances,
  lockSessions,
  lockSpeakers,
  updateAppearance,
} from './queries.ts'
import { AppearanceInput, mostSpeakers } from './schema.ts'
import { speakers } from './speakers.ts'

/**
 * Gives a session these speakers, in this order, and no others. Throws 404 without the session, 412, and 422 for somebody who is
 * no speaker of its event, stands in the list twice, or is one too many.
 */
export async function replaceSpeakers(
  db: Db,
  actor: Actor,
  session_id: number,
  items: unknown,
): Promise<void> {
  await transaction(db, async tx => {
    const [session] = await lockSessions(tx, actor.account_id, [session_id])
    if (!session) throw notFound('Session', session_id)
    mustMatchVersion(actor.ifMatch, session.version)
    const wanted = inOrder(readAppearances(session_id, items))
    const ids = wanted.map(({ speaker_id }) => speaker_id)
    const known = await lockSpeakers(tx, session.event_id, ids)
    mustBeValid(faultsOfList(ids, known))
    const current = await listAppearances(tx, 'session_id', [session_id])
    await writeAppearances(tx, actor, session.event_id, current, wanted)
  })
}

/**
 * Adds a speaker to sessions of their event, at the end of each: to all of them, or none. Who is in a session stays as they
 * are. Throws 404 without the speaker, and 422 naming the sessions that are not of the event, or full of speakers.
 */
export async function addToSessions(
  db: Db,
  actor: Actor,
  speaker_id: number,
  session_ids: number[],
): Promise<void> {
  await transaction(db, async tx => {
    const speaker = await speakers.mustFind(tx, actor.account_id, speaker_id)
    const sessions = await lockSessions(tx, actor.account_id, session_ids)
    const [known] = await lockSpeakers(tx, speaker.event_id, [speaker_id])
    if (!known) throw notFound('Speaker', speaker_id)
    const own = new Set(sessions.filter(({ event_id }) => event_id === speaker.event_id).map(({ id }) => id))
    const bySession = Map.groupBy(
      await listAppearances(tx, 'session_id', [...own]),
      ({ session_id }) => session_id,
    )
    const faults: Fault[] = []
    const added: Appearance[] = []
    for (const session_id of new Set(session_ids)) {
      const current = bySession.get(session_id) ?? []
      if (!own.has(session_id)) faults.push(noSession(session_id))
      else if (current.some(appearance => appearance.speaker_id === speaker_id)) continue
      else if (current.length >= mostSpeakers) faults.push(fullOfSpeakers(session_id))
      else added.push({ session_id, speaker_id, role: 'speaker', sort: (current.at(-1)?.sort ?? 0) + 1 })
    }
    mustBeValid(faults)
    await insertAppearances(tx, actor, speaker.event_id, added)
  })
}

/** The sessions of a body: numbers, or texts of them. Throws 422. */
export function readSessionIds(given: unknown): number[] {
  const raw = (Array.isArray(given) ? given : [given]).filter(item => !isBlank(item))
  const readings = raw.map(item => readValue(Id(), item))
  const fault = readings.find(reading => 'type' in reading)
  mustBeValid([
    ...(raw.length === 0 ? [faultOf('session_ids', blank)] : []),
    ...(raw.length > mostSessions
      ? [faultOf('session_ids', { type: 'too_many', message: `has at most ${mostSessions} items.` })]
      : []),
    ...(fault ? [faultOf('session_ids', fault)] : []),
  ])
  return readings.map(reading => (reading as { value: number }).value)
}
const mostSessions = 1000

/** Takes a speaker out of a session. Throws 404 for one who is not in it. */
export async function removeFromSession(
  db: Db,
  actor: Actor,
  speaker_id: number,
  session_id: number,
): Promise<void> {
  await transaction(db, async tx => {
    const { version } = await speakers.mustFind(tx, actor.account_id, speaker_id)
    mustMatchVersion(actor.ifMatch, version)
    await lockSessions(tx, actor.account_id, [session_id])
    const current = await listAppearances(tx, 'session_id', [session_id])
    const appearance = current.find(appearance => appearance.speaker_id === speaker_id)
    if (!appearance) throw notFound('Session of this speaker', session_id)
    await deleteAppearancesByIds(tx, actor, [appearance.id])
  })
}

/** Writes the difference between who appears in a session and who is to. */
async function writeAppearances(
  db: Db,
  actor: Actor,
  event_id: number,
  current: AppearanceRow[],
  wanted: Appearance[],
): Promise<void> {
  const of = new Map(current.map(appearance => [appearance.speaker_id, appearance]))
  const ids = new Set(wanted.map(({ speaker_id }) => speaker_id))
  await deleteAppearancesByIds(
    db,
    actor,
    current.filter(({ speaker_id }) => !ids.has(speaker_id)).map(({ id }) => id),
  )
  for (const appearance of wanted) {
    const known = of.get(appearance.speaker_id)
    if (known && (known.role !== appearance.role || known.sort !== appearance.sort))
      await updateAppearance(db, actor, known.id, appearance)
  }
  await insertAppearances(
    db,
    actor,
    event_id,
    wanted.filter(({ speaker_id }) => !of.has(speaker_id)),
  )
}

/** Reads a list of speakers: objects, or ids alone. Throws 422. */
function readAppearances(session_id: number, items: unknown): (Appearance & { given?: number | null })[] {
  if (items === undefined || items === null) throw invalid([faultOf('speakers', blank)])
  const list = Array.isArray(items) ? items : [items]
  if (list.length > mostSpeakers) throw invalid([tooMany])
  const drafts = list.map(item => readNew(AppearanceInput, asAppearance(item)))
  mustBeValid(
    drafts.flatMap(({ faults }, place) =>
      faults.map(fault => ({ ...fault, field: `speakers.${place}.${fault.field}` })),
    ),
  )
  return drafts.map(({ given }) => ({
    session_id,
    speaker_id: given.speaker_id!,
    role: given.role ?? 'speaker',
    sort: 0,
    given: given.sort ?? null,
  }))
}

const asAppearance = (item: unknown): Body => {
  if (typeof item !== 'object' || item === null) return { speaker_id: item }
  const { speaker_id, id, ...rest } = item as Body
  return { ...rest, speaker_id: speaker_id ?? id }
}

/** In the order of `sort` where that is given, otherwise of the list; numbered from 1. */
function inOrder(appearances: (Appearance & { given?: number | null })[]): Appearance[] {
  return appearances
    .map((appearance, place) => ({ ...appearance, place: appearance.given ?? place + 1 }))
    .sort((a, b) => a.place - b.place)
    .map(({ session_id, speaker_id, role }, place) => ({ session_id, speaker_id, role, sort: place + 1 }))
}

function faultsOfList(ids: number[], known: Set<number>): Fault[] {
  return ids.flatMap((id, place) => {
    const field = `speakers.${place}.speaker_id`
    if (!known.has(id))
      return [{ field, type: 'not_found', message: `Speaker ${id} does not exist in this event.` }]
    return ids.indexOf(id) < place
      ? [{ field, type: 'unique', message: `Speaker ${id} is in the list already.` }]
      : []
  })
}

const tooMany = faultOf('speakers', { type: 'too_many', message: `has at most ${mostSpeakers} items.` })

const noSession = (session_id: number): Fault => ({
  field: 'session_ids',
  session_id,
  type: 'not_found',
  message: `Session ${session_id} does not exist in the event of this speaker.`,
})

const fullOfSpeakers = (session_id: number): Fault => ({
  field: 'session_ids',
  session_id,
  type: 'too_many',
  message: `Session ${session_id} has ${mostSpeakers} speakers, and takes no more.`,
})
