import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { Given } from '../../http/draft.ts'
import { filterOf, type Listing, pageOf } from '../../http/listing.ts'
import { rowsOfPage } from '../../http/page-size.ts'
import { logged } from '../../records/changes/log.ts'
import { choicesFrom } from '../../records/custom-fields/queries.ts'
import type { Choice } from '../../records/custom-fields/schema.ts'
import type { SessionField, SessionFieldInput } from './schema.ts'

export type SessionFieldRow = Omit<SessionField, 'attribute'> & { account_id: number; version: number }
export type FieldSettings = { settings?: Record<string, unknown> }

/** Announces an account whose definitions changed. */
export const fieldChannel = 'lectern_session_fields'

const withChoices = (db: Db) =>
  db`f.*, ${choicesFrom(db, db`session_field_choices c where c.field_id = f.id`)} as choices`

export async function insertSessionField(
  db: Db,
  actor: Actor,
  { settings = {}, ...field }: SessionFieldInput & FieldSettings,
  choices: Omit<Choice, 'id'>[],
): Promise<number> {
  const row = {
    ...field,
    settings: db.json(settings as never),
    account_id: actor.account_id,
    created_at: actor.now,
    updated_at: actor.now,
  }
  const [written] = await db<{ id: number }[]>`
    with f as (insert into session_fields ${db(row)} returning *),
      c as (
        insert into session_field_choices (field_id, name, sort)
        select f.id, given.name, given.sort
        from f, jsonb_to_recordset(${db.json(choices as never)}) as given (name text, sort int) returning *),
      after as (select f.*, ${choicesFrom(db, db`c`)} as choices from f),
      logged as (${logged(db, actor, 'session_field', 'create')})
    select id from after`
  return written!.id
}

/** Changes a field that is locked; only the given members. `choices` are those that it had before. */
export async function updateSessionField(
  db: Db,
  actor: Actor,
  id: number,
  { settings, ...given }: Given<SessionFieldInput> & FieldSettings,
  choices: Choice[],
): Promise<void> {
  const set = { ...given, ...(settings && { settings: db.json(settings as never) }), updated_at: actor.now }
  await db`
    with before as (select *, ${db.json(choices as never)}::jsonb as choices from session_fields where id = ${id}),
      f as (update session_fields set ${db(set)}, version = version + 1 where id = ${id} returning *),
      after as (select ${withChoices(db)} from f)
    ${logged(db, actor, 'session_field', 'update')}`
}

/** Deletes a field that is locked; its choices go with it. */
export async function deleteSessionField(db: Db, actor: Actor, id: number): Promise<void> {
  await db`
    with f as (delete from session_fields where id = ${id} returning *), before as (select ${withChoices(db)} from f)
    ${logged(db, actor, 'session_field', 'delete')}`
}

/** Every field of an account, in its order: what sessions are read and written with. */
export function allSessionFields(db: Db, account_id: number): Promise<SessionFieldRow[]> {
  return db<SessionFieldRow[]>`
    select ${withChoices(db)} from session_fields f where f.account_id = ${account_id} order by f.sort, f.id`
}

export async function listSessionFields(db: Db, account_id: number, listing: Listing) {
  const where = db`where f.account_id = ${account_id} ${filterOf(db, listing, 'f')}`
  const [rows, [count]] = await Promise.all([
    rowsOfPage(
      db<
        SessionFieldRow[]
      >`select ${withChoices(db)} from session_fields f ${where} ${pageOf(db, listing, 'f')}`,
    ),
    db<{ total: number }[]>`select count(*)::int as total from session_fields f ${where}`,
  ])
  return { rows, total: count!.total }
}

export async function findSessionField(
  db: Db,
  account_id: number,
  id: number,
): Promise<SessionFieldRow | undefined> {
  const [field] = await db<SessionFieldRow[]>`
    select ${withChoices(db)} from session_fields f where f.account_id = ${account_id} and f.id = ${id}`
  return field
}

export async function lockSessionField(
  db: Db,
  account_id: number,
  id: number,
): Promise<{ version: number } | undefined> {
  const [field] = await db<{ version: number }[]>`
    select version from session_fields where account_id = ${account_id} and id = ${id} for update`
  return field
}

export async function announceFields(db: Db, account_id: number): Promise<void> {
  await db`select pg_notify(${fieldChannel}, ${String(account_id)})`
}
