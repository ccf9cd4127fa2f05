import type { Db } from '../../db/connection.ts'
import { folded, lowered } from '../../http/lists/attributes.ts'
import type { StoredValues } from '../../records/custom-fields/values.ts'

/** A submission as its submitter sees it; `told` is the decision that they know. */
export type OwnSubmission = {
  id: number
  name: string
  description: string | null
  custom_fields: StoredValues
  session_status: string
  cfs_answer: string
  told: string | null
}

/** What a submitter has submitted, the newest first. */
export function listOwnSubmissions(db: Db, contact_id: number): Promise<OwnSubmission[]> {
  return db<OwnSubmission[]>`
    select s.id, s.name, s.description, s.custom_fields, s.session_status, s.cfs_answer, t.decision as told
    from sessions s left join cfs_told t on t.session_id = s.id
    where s.contact_id = ${contact_id} and s.submitted_at is not null order by s.id desc`
}

/** Waits for others who submit as this submitter, and keeps them out until the transaction ends. */
export async function lockSubmitter(db: Db, contact_id: number): Promise<void> {
  await db`select from cfs_contacts where id = ${contact_id} for no key update`
}

/** What was written in a form. */
export type Form = Record<string, unknown>
export type Draft = { id: number; form: Form }

/** What a submitter wrote in the open form, and has not submitted. */
export function listDrafts(db: Db, contact_id: number): Promise<Draft[]> {
  return db<Draft[]>`select id, form from cfs_drafts where contact_id = ${contact_id} order by id desc`
}

/** Keeps what was written in the open form: the last few of a submitter, and of everybody for a while. */
export async function insertDraft(
  db: Db,
  contact_id: number,
  form: Form,
  now: Date,
  { most, since }: { most: number; since: Date },
): Promise<void> {
  await db`
    delete from cfs_drafts where id in (select id from cfs_drafts where created_at < ${since} for update skip locked)`
  await db`insert into cfs_drafts (contact_id, form, created_at) values (${contact_id}, ${db.json(form as never)}, ${now})`
  await db`
    delete from cfs_drafts where contact_id = ${contact_id} and id not in (
      select id from cfs_drafts where contact_id = ${contact_id} order by id desc limit ${most})`
}

/** Throws a draft of a submitter away; undefined when it is gone already. */
export async function takeDraft(db: Db, contact_id: number, id: number): Promise<Form | undefined> {
  const [draft] = await db<{ form: Form }[]>`
    delete from cfs_drafts where contact_id = ${contact_id} and id = ${id} returning form`
  return draft?.form
}

/** An event with its call. */
export type CallOfEvent = {
  id: number
  account_id: number
  name: string
  timezone: string
  cfs_opens: string | null
  cfs_closes: string | null
  cfs_text: string | null
  cfs_fields: number[]
}

/** The call for speakers of an event of any account; undefined without one. */
export async function findCall(db: Db, event_id: number): Promise<CallOfEvent | undefined> {
  const [event] = await db<CallOfEvent[]>`
    select id, account_id, name, timezone, cfs_opens, cfs_closes, cfs_text, cfs_fields from events
    where id = ${event_id} and cfs_opens is not null and status <> 'archived'`
  return event
}

/** The submitter of an event with this address, the newest: who reviews as a user is somebody else. */
export async function findSubmitter(
  db: Db,
  event_id: number,
  email: string,
): Promise<{ id: number } | undefined> {
  const [contact] = await db<{ id: number }[]>`
    select id from cfs_contacts where event_id = ${event_id} and user_id is null and forgotten_at is null
      and ${folded(db, db`email`)} = ${lowered(db, db`${email.normalize()}::text`)}
    order by submitter desc, id desc limit 1`
  return contact
}

/** How many links were sent to a submitter since a moment. */
export async function countLinksSince(db: Db, contact_id: number, since: Date): Promise<number> {
  const [row] = await db<{ count: number }[]>`
    select count(*)::int as count from outbox
    where cfs_contact_id = ${contact_id} and kind = 'cfs_link' and created_at > ${since}`
  return row!.count
}
