import type { Db, Fragment } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { withholdAnswers } from '../../http/once.ts'
import { logged } from '../../records/changes/log.ts'

/** What there is of a contact: their row, or the change log of one who was deleted. */
export type Remains = {
  event_id: number
  email: string | null
  first_name: string | null
  last_name: string | null
  forgotten_at: string | null
  isDeleted: boolean
}

/** What there is of a contact, locked. */
export async function lockRemains(db: Db, account_id: number, id: number): Promise<Remains | undefined> {
  const [contact] = await db<Remains[]>`
    select event_id, email, first_name, last_name, forgotten_at, false as "isDeleted" from cfs_contacts
    where account_id = ${account_id} and id = ${id} for update`
  if (contact) return contact
  const [trace] = await db<Remains[]>`
    select event_id, before ->> 'email' as email, before ->> 'first_name' as first_name, before ->> 'last_name' as last_name,
      null as forgotten_at, true as "isDeleted"
    from changes where object = 'cfs_contact' and object_id = ${id} and account_id = ${account_id} and action = 'delete'
    order by tx desc, id desc limit 1`
  return trace
}

/** What a contact ever submitted, also what was deleted since, or has no submitter any more. */
export async function listSubmittedBy(db: Db, account_id: number, id: number): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    select id from sessions where contact_id = ${id}
    union
    select object_id from changes where object = 'session' and coalesce(after, before) ->> 'contact_id' is not null
      and (coalesce(after, before) ->> 'contact_id')::bigint = ${id} and account_id = ${account_id}`
  return rows.map(row => row.id)
}

/** Empties a contact's row; nobody reviews as them any more. */
export async function blankContact(
  db: Db,
  actor: Actor,
  id: number,
  blanks: Record<string, null>,
  secure_id: string,
): Promise<void> {
  await db`
    with before as (select * from cfs_contacts where id = ${id}),
      after as (
        update cfs_contacts set ${db({ ...blanks, secure_id, user_id: null })}, forgotten_at = ${actor.now},
          updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = version + 1
        where id = ${id} returning *)
    ${logged(db, actor, 'cfs_contact', 'update')}`
}

const proposed = ['first_name', 'last_name', 'email', 'company', 'job_title', 'bio'] as const
const noProposed = Object.fromEntries(proposed.map(name => [name, null]))

/** Empties who is to speak, of the rows that a condition finds, in the change log too; the rows stay. */
async function blankProposed(db: Db, actor: Actor, event_id: number, whom: Fragment, trace: Fragment) {
  await db`
    with before as (select * from cfs_speakers where event_id = ${event_id} and ${whom} order by id for update),
      after as (
        update cfs_speakers s set ${db(noProposed)}, updated_at = ${actor.now}
        from before b where b.id = s.id returning s.*)
    ${logged(db, actor, 'cfs_speaker', 'update')}`
  const blank = db.json(noProposed)
  await db`
    update changes set before = before || ${blank}, after = after || ${blank}
    where account_id = ${actor.account_id} and event_id = ${event_id} and object = 'cfs_speaker' and ${trace}`
}

/** Empties a proposed speaker who has this address, or this name in what the contact submitted. */
export async function blankProposals(
  db: Db,
  actor: Actor,
  submitted: number[],
  { event_id, email, first_name, last_name }: Remains,
): Promise<void> {
  const own = db`select unnest(${submitted}::bigint[])`
  const sameName = db`(coalesce(${first_name}::text, ''), coalesce(${last_name}::text, ''))`
  const isNamed = `${first_name ?? ''}${last_name ?? ''}` !== ''
  await blankProposed(
    db,
    actor,
    event_id,
    db`(lower(email) = lower(${email}::text) or (${isNamed} and session_id in (${own})
      and (coalesce(first_name, ''), coalesce(last_name, '')) = ${sameName}))`,
    db`(lower(before ->> 'email') = lower(${email}::text) or lower(after ->> 'email') = lower(${email}::text)
      or (${isNamed} and (coalesce(after, before) ->> 'session_id')::bigint in (${own}) and (
        (coalesce(before ->> 'first_name', ''), coalesce(before ->> 'last_name', '')) = ${sameName}
        or (coalesce(after ->> 'first_name', ''), coalesce(after ->> 'last_name', '')) = ${sameName})))`,
  )
}

/** Empties what submissions said of somebody who became this speaker. */
export const blankProposalsOf = (db: Db, actor: Actor, { id, event_id }: { id: number; event_id: number }) =>
  blankProposed(
    db,
    actor,
    event_id,
    db`speaker_id = ${id}`,
    db`object_id in (
      select object_id from changes where account_id = ${actor.account_id} and event_id = ${event_id}
        and object = 'cfs_speaker' and (coalesce(after, before) ->> 'speaker_id')::bigint = ${id})`,
  )

/** Empties the notes of reviews by a contact, and of reviews of what they submitted: here and in the change log. */
export async function blankNotes(
  db: Db,
  actor: Actor,
  id: number,
  event_id: number,
  submitted: number[],
): Promise<void> {
  const own = db`select unnest(${submitted}::bigint[])`
  await db`
    with before as (
        select * from cfs_reviews where notes is not null and (reviewer_id = ${id} or submission_id in (${own}))
        order by id for update),
      after as (
        update cfs_reviews r set notes = null, updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = r.version + 1
        from before b where b.id = r.id returning r.*)
    ${logged(db, actor, 'cfs_review', 'update')}`
  await db`
    update changes set before = before || '{"notes": null}', after = after || '{"notes": null}'
    where account_id = ${actor.account_id} and event_id = ${event_id} and object = 'cfs_review'
      and ((coalesce(after, before) ->> 'reviewer_id')::bigint = ${id}
        or (coalesce(after, before) ->> 'submission_id')::bigint in (${own}))`
}

/** Empties a contact in the change log, in e-mails, links and remembered answers (Idempotency-Key). */
export async function blankTraces(
  db: Db,
  { account_id }: Actor,
  id: number,
  { event_id, email }: Remains,
  blanks: object,
): Promise<void> {
  const blank = db.json({ ...blanks, secure_id: '', user_id: null } as never)
  await db`
    update changes set before = before || ${blank}, after = after || ${blank}
    where object = 'cfs_contact' and object_id = ${id} and account_id = ${account_id} and event_id = ${event_id}`
  await db`
    update outbox set recipients = '{}', delivered = '{}', refused = '{}', subject = null, body_text = null,
      body_html = null, last_error = null,
      state = case when state in ('waiting', 'sending') then 'dropped' else state end
    where cfs_contact_id = ${id}`
  await db`delete from cfs_links where contact_id = ${id}`
  await db`delete from cfs_drafts where contact_id = ${id}`
  const text = email === null ? null : JSON.stringify(email)
  await withholdAnswers(
    db,
    db`account_id = ${account_id} and (starts_with(body, ${`{"id":${id},"event_id":${event_id},"email":`})
      or strpos(body, ${text}::text) > 0 or strpos(body, ${`"reviewer_id":${id},`}) > 0
      or strpos(body, ${`"contact_id":${id},`}) > 0)`,
  )
}
