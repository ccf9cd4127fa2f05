import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../../records/changes/log.ts'
import { deleteReviews } from '../reviews/queries.ts'

/** Locks what a contact submitted and reviewed, before the contact itself, as a review does. */
export async function lockSubmissionsOf(db: Db, id: number): Promise<void> {
  await db`
    select from sessions where contact_id = ${id}
      or id in (select submission_id from cfs_reviews where reviewer_id = ${id})
    order by id for no key update`
}

/** How much a contact submitted and reviewed. */
export async function countWorkOf(db: Db, id: number): Promise<{ submissions: number; reviews: number }> {
  const [row] = await db<{ submissions: number; reviews: number }[]>`
    select (select count(*)::int from sessions where contact_id = ${id}) as submissions,
      (select count(*)::int from cfs_reviews where reviewer_id = ${id}) as reviews`
  return row!
}

/** Leaves submissions without the contact, and deletes their reviews. */
export async function clearContact(db: Db, actor: Actor, _event_id: number, id: number): Promise<void> {
  await deleteReviews(db, actor, 'reviewer_id', id)
  await db`
    with before as (select * from sessions where contact_id = ${id}),
      after as (
        update sessions s set contact_id = null, updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = s.version + 1
        from before b where b.id = s.id returning s.*)
    ${logged(db, actor, 'session', 'update')}`
}

/** Marks a contact of an event as a submitter; false when there is none. It stays until the transaction ends. */
export async function markSubmitter(db: Db, actor: Actor, event_id: number, id: number): Promise<boolean> {
  const [contact] = await db<{ submitter: number }[]>`
    select submitter from cfs_contacts where event_id = ${event_id} and id = ${id} for no key update`
  if (contact?.submitter === 0)
    await db`
      with before as (select * from cfs_contacts where id = ${id}),
        after as (
          update cfs_contacts set submitter = 1, updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = version + 1
          where id = ${id} returning *)
      ${logged(db, actor, 'cfs_contact', 'update')}`
  return contact !== undefined
}

/** The event of a contact of this account, also of one who was deleted: the change log has them. */
export async function findTraceOf(
  db: Db,
  account_id: number,
  id: number,
): Promise<{ event_id: number } | undefined> {
  const [trace] = await db<{ event_id: number }[]>`
    select event_id from cfs_contacts where account_id = ${account_id} and id = ${id}
    union all
    select event_id from changes where object = 'cfs_contact' and object_id = ${id} and account_id = ${account_id}
    limit 1`
  return trace
}
