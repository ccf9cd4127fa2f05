import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../../records/changes/log.ts'

/** Who somebody is that is to speak. */
export type Person = {
  first_name: string | null
  last_name: string | null
  email: string | null
  company: string | null
  job_title: string | null
  bio: string | null
}

/** Somebody who is to speak, as a submission says. */
export type ProposedRow = Person & { id: number; session_id: number; sort: number; speaker_id: number | null }

/** Who is to speak in these submissions: one after the other, in their order. */
export function listProposed(db: Db, session_ids: number[]): Promise<ProposedRow[]> {
  return db<ProposedRow[]>`
    select id, session_id, sort, first_name, last_name, email, company, job_title, bio, speaker_id from cfs_speakers
    where session_id = any(${session_ids}::bigint[]) order by session_id, sort, id`
}

export async function insertProposed(
  db: Db,
  actor: Actor,
  event_id: number,
  people: (Person & { session_id: number; sort: number })[],
): Promise<void> {
  if (people.length === 0) return
  const { account_id, now } = actor
  const rows = people.map(({ session_id, sort, first_name, last_name, email, company, job_title, bio }) => ({
    ...{ account_id, event_id, session_id, sort, first_name, last_name, email, company, job_title, bio },
    created_at: now,
    updated_at: now,
  }))
  await db`
    with after as (insert into cfs_speakers ${db(rows)} returning *)
    ${logged(db, actor, 'cfs_speaker', 'create')}`
}

/** Changes the given columns of somebody who is to speak. */
export async function updateProposed(
  db: Db,
  actor: Actor,
  id: number,
  given: Partial<Person> & { sort?: number; speaker_id?: number },
): Promise<void> {
  await db`
    with before as (select * from cfs_speakers where id = ${id}),
      after as (update cfs_speakers set ${db({ ...given, updated_at: actor.now })} where id = ${id} returning *)
    ${logged(db, actor, 'cfs_speaker', 'update')}`
}

export async function deleteProposedByIds(db: Db, actor: Actor, ids: number[]): Promise<void> {
  if (ids.length === 0) return
  await db`
    with before as (delete from cfs_speakers where id = any(${ids}::bigint[]) returning *)
    ${logged(db, actor, 'cfs_speaker', 'delete')}`
}

/** Deletes who is to speak in a submission. */
export async function deleteProposed(db: Db, actor: Actor, session_id: number): Promise<void> {
  await db`
    with before as (delete from cfs_speakers where session_id = ${session_id} returning *)
    ${logged(db, actor, 'cfs_speaker', 'delete')}`
}

/** Leaves those who became a speaker, who is about to be deleted, without one. */
export async function unlinkSpeaker(db: Db, actor: Actor, speaker_id: number): Promise<void> {
  await db`
    with before as (select * from cfs_speakers where speaker_id = ${speaker_id} order by id for update),
      after as (
        update cfs_speakers s set speaker_id = null, updated_at = ${actor.now} from before b where b.id = s.id returning s.*)
    ${logged(db, actor, 'cfs_speaker', 'update')}`
}
