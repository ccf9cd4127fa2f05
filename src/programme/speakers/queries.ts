import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../../records/changes/log.ts'
import type { Row } from '../../records/plain/queries.ts'
import { unlinkSpeaker } from '../submissions/proposed-queries.ts'
import type { AppearanceInput, Speaker } from './schema.ts'

/** A speaker in a session. */
export type AppearanceRow = {
  id: number
  event_id: number
  session_id: number
  speaker_id: number
  role: string
  sort: number
}

/** How many live sessions a speaker is in. */
export async function countLiveSessionsOf(db: Db, speaker_id: number): Promise<number> {
  const [row] = await db<{ count: number }[]>`
    select count(*)::int as count from session_speakers a join sessions s on s.id = a.session_id
    where a.speaker_id = ${speaker_id} and s.session_status = 'live'`
  return row!.count
}

/** Takes a speaker out of every session, and out of the submissions by which they came. */
export async function clearSpeaker(db: Db, actor: Actor, _event_id: number, id: number): Promise<void> {
  await deleteAppearances(db, actor, 'speaker_id', id)
  await unlinkSpeaker(db, actor, id)
}

/** Leaves a session, or an event, without speakers, and a speaker without sessions; the change log says so. */
export async function deleteAppearances(
  db: Db,
  actor: Actor,
  column: 'speaker_id' | 'session_id' | 'event_id',
  id: number,
): Promise<void> {
  await db`
    with before as (delete from session_speakers where ${db(column)} = ${id} returning *)
    ${logged(db, actor, 'session_speaker', 'delete')}`
}

/** Who appears in these sessions: session by session, in their order. */
export function listAppearances(
  db: Db,
  column: 'session_id' | 'speaker_id' | 'event_id',
  ids: number[],
): Promise<AppearanceRow[]> {
  return db<AppearanceRow[]>`
    select id, event_id, session_id, speaker_id, role, sort from session_speakers
    where ${db(column)} = any(${ids}::bigint[]) order by session_id, sort, id`
}

/** The speakers of events, in their order. */
export function listSpeakersOfEvents(db: Db, event_ids: number[]): Promise<Row<typeof Speaker>[]> {
  return db<Row<typeof Speaker>[]>`
    select * from speakers where event_id = any(${event_ids}::bigint[]) order by event_id, event_sort, id`
}

/** Sessions of the account, locked in id order until the transaction ends: who appears in one changes under its lock. */
export function lockSessions(
  db: Db,
  account_id: number,
  ids: number[],
): Promise<{ id: number; event_id: number; version: number }[]> {
  return db<{ id: number; event_id: number; version: number }[]>`
    select id, event_id, version from sessions where account_id = ${account_id} and id = any(${ids}::bigint[])
    order by id for no key update`
}

/** Which of these are speakers of the event; they are not deleted until the transaction ends. */
export async function lockSpeakers(db: Db, event_id: number, ids: number[]): Promise<Set<number>> {
  const rows = await db<{ id: number }[]>`
    select id from speakers where event_id = ${event_id} and id = any(${ids}::bigint[]) order by id for key share`
  return new Set(rows.map(({ id }) => id))
}

/** Who is to appear in a session. */
export type Appearance = Required<Pick<AppearanceInput, 'speaker_id' | 'role' | 'sort'>> & {
  session_id: number
}

/** Puts speakers into sessions of an event. */
export async function insertAppearances(
  db: Db,
  actor: Actor,
  event_id: number,
  appearances: Appearance[],
): Promise<void> {
  if (appearances.length === 0) return
  const rows = appearances.map(({ session_id, speaker_id, role, sort }) => ({
    account_id: actor.account_id,
    event_id,
    session_id,
    speaker_id,
    role,
    sort,
    created_at: actor.now,
    updated_at: actor.now,
  }))
  await db`
    with after as (insert into session_speakers ${db(rows)} returning *)
    ${logged(db, actor, 'session_speaker', 'create')}`
}

/** Changes the role and place of a speaker in a session. */
export async function updateAppearance(
  db: Db,
  actor: Actor,
  id: number,
  { role, sort }: Appearance,
): Promise<void> {
  await db`
    with before as (select * from session_speakers where id = ${id}),
      after as (update session_speakers set role = ${role}, sort = ${sort}, updated_at = ${actor.now} where id = ${id} returning *)
    ${logged(db, actor, 'session_speaker', 'update')}`
}

/** Takes speakers out of sessions. */
export async function deleteAppearancesByIds(db: Db, actor: Actor, ids: number[]): Promise<void> {
  if (ids.length === 0) return
  await db`
    with before as (delete from session_speakers where id = any(${ids}::bigint[]) returning *)
    ${logged(db, actor, 'session_speaker', 'delete')}`
}
