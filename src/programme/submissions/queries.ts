import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../../records/changes/log.ts'
import { oneWithNames, type SessionRow } from '../sessions/queries.ts'

/** A submission: a session that came by the call for speakers. */
export type SubmissionRow = SessionRow & {
  submitted_at: string
  cfs_answer: string
  contact_id: number | null
}

export async function findSubmission(
  db: Db,
  account_id: number,
  id: number,
): Promise<SubmissionRow | undefined> {
  const [submission] = await findSubmissions(db, account_id, [id])
  return submission
}

/** Those of these that are submissions of the account, by id. */
export function findSubmissions(db: Db, account_id: number, ids: number[]): Promise<SubmissionRow[]> {
  return db<SubmissionRow[]>`
    select ${oneWithNames(db)} from sessions s
    where s.account_id = ${account_id} and s.id = any(${ids}::bigint[]) and s.submitted_at is not null order by s.id`
}

/** Locks submissions, in the order of their ids, until the transaction ends; their events are locked before. */
export async function lockSubmissions(db: Db, ids: number[]): Promise<void> {
  await db`select from sessions where id = any(${ids}::bigint[]) order by id for update`
}

/** The submission of an event with this external id. */
export async function findSubmissionByExternalId(
  db: Db,
  account_id: number,
  event_id: number,
  externalId: string,
): Promise<{ id: number } | undefined> {
  const [submission] = await db<{ id: number }[]>`
    select id from sessions where account_id = ${account_id} and event_id = ${event_id} and external_id = ${externalId}
      and submitted_at is not null`
  return submission
}

/** Writes what a submission has besides a session; its version grows also when only who is to speak changed. */
export async function updateSubmission(
  db: Db,
  actor: Actor,
  id: number,
  given: { contact_id?: number | null; cfs_answer?: string },
): Promise<void> {
  await db`
    with before as (select * from sessions where id = ${id}),
      after as (
        update sessions set ${db({ ...given, updated_at: actor.now, updated_by: actor.actor_id })}, version = version + 1 where id = ${id} returning *)
    ${logged(db, actor, 'session', 'update')}`
}

/** Moves submissions that are locked, between statuses of which none takes place. */
export async function updateStatuses(
  db: Db,
  actor: Actor,
  moves: { id: number; status: string }[],
): Promise<void> {
  if (moves.length === 0) return
  const [ids, statuses] = [moves.map(({ id }) => id), moves.map(({ status }) => status)]
  await db`
    with moves as (select * from unnest(${ids}::bigint[], ${statuses}::text[]) as m (id, status)),
      before as (select s.* from sessions s join moves using (id)),
      after as (
        update sessions s set session_status = m.status, updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = s.version + 1
        from moves m where m.id = s.id returning s.*)
    ${logged(db, actor, 'session', 'update')}`
}

/** The first day of an event; undefined without the event. */
export async function findFirstDay(
  db: Db,
  account_id: number,
  event_id: number,
): Promise<{ start_date: string | null } | undefined> {
  const [event] = await db<{ start_date: string | null }[]>`
    select start_date from events where account_id = ${account_id} and id = ${event_id}`
  return event
}

/** What is known of a submission besides its row. */
export type Standing = {
  id: number
  rating_average: number | null
  rating_count: number
  /** whether this reviewer has reviewed it */
  has_rated: boolean
  told_decision: string | null
  told_at: string | null
}

/** What is known of these submissions; `reviewer` is who looks, if a reviewer does. */
export function readStandings(db: Db, ids: number[], reviewer: number | null): Promise<Standing[]> {
  return db<Standing[]>`
    select s.id, r.average as rating_average, coalesce(r.count, 0) as rating_count, coalesce(r.has_rated, false) as has_rated,
      t.decision as told_decision, t.told_at
    from unnest(${ids}::bigint[]) as s (id)
    left join (
      select submission_id, round(avg(rating)::numeric, 2)::float8 as average, count(*)::int as count,
        bool_or(reviewer_id = ${reviewer ?? 0}) as has_rated
      from cfs_reviews where submission_id = any(${ids}::bigint[]) group by submission_id) r on r.submission_id = s.id
    left join cfs_told t on t.session_id = s.id`
}
