import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { Given } from '../../http/draft.ts'
import { filterOf, type Listing, pageOf } from '../../http/listing.ts'
import { rowsOfPage } from '../../http/page-size.ts'
import { logged } from '../../records/changes/log.ts'
import { counts } from '../../seats/ledger/counted-queries.ts'
import type { RegistrantGroup, RegistrantGroupInput } from './schema.ts'

export type RegistrantGroupRow = RegistrantGroup & { account_id: number; version: number }

/** Groups with what is counted of them. Who counts is who may have seats: active, or still registering. */
const groups = (db: Db) => db`(
  select g.*, m.size, greatest(0, m.smallest - m.size) as missing_members
  from registrant_groups g cross join lateral (
    select count(*)::int as size, max(t.min_group_size) as smallest
    from registrants r left join reg_types t on t.id = r.reg_type_id
    where r.group_id = g.id and ${counts(db, 'r')}) m) g`

export async function insertRegistrantGroup(
  db: Db,
  actor: Actor,
  group: RegistrantGroupInput,
): Promise<number> {
  const row = { ...group, account_id: actor.account_id, created_at: actor.now, updated_at: actor.now }
  const [written] = await db<{ id: number }[]>`
    with after as (insert into registrant_groups ${db(row)} returning *),
      logged as (${logged(db, actor, 'registrant_group', 'create')})
    select id from after`
  return written!.id
}

/** Changes a group that is locked; only the given fields. */
export async function updateRegistrantGroup(
  db: Db,
  actor: Actor,
  id: number,
  given: Given<RegistrantGroupInput>,
): Promise<void> {
  const set = { ...given, updated_at: actor.now }
  await db`
    with before as (select * from registrant_groups where id = ${id}),
      after as (update registrant_groups set ${db(set)}, version = version + 1 where id = ${id} returning *)
    ${logged(db, actor, 'registrant_group', 'update')}`
}

/** Deletes a group that is locked and that nobody is in. */
export async function deleteRegistrantGroup(db: Db, actor: Actor, id: number): Promise<void> {
  await db`
    with before as (delete from registrant_groups where id = ${id} returning *)
    ${logged(db, actor, 'registrant_group', 'delete')}`
}

export async function findRegistrantGroup(
  db: Db,
  account_id: number,
  id: number,
): Promise<RegistrantGroupRow | undefined> {
  const [group] = await db<RegistrantGroupRow[]>`
    select * from ${groups(db)} where g.account_id = ${account_id} and g.id = ${id}`
  return group
}

/** The version of a group, which is locked until the transaction ends. The event's lock is taken before. */
export async function lockRegistrantGroup(
  db: Db,
  account_id: number,
  id: number,
): Promise<{ version: number } | undefined> {
  const [group] = await db<{ version: number }[]>`
    select version from registrant_groups where account_id = ${account_id} and id = ${id} for update`
  return group
}

export async function findRegistrantGroupByExternalId(
  db: Db,
  account_id: number,
  event_id: number,
  externalId: string,
): Promise<{ id: number } | undefined> {
  const [group] = await db<{ id: number }[]>`
    select id from registrant_groups
    where account_id = ${account_id} and event_id = ${event_id} and external_id = ${externalId}`
  return group
}

export async function listRegistrantGroups(db: Db, account_id: number, event_id: number, listing: Listing) {
  const where = db`where g.account_id = ${account_id} and g.event_id = ${event_id} ${filterOf(db, listing, 'g')}`
  const [rows, [count]] = await Promise.all([
    rowsOfPage(db<RegistrantGroupRow[]>`select * from ${groups(db)} ${where} ${pageOf(db, listing, 'g')}`),
    db<{ total: number }[]>`select count(*)::int as total from ${groups(db)} ${where}`,
  ])
  return { rows, total: count!.total }
}
