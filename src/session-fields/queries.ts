import { logged } from '../changes/log.ts'
import type { Db } from '../db/connection.ts'
import type { Actor } from '../http/actor.ts'
import type { Given } from '../http/draft.ts'
import { filterOf, type Listing, pageOf } from '../http/listing.ts'
import type { SessionField, SessionFieldInput } from './schema.ts'

export type SessionFieldRow = Omit<SessionField, 'attribute'> & { account_id: number; version: number }
export type FieldSettings = { settings?: Record<string, unknown> }

/** Announces an account whose definitions changed. */
export const fieldChannel = 'lectern_session_fields'

const withChoices = (db: Db) => db`
  f.*, coalesce((
    select jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name, 'sort', c.sort) order by c.sort, c.id)
    from session_field_choices c where c.field_id = f.id), '[]') as choices`

export async function insertSessionField(
  db: Db,
  actor: Actor,
  { settings = {}, ...field }: SessionFieldInput & FieldSettings,
): Promise<number> {
  const row = {
    ...field,
    settings: db.json(settings as never),
    account_id: actor.account_id,
    created_at: actor.now,
    updated_at: actor.now,
  }
  const [written] = await db<{ id: number }[]>`
    with after as (insert into session_fields ${db(row)} returning *),
      logged as (${logged(db, actor, 'session_field', 'create')})
    select id from after`
  return written!.id
}

/** Changes a field that is locked; only the given members. */
export async function updateSessionField(
  db: Db,
  actor: Actor,
  id: number,
  { settings, ...given }: Given<SessionFieldInput> & FieldSettings,
): Promise<void> {
  const set = { ...given, ...(settings && { settings: db.json(settings as never) }), updated_at: actor.now }
  await db`
    with before as (select * from session_fields where id = ${id}),
      after as (update session_fields set ${db(set)}, version = version + 1 where id = ${id} returning *)
    ${logged(db, actor, 'session_field', 'update')}`
}

/** Deletes a field that is locked; its choices go with it. */
export async function deleteSessionField(db: Db, actor: Actor, id: number): Promise<void> {
  await db`
    with before as (delete from session_fields where id = ${id} returning *)
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
    db<
      SessionFieldRow[]
    >`select ${withChoices(db)} from session_fields f ${where} ${pageOf(db, listing, 'f')}`,
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
