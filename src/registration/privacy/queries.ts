import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { withholdAnswers } from '../../http/once.ts'
import { logged } from '../../records/changes/log.ts'

/** Columns of the database's own. */
const internal = ['account_id', 'forgotten', 'was_present', 'was_minutes']

export type HistoryEntry = {
  object: string
  object_id: number
  action: string
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  created_at: string
}

/** Every change of a person and of their selections, in order. */
export function listHistoryOf(
  db: Db,
  { account_id, event_id, id }: { account_id: number; event_id: number; id: number },
): Promise<HistoryEntry[]> {
  return db<HistoryEntry[]>`
    select object, object_id, action, before - ${internal} as before, after - ${internal} as after, created_at from changes
    where account_id = ${account_id} and (object = 'registrant' and object_id = ${id}
      or object in ('selection', 'session_attendance') and event_id = ${event_id} and (coalesce(after, before) ->> 'registrant_id')::bigint = ${id})
    order by tx, id`
}

/** When links to a person's agenda were made. */
export function listLinksOf(db: Db, id: number): Promise<{ created_at: string; expires_at: string }[]> {
  return db<{ created_at: string; expires_at: string }[]>`
    select created_at, expires_at from resume_tokens where registrant_id = ${id} order by created_at`
}

/** The event of a person of this account, also of one who was deleted: the change log has them. */
export async function findTrace(
  db: Db,
  account_id: number,
  id: number,
): Promise<{ event_id: number } | undefined> {
  const [trace] = await db<{ event_id: number }[]>`
    select event_id from registrants where account_id = ${account_id} and id = ${id}
    union all
    select event_id from changes where object = 'registrant' and object_id = ${id} and account_id = ${account_id}
    limit 1`
  return trace
}

type Person = {
  event_id: number
  email: string
  version: number
  forgotten_at: string | null
  contact_id: number | null
}

/** Since when a person is forgotten, under the lock of their row; undefined without the person. */
export async function lockPerson(db: Db, account_id: number, id: number): Promise<Person | undefined> {
  const [person] = await db<Person[]>`
    select event_id, email, version, forgotten_at, contact_id from registrants
    where account_id = ${account_id} and id = ${id} for update`
  return person
}

/** What the change log last has of a person who was deleted. */
export type Tombstone = {
  event_id: number
  email: string
  forgotten_at: string | null
  contact_id: number | null
}

/** The last record of a deleted person, after those who rewrite it at this moment are done. */
export async function lockTombstone(db: Db, account_id: number, id: number): Promise<Tombstone | undefined> {
  const ofPerson = db`object = 'registrant' and object_id = ${id} and account_id = ${account_id}`
  await db`select from changes where ${ofPerson} order by tx, id for update`
  const [tombstone] = await db<Tombstone[]>`
    select event_id, before ->> 'email' as email, (before ->> 'forgotten_at')::timestamptz as forgotten_at,
      (before ->> 'contact_id')::bigint as contact_id
    from changes where ${ofPerson} and action = 'delete' order by tx desc, id desc limit 1`
  return tombstone
}

/** Records once more that a person is deleted, now that they are forgotten: who wanted it, and when. */
export async function insertTombstone(db: Db, actor: Actor, id: number): Promise<void> {
  await db`
    insert into changes (account_id, event_id, object, object_id, action, actor_id, request_id, before, created_at)
    select account_id, event_id, object, object_id, action, ${actor.actor_id}, ${actor.request_id},
      before || jsonb_build_object('forgotten_at', ${actor.now}::timestamptz), ${actor.now}
    from changes where object = 'registrant' and object_id = ${id} and account_id = ${actor.account_id} and action = 'delete'
    order by tx desc, id desc limit 1`
}

/** What is written in the place of everything personal. */
export type Blanks = Record<string, unknown> & { email: string }

/** Empties a person's row. */
export async function blankPerson(db: Db, actor: Actor, id: number, blanks: Blanks): Promise<void> {
  const { addresses, custom_fields, contact_id, ...columns } = blanks
  await db`
    with before as (select * from registrants where id = ${id}),
      after as (
        update registrants set ${db(columns)}, addresses = '{}', custom_fields = '{}', contact_id = null, forgotten_at = ${actor.now},
          updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = version + 1
        where id = ${id} returning *)
    ${logged(db, actor, 'registrant', 'update')}`
}

/** Empties the person in the change log, in every row that has them. The rows stay, and so does their order. */
export async function blankHistory(db: Db, account_id: number, id: number, blanks: Blanks): Promise<void> {
  await db`
    update changes set before = before || ${db.json(blanks as never)}, after = after || ${db.json(blanks as never)}
    where object = 'registrant' and object_id = ${id} and account_id = ${account_id}`
}

/** Empties the letters to a person; those that wait are not sent any more. */
export async function blankLetters(db: Db, id: number): Promise<void> {
  await db`
    update outbox set recipients = '{}', delivered = '{}', refused = '{}', subject = null, body_text = null,
      body_html = null, calendar = null, last_error = null,
      state = case when state in ('waiting', 'sending') then 'dropped' else state end
    where registrant_id = ${id}`
}

/** Withholds remembered answers (Idempotency-Key) that have the person in them. */
export function withholdAnswersAbout(
  db: Db,
  account_id: number,
  { id, event_id, texts }: { id: number; event_id: number; texts: string[] },
): Promise<void> {
  return withholdAnswers(
    db,
    db`account_id = ${account_id} and (starts_with(body, ${`{"id":${id},"event_id":${event_id},`})
      or body ~ ${`"registrant_id":${id}[,}]`}
      or exists (select from unnest(${texts}::text[]) t (text) where strpos(body, t.text) > 0))`,
  )
}
