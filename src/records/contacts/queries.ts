import type { Db, Fragment } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../changes/log.ts'
import { contactKey } from './schema.ts'

/** What a contact takes over of the registration or appearance that it is made of. */
const taken = [
  'prefix',
  'first_name',
  'middle_name',
  'last_name',
  'suffix',
  'company',
  'job_title',
  'bio',
  'birth_date',
  'gender',
  'work_phone',
  'mobile_phone',
  'cc_email',
  'vat_number',
  'twitter_handle',
] as const

/** A person with an address, as a registrant or a speaker. */
export type Addressed = { email?: string | null } & { [K in (typeof taken)[number]]?: unknown }

/**
 * Makes contacts of people whose address no contact of the account has. They are written in the order of their addresses, so
 * that two that write the same wait for each other one way round only.
 */
export async function insertContacts(db: Db, actor: Actor, people: Addressed[]): Promise<void> {
  const { account_id, actor_id, now } = actor
  const rows = new Map<string, object>()
  for (const person of people) {
    if (!person.email) continue
    const email_key = contactKey(person.email)
    const known = Object.fromEntries(taken.map(name => [name, person[name] ?? null]))
    if (!rows.has(email_key)) rows.set(email_key, { ...known, email: person.email.trim(), email_key })
  }
  if (rows.size === 0) return
  const columns = db.unsafe(['email', 'email_key', ...taken].join(', '))
  await db`
    with after as (
      insert into contacts (account_id, derived, created_at, updated_at, created_by, updated_by, ${columns})
      select ${account_id}, 1, ${now}, ${now}, ${actor_id}::bigint, ${actor_id}::bigint, ${columns}
      from jsonb_populate_recordset(null::contacts, ${db.json([...rows.values()] as never)}) order by email_key
      on conflict (account_id, email_key) do nothing returning *)
    ${logged(db, actor, 'contact', 'create')}`
}

/** The contact that has an address, as part of a later statement; null without one. */
export const contactWith = (db: Db, account_id: number, key: Fragment): Fragment =>
  db`(select id from contacts where account_id = ${account_id} and email_key = ${key})`

export async function findContactWith(db: Db, account_id: number, email: string): Promise<number | null> {
  const [contact] = await db<{ id: number }[]>`
    select id from contacts where account_id = ${account_id} and email_key = ${contactKey(email)}`
  return contact?.id ?? null
}

/** Every contact that a registration or an appearance has or had: one for each address that it was under. */
export async function listContactsEverOf(
  db: Db,
  object: 'registrant' | 'speaker',
  { account_id, id, contact_id }: { account_id: number; id: number; contact_id: number | null },
): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    select distinct (said ->> 'contact_id')::bigint as id from changes, unnest(array[before, after]) said
    where object = ${object} and object_id = ${id} and account_id = ${account_id} and said ->> 'contact_id' is not null`
  return [...new Set([...rows.map(row => row.id), ...(contact_id ? [contact_id] : [])])].sort((a, b) => a - b)
}

/** Deletes a contact that was made of somebody who is forgotten, when nobody else has it; its change records are emptied. */
export async function dropContact(db: Db, actor: Actor, id: number): Promise<void> {
  const [gone] = await db<{ id: number }[]>`
    with before as (
      delete from contacts c where c.id = ${id} and c.derived = 1
        and not exists (select from registrants where contact_id = c.id)
        and not exists (select from speakers where contact_id = c.id) returning *),
      logged as (${logged(db, actor, 'contact', 'delete')})
    select id from before`
  if (gone) await blankContactHistory(db, actor.account_id, id)
}

/** Empties a contact in the change log. */
export async function blankContactHistory(db: Db, account_id: number, id: number): Promise<void> {
  const blanks = {
    ...Object.fromEntries([...taken, 'notes', 'profile_picture'].map(name => [name, null])),
    email: `forgotten-contact-${id}@invalid`,
    email_key: `forgotten-contact-${id}@invalid`,
  }
  await db`
    update changes set before = before || ${db.json(blanks)}, after = after || ${db.json(blanks)}
    where object = 'contact' and object_id = ${id} and account_id = ${account_id}`
}
