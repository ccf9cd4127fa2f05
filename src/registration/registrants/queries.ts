import type { Db, Fragment } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { Given } from '../../http/values/draft.ts'
import { logged } from '../../records/changes/log.ts'
import { contactWith, insertContacts } from '../../records/contacts/queries.ts'
import { contactKey } from '../../records/contacts/schema.ts'
import { choicesIn, stillStanding } from '../../records/custom-fields/queries.ts'
import type { StoredValues } from '../../records/custom-fields/values.ts'
import { deleteAttendances } from '../attendance/queries.ts'
import type { Address, AddressKind, RegistrantInput } from './schema.ts'
import type { StatusMoments } from './status.ts'

type Addresses = Partial<Record<AddressKind, Address>>

/** A registrant who is about to be written. */
export type NewRegistrant = Required<RegistrantInput> & {
  secure_id: string
  addresses: Addresses
  custom_fields: StoredValues
}

/** What changes of a registrant besides seats: given fields, and members to merge into addresses and answers. */
export type ProfileChange = {
  given: Given<RegistrantInput>
  addresses: Addresses
  answers: StoredValues
  unanswered: string[]
}

/** What is stored of a person, apart from their seats. */
export type Profile = Record<string, unknown> & Pick<NewRegistrant, 'addresses' | 'custom_fields'>

export type RegistrantRow = Omit<NewRegistrant, 'ip_address'> & {
  id: number
  account_id: number
  version: number
  ip_address: string | null
  reg_type_name: string | null
  selections: { session_id: number; state: string }[]
  contact_id: number | null
  profile_picture: string | null
  created_at: string
  updated_at: string
  registered_at: string | null
  cancelled_at: string | null
  checked_in_at: string | null
  hold_expires_at: string | null
  expired_session_ids: number[]
}

/** Ids for people who are about to be written. */
export async function reserveIds(db: Db, count: number): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    select nextval(pg_get_serial_sequence('registrants', 'id')) as id from generate_series(1, ${count})`
  return rows.map(row => row.id)
}

export type Newcomer = { id: number; person: NewRegistrant; moments: StatusMoments; actor: Actor }

/** Inserts people with their reserved ids, in one statement. */
export async function insertRegistrants(db: Db, people: Newcomer[]): Promise<void> {
  if (people.length === 0) return
  const rows = people.map(({ id, person, moments, actor }) => ({
    ...person,
    ...moments,
    id,
    account_id: actor.account_id,
    created_at: actor.now,
    updated_at: actor.now,
    created_by: actor.actor_id,
    updated_by: actor.actor_id,
    version: 1,
    contact_key: contactKey(person.email),
    actor: { actor_id: actor.actor_id, request_id: actor.request_id },
  }))
  const { account_id, now } = people[0]!.actor
  const choice_ids = choicesIn(people.map(({ person }) => person.custom_fields))
  const answers = stillStanding(db, db`p.item -> 'custom_fields'`)
  const contact = db`jsonb_build_object('contact_id', ${contactWith(db, account_id, db`p.item ->> 'contact_key'`)})`
  const item =
    choice_ids.length > 0
      ? db`p.item || ${contact} || jsonb_build_object('custom_fields', ${answers})`
      : db`p.item || ${contact}`
  // Both are sent at once, before anything that follows: seats need their registrants.
  const contacts = insertContacts(
    db,
    people[0]!.actor,
    people.map(({ person }) => person),
  )
  const registrants = db`
    with given as (select ${db.json(rows as never)}::jsonb as rows), ${standing(db, choice_ids)},
      after as (
        insert into registrants select r.* from given, jsonb_array_elements(given.rows) p (item),
          jsonb_populate_record(null::registrants, ${item}) r returning *),
      actors as (
        select (row ->> 'id')::bigint as id, row -> 'actor' ->> 'request_id' as request_id, (row -> 'actor' ->> 'actor_id')::bigint as actor_id
        from given, jsonb_array_elements(given.rows) row)
    insert into changes (account_id, event_id, object, object_id, action, actor_id, request_id, before, after, created_at)
    select ${account_id}, r.event_id, 'registrant', r.id, 'create', a.actor_id, a.request_id, null, to_jsonb(r), ${now}
    from after r join actors a using (id) order by r.id`
  await Promise.all([contacts, registrants])
}

/** The choices of these that exist. Who deletes one holds the lock of the event, which is held here as well. */
const standing = (db: Db, choice_ids: number[]) =>
  db`standing as (select id from event_question_choices where id = any(${choice_ids}::bigint[]))`

/** Writes what changes of one registrant, whose row is locked. */
export async function updateRegistrant(
  db: Db,
  actor: Actor,
  id: number,
  { given, addresses, answers, unanswered }: ProfileChange,
  moments?: StatusMoments,
): Promise<void> {
  const { registered_at, cancelled_at, checked_in_at, expired_session_ids, ...status } = moments ?? {}
  const lost = expired_session_ids && { expired_session_ids: db.json(expired_session_ids) }
  const { email } = given
  // Both statements are sent at once, before anything that follows.
  const contacts = email && insertContacts(db, actor, [{ ...given, email }])
  const contact = email && { contact_id: contactWith(db, actor.account_id, db`${contactKey(email)}`) }
  const set = {
    ...given,
    ...contact,
    ...status,
    ...lost,
    updated_at: actor.now,
    updated_by: actor.actor_id,
  }
  const registrant = db`
    with ${standing(db, choicesIn([answers]))}, before as (select * from registrants where id = ${id}),
      after as (
        update registrants set ${db(set as never)}, version = version + 1,
          ${
            moments
              ? db`registered_at = coalesce(registered_at, ${registered_at!}),
                cancelled_at = ${cancelled_at ? db`coalesce(cancelled_at, ${cancelled_at})` : null},
                checked_in_at = ${checked_in_at ? db`coalesce(checked_in_at, ${checked_in_at})` : null},`
              : db``
          }
          addresses = addresses || coalesce((
            select jsonb_object_agg(key, coalesce(addresses -> key, '{}') || value)
            from jsonb_each(${db.json(addresses as never)}::jsonb)), '{}'),
          custom_fields = (custom_fields - ${[...unanswered, ...Object.keys(answers)]}::text[])
            || ${stillStanding(db, db`${db.json(answers as never)}::jsonb`)}
        where id = ${id} returning *)
      ${'email' in given ? endingLinks(db) : db``}
    ${logged(db, actor, 'registrant', 'update')}`
  await Promise.all([contacts, registrant])
}

/** What is stored of people, by their ids. */
export async function readProfiles(db: Db, ids: number[]): Promise<Map<number, Profile>> {
  if (ids.length === 0) return new Map()
  const rows = await db<
    (Profile & { id: number })[]
  >`select * from registrants where id = any(${ids}::bigint[])`
  return new Map(rows.map(row => [row.id, row]))
}

/** Another address may be that of another person: the links for the one before end. */
const endingLinks = (db: Db) => db`,
  ended as (
    delete from resume_tokens t using before b, after a
    where t.registrant_id = a.id and lower(a.email) <> lower(b.email))`

/** Lets unfinished registrations hold their seats until then. */
export async function renewHolds(db: Db, ids: number[], until: Date): Promise<void> {
  if (ids.length > 0)
    await db`
      update registrants set hold_expires_at = ${until}
      where id = any(${ids}::bigint[]) and registration_status = 'in_progress'`
}

export type RegistrantPlacement = { reg_type_name: string | null; group_name: string | null }

/** The names of a type and a group when they are of this event; undefined without the event. */
export async function findRegistrantPlacement(
  db: Db,
  account_id: number,
  {
    event_id,
    reg_type_id,
    group_id,
  }: { event_id: number; reg_type_id: number | null; group_id: number | null },
): Promise<RegistrantPlacement | undefined> {
  const [placement] = await db<RegistrantPlacement[]>`
    select t.name as reg_type_name, g.name as group_name
    from events e
    left join reg_types t on t.id = ${reg_type_id}::bigint and t.event_id = e.id
    left join registrant_groups g on g.id = ${group_id}::bigint and g.event_id = e.id
    where e.account_id = ${account_id} and e.id = ${event_id}`
  return placement
}

/** What is read of registrants `r`: columns, and what other tables have of them. */
export const withSelections = (db: Db, columns: Fragment = db`r.*`) => db`
  ${columns}, t.name as reg_type_name, coalesce((
    select jsonb_agg(jsonb_build_object('session_id', s.session_id, 'state', s.state) order by s.session_id)
    from selections s where s.registrant_id = r.id), '[]') as selections
  from registrants r left join reg_types t on t.id = r.reg_type_id`

export async function findRegistrant(
  db: Db,
  account_id: number,
  id: number,
): Promise<RegistrantRow | undefined> {
  const [registrant] = await db<
    RegistrantRow[]
  >`select ${withSelections(db)} where r.account_id = ${account_id} and r.id = ${id}`
  return registrant
}

/** Registrants by their ids, with their selections. */
export async function findRegistrants(db: Db, ids: number[]): Promise<Map<number, RegistrantRow>> {
  const rows = await db<RegistrantRow[]>`select ${withSelections(db)} where r.id = any(${ids})`
  return new Map(rows.map(row => [row.id, row]))
}

export async function findRegistrantByExternalId(
  db: Db,
  account_id: number,
  event_id: number,
  externalId: string,
): Promise<{ id: number } | undefined> {
  const [registrant] = await db<{ id: number }[]>`
    select id from registrants where account_id = ${account_id} and event_id = ${event_id} and external_id = ${externalId}`
  return registrant
}

/** Deletes registrants who have no selections any more. */
export async function deleteRegistrant(db: Db, actor: Actor, id: number): Promise<void> {
  await deleteAttendances(db, actor, 'registrant_id', id)
  await db`
    with before as (delete from registrants where id = ${id} returning *)
    ${logged(db, actor, 'registrant', 'delete')}`
}
