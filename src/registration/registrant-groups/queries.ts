import { type Db, type Fragment, transaction } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { PlainQueries, type Row } from '../../records/plain/queries.ts'
import { counts } from '../../seats/ledger/counted-queries.ts'
import type { RegistrantGroup, RegistrantGroupInput } from './schema.ts'

/** Groups with what is counted of them. Who counts is who may have seats: active, or still registering. */
export class GroupQueries extends PlainQueries<typeof RegistrantGroupInput, typeof RegistrantGroup> {
  override source(db: Db): Fragment {
    return db`(
      select g.*, m.size, greatest(0, m.smallest - m.size) as missing_members
      from registrant_groups g cross join lateral (
        select count(*)::int as size, max(t.min_group_size) as smallest
        from registrants r left join reg_types t on t.id = r.reg_type_id
        where r.group_id = g.id and ${counts(db, 'r')}) m) r`
  }

  override insert(db: Db, actor: Actor, given: RegistrantGroupInput) {
    return counted(db, actor, tx => super.insert(tx, actor, given), this)
  }

  override update(db: Db, actor: Actor, id: number, given: Partial<RegistrantGroupInput>) {
    return counted(db, actor, tx => super.update(tx, actor, id, given), this)
  }
}

type GroupRow = Row<typeof RegistrantGroup>

/** A group as it was written, with what is counted of it. */
function counted(
  db: Db,
  { account_id }: Actor,
  write: (tx: Db) => Promise<{ id: number }>,
  groups: GroupQueries,
): Promise<GroupRow> {
  return transaction(db, async tx => (await groups.find(tx, account_id, (await write(tx)).id))!)
}
