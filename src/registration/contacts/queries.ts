import type { Static } from 'typebox'
import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { type Listing, pageWithin } from '../../http/lists/listing.ts'
import { readPage } from '../../http/lists/page-size.ts'
import { logged } from '../../records/changes/log.ts'
import { contactKey } from '../../records/contacts/schema.ts'
import type { Contact, ContactInput } from './schema.ts'

export type ContactRow = Omit<Static<typeof Contact>, 'gender'> & { gender: string | null; version: number }

export async function insertContact(db: Db, actor: Actor, given: ContactInput): Promise<ContactRow> {
  const { account_id, actor_id, now } = actor
  const row = {
    ...given,
    email_key: contactKey(given.email),
    account_id,
    created_at: now,
    updated_at: now,
    created_by: actor_id,
    updated_by: actor_id,
  }
  const [written] = await db<ContactRow[]>`
    with after as (insert into contacts ${db(row)} returning *), logged as (${logged(db, actor, 'contact', 'create')})
    select * from after`
  return written!
}

/** Changes a contact who is locked; from now on it is the account's own. */
export async function updateContact(
  db: Db,
  actor: Actor,
  id: number,
  given: Partial<ContactInput> & { forgotten_at?: Date },
): Promise<ContactRow> {
  const set = {
    ...given,
    ...(given.email && { email_key: contactKey(given.email) }),
    derived: 0,
    updated_at: actor.now,
    updated_by: actor.actor_id,
  }
  const [written] = await db<ContactRow[]>`
    with before as (select * from contacts where id = ${id}),
      after as (update contacts set ${db(set)}, version = version + 1 where id = ${id} returning *),
      logged as (${logged(db, actor, 'contact', 'update')})
    select * from after`
  return written!
}

export async function deleteContact(db: Db, actor: Actor, id: number): Promise<void> {
  await db`
    with before as (delete from contacts where id = ${id} returning *)
    ${logged(db, actor, 'contact', 'delete')}`
}

export async function findContact(db: Db, account_id: number, id: number): Promise<ContactRow | undefined> {
  const [contact] = await db<
    ContactRow[]
  >`select * from contacts where account_id = ${account_id} and id = ${id}`
  return contact
}

/** The contact, locked until the transaction ends. */
export async function lockContact(db: Db, account_id: number, id: number): Promise<ContactRow | undefined> {
  const [contact] = await db<ContactRow[]>`
    select * from contacts where account_id = ${account_id} and id = ${id} for update`
  return contact
}

export async function findContactByExternalId(
  db: Db,
  account_id: number,
  external_id: string,
): Promise<{ id: number } | undefined> {
  const [contact] = await db<{ id: number }[]>`
    select id from contacts where account_id = ${account_id} and external_id = ${external_id}`
  return contact
}

export function listContacts(db: Db, account_id: number, listing: Listing) {
  const page = pageWithin(db, 'c.account_id', account_id, listing)
  return readPage<ContactRow>(db, { columns: db`c.* from contacts c`, source: db`contacts c`, ...page })
}

/** Registrations and appearances of a contact. */
export async function listPeopleOfContact(
  db: Db,
  id: number,
): Promise<{ registrants: number[]; speakers: number[] }> {
  const [registrants, speakers] = await Promise.all([
    db<{ id: number }[]>`select id from registrants where contact_id = ${id} order by id`,
    db<{ id: number }[]>`select id from speakers where contact_id = ${id} order by id`,
  ])
  return { registrants: registrants.map(row => row.id), speakers: speakers.map(row => row.id) }
}

/** Registrations and appearances of a contact that were deleted: the change log still has them. */
export async function listDeletedPeopleOf(
  db: Db,
  account_id: number,
  id: number,
): Promise<{ object: 'registrant' | 'speaker'; object_id: number }[]> {
  return db<{ object: 'registrant' | 'speaker'; object_id: number }[]>`
    select distinct object, object_id from changes
    where account_id = ${account_id} and object in ('registrant', 'speaker') and action = 'delete'
      and before ->> 'contact_id' = ${String(id)} order by object, object_id`
}

/** Every address that a contact has had. */
export async function listAddressesOf(db: Db, account_id: number, id: number): Promise<string[]> {
  const rows = await db<{ email: string }[]>`
    select distinct said ->> 'email' as email from changes, unnest(array[before, after]) said
    where object = 'contact' and object_id = ${id} and account_id = ${account_id} and said ->> 'email' is not null`
  return rows.map(({ email }) => email)
}

/** The registrations of contacts, as `expand=registrants` shows them. */
export function listRegistrationsOf(
  db: Db,
  ids: number[],
): Promise<
  {
    contact_id: number
    id: number
    event_id: number
    email: string
    first_name: string | null
    last_name: string | null
    registration_status: string
  }[]
> {
  return db`
    select contact_id, id, event_id, email, first_name, last_name, registration_status from registrants
    where contact_id = any(${ids}::bigint[]) order by contact_id, id`
}

/** People without a contact, of one account: those with the smallest ids. */
export async function listWithoutContact(
  db: Db,
  table: 'registrants' | 'speakers',
  limit: number,
): Promise<(Record<string, unknown> & { id: number; account_id: number; email: string })[]> {
  return db`
    select * from ${db(table)} where contact_id is null and forgotten_at is null and email is not null
    order by id limit ${limit} for no key update skip locked`
}

/** Links people to the contacts that have their addresses; what a registration says does not change. */
export async function linkToContacts(
  db: Db,
  table: 'registrants' | 'speakers',
  links: { id: number; account_id: number; key: string }[],
): Promise<void> {
  await db`
    update ${db(table)} p set contact_id = c.id
    from jsonb_to_recordset(${db.json(links)}) as l (id bigint, account_id bigint, key text)
    join contacts c on c.account_id = l.account_id and c.email_key = l.key
    where p.id = l.id`
}
