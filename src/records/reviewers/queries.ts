import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../changes/log.ts'

/** A user as a reviewer; what is null is not known, and stays as it is. */
export type ReviewingUser = {
  id: number
  email: string | null
  first_name: string | null
  last_name: string | null
}

/** The contact that a user is in an event, as a reviewer. */
export async function findReviewerOf(
  db: Db,
  event_id: number,
  user_id: number,
): Promise<{ id: number } | undefined> {
  const [contact] = await db<{ id: number }[]>`
    select id from cfs_contacts where event_id = ${event_id} and user_id = ${user_id} and reviewer = 1`
  return contact
}

/** Of an account: these of its events or, with null, those that have a call for speakers. */
export async function listEventsToReview(
  db: Db,
  account_id: number,
  event_ids: number[] | null,
): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    select id from events where account_id = ${account_id}
      and ${event_ids ? db`id = any(${event_ids}::bigint[])` : db`cfs_opens is not null`} order by id`
  return rows.map(({ id }) => id)
}

/** Makes the contacts that a user is in these events into reviewers, with the user's name and address. */
export async function updateReviewers(
  db: Db,
  actor: Actor,
  event_ids: number[],
  user: ReviewingUser,
): Promise<void> {
  const own = db`user_id = ${user.id} and event_id = any(${event_ids}::bigint[]) and (reviewer = 0
    or email is distinct from coalesce(${user.email}::text, email)
    or first_name is distinct from coalesce(${user.first_name}::text, first_name)
    or last_name is distinct from coalesce(${user.last_name}::text, last_name))`
  await db`
    with before as (select * from cfs_contacts where ${own} order by id for update),
      after as (
        update cfs_contacts c set reviewer = 1, email = coalesce(${user.email}::text, c.email),
          first_name = coalesce(${user.first_name}::text, c.first_name),
          last_name = coalesce(${user.last_name}::text, c.last_name), updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = c.version + 1
        from before b where b.id = c.id returning c.*)
    ${logged(db, actor, 'cfs_contact', 'update')}`
}

/** Makes contacts for a user in these events, where there is none for that user; one who is made at the same moment is left. */
export async function insertReviewers(
  db: Db,
  actor: Actor,
  places: { event_id: number; secure_id: string }[],
  { id: user_id, email, first_name, last_name }: ReviewingUser,
): Promise<void> {
  if (places.length === 0) return
  const rows = places.map(({ event_id, secure_id }) => ({
    account_id: actor.account_id,
    event_id,
    user_id,
    email,
    first_name,
    last_name,
    submitter: 0,
    reviewer: 1,
    secure_id,
    created_at: actor.now,
    updated_at: actor.now,
    created_by: actor.actor_id,
    updated_by: actor.actor_id,
  }))
  await db`
    with after as (insert into cfs_contacts ${db(rows)} on conflict (event_id, user_id) do nothing returning *)
    ${logged(db, actor, 'cfs_contact', 'create')}`
}

/** Forgets a user as a reviewer, in the change log too. Who has also submitted something is a person of their own there. */
export async function blankReviewers(db: Db, actor: Actor, user_id: number): Promise<void> {
  const { account_id, actor_id, now } = actor
  const names = { email: null, first_name: null, last_name: null }
  await db`
    with before as (
        select * from cfs_contacts where account_id = ${account_id} and user_id = ${user_id} and submitter = 0 order by id for update),
      after as (
        update cfs_contacts c set ${db(names)}, forgotten_at = ${now}, updated_at = ${now}, updated_by = ${actor_id},
          version = c.version + 1
        from before b where b.id = c.id returning c.*)
    ${logged(db, actor, 'cfs_contact', 'update')}`
  await db`
    update changes set before = before || ${db.json(names)}, after = after || ${db.json(names)}
    where account_id = ${account_id} and object = 'cfs_contact' and object_id in (
      select id from cfs_contacts where account_id = ${account_id} and user_id = ${user_id} and submitter = 0)`
}
