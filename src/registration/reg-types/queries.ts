import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../../records/changes/log.ts'
import { counts } from '../../seats/ledger/counted-queries.ts'

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

/** Registrants who count in the largest group of those that have one of this type; 0 without any. */
export async function sizeOfLargestGroup(db: Db, event_id: number, id: number): Promise<number> {
  const [row] = await db<{ largest: number | null }[]>`
    select max(size)::int as largest from (
      select count(*) as size from registrants r where r.event_id = ${event_id} and ${counts(db, 'r')} and r.group_id in (
        select o.group_id from registrants o where o.event_id = ${event_id} and o.reg_type_id = ${id} and ${counts(db, 'o')})
      group by r.group_id) sizes`
  return row!.largest ?? 0
}
