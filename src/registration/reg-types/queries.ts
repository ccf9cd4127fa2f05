import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { Given } from '../../http/draft.ts'
import { columnsOf, filterOf, type Listing, pageOf } from '../../http/listing.ts'
import { rowsOfPage } from '../../http/page-size.ts'
import { logged } from '../../records/changes/log.ts'
import { counts } from '../../seats/ledger/counted-queries.ts'
import { RegType, type RegTypeInput, regTypeLists } from './schema.ts'

export type RegTypeRow = RegType & { account_id: number; version: number }

export async function insertRegType(db: Db, actor: Actor, regType: RegTypeInput): Promise<RegTypeRow> {
  const row = { ...regType, account_id: actor.account_id, created_at: actor.now, updated_at: actor.now }
  const [written] = await db<RegTypeRow[]>`
    with after as (insert into reg_types ${db(row)} returning *), logged as (${logged(db, actor, 'reg_type', 'create')})
    select * from after`
  return written!
}

/** Changes a type that is locked; only the given fields. */
export async function updateRegType(
  db: Db,
  actor: Actor,
  id: number,
  given: Given<RegTypeInput>,
): Promise<RegTypeRow> {
  const set = { ...given, updated_at: actor.now }
  const [written] = await db<RegTypeRow[]>`
    with before as (select * from reg_types where id = ${id}),
      after as (update reg_types set ${db(set)}, version = version + 1 where id = ${id} returning *),
      logged as (${logged(db, actor, 'reg_type', 'update')})
    select * from after`
  return written!
}

/** Deletes a type that is locked and that no registrant has. */
export async function deleteRegType(db: Db, actor: Actor, id: number): Promise<void> {
  await db`
    with before as (delete from reg_types where id = ${id} returning *)
    ${logged(db, actor, 'reg_type', 'delete')}`
}

/** Copies the types of one event to another, without anybody in them. */
export async function copyRegTypes(db: Db, actor: Actor, from: number, to: number): Promise<void> {
  await db`
    with after as (
      insert into reg_types (account_id, event_id, name, public_short_name, admin_short_name, description, capacity,
        sold_out_message, min_group_size, max_group_size, sort, external_id, created_at, updated_at)
      select account_id, ${to}, name, public_short_name, admin_short_name, description, capacity,
        sold_out_message, min_group_size, max_group_size, sort, external_id, ${actor.now}, ${actor.now}
      from reg_types where event_id = ${from} order by id returning *)
    ${logged(db, actor, 'reg_type', 'create')}`
}

export async function findRegType(db: Db, account_id: number, id: number): Promise<RegTypeRow | undefined> {
  const [regType] = await db<RegTypeRow[]>`
    select * from reg_types where account_id = ${account_id} and id = ${id}`
  return regType
}

/** The type, locked until the transaction ends. The event's lock is taken before. */
export async function lockRegType(db: Db, account_id: number, id: number): Promise<RegTypeRow | undefined> {
  const [regType] = await db<RegTypeRow[]>`
    select * from reg_types where account_id = ${account_id} and id = ${id} for update`
  return regType
}

/** Registrants who count in the largest group of those that have one of this type; 0 without any. */
export async function sizeOfLargestGroup(db: Db, event_id: number, id: number): Promise<number> {
  const [row] = await db<{ largest: number | null }[]>`
    select max(size)::int as largest from (
      select count(*) as size from registrants r where r.event_id = ${event_id} and ${counts(db, 'r')} and r.group_id in (
        select o.group_id from registrants o where o.event_id = ${event_id} and o.reg_type_id = ${id} and ${counts(db, 'o')})
      group by r.group_id) sizes`
  return row!.largest ?? 0
}

export async function findRegTypeByExternalId(
  db: Db,
  account_id: number,
  event_id: number,
  externalId: string,
): Promise<RegTypeRow | undefined> {
  const [regType] = await db<RegTypeRow[]>`
    select * from reg_types where account_id = ${account_id} and event_id = ${event_id} and external_id = ${externalId}`
  return regType
}

export async function listRegTypes(db: Db, account_id: number, event_id: number, listing: Listing) {
  const where = db`where t.account_id = ${account_id} and t.event_id = ${event_id} ${filterOf(db, listing, 't')}`
  const [rows, [count]] = await Promise.all([
    rowsOfPage(db<RegTypeRow[]>`
      select ${columnsOf(db, 't', Object.keys(RegType.properties), regTypeLists, listing)} from reg_types t ${where} ${pageOf(db, listing, 't')}`),
    db<{ total: number }[]>`select count(*)::int as total from reg_types t ${where}`,
  ])
  return { rows, total: count!.total }
}
