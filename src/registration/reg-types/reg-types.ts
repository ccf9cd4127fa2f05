import { type Db, transaction } from '../../db/connection.ts'
import { type Fault, invalid } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { type Body, type Given, readNew, readUpdate } from '../../http/values/draft.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { PlainQueries, type Row } from '../../records/plain/queries.ts'
import { PlainRecords } from '../../records/plain/records.ts'
import { faultsOfCapacity, faultsOfGroupMaximum } from '../../seats/ledger/capacity.ts'
import { clearRegType, countOfRegType } from '../registrants/clear-queries.ts'
import { sizeOfLargestGroup } from './queries.ts'
import { RegType, RegTypeInput, regTypeLists } from './schema.ts'

/** Kinds of registrants, with capacities of their own. */
export const regTypes = new PlainRecords(
  new PlainQueries({
    noun: 'Registrant type',
    tag: 'Registrant types',
    name: 'RegType',
    path: 'reg-types',
    table: 'reg_types',
    object: 'reg_type',
    input: RegTypeInput,
    record: RegType,
    lists: regTypeLists,
    deletion: 'One that registrants have needs `force=1`; 422 says how many.',
    clear: clearRegType,
  }),
)
type RegTypeRow = Row<typeof RegType>

/** Creates a registrant type. Throws 422 for an event that is not the account's, and for a maximum below the minimum. */
export function createRegType(db: Db, actor: Actor, body: Body): Promise<RegTypeRow> {
  const draft = readNew(RegTypeInput, body)
  draft.faults.push(...faultsOfGroupSizes(draft.given))
  return regTypes.create(db, actor, draft)
}

/**
 * Changes the given fields of a type. Throws 422 for a capacity lowered below its registrants, or a maximum lowered below
 * one of its groups, unless that is overridden.
 */
export async function changeRegType(
  db: Db,
  actor: Actor,
  id: number,
  body: Body,
  override: boolean,
): Promise<RegTypeRow> {
  return transaction(db, async tx => {
    const regType = await mustLockRegType(tx, actor, id)
    const draft = readUpdate(RegTypeInput, body, regType)
    draft.faults.push(...faultsOfGroupSizes({ ...regType, ...draft.given }))
    if (!override) draft.faults.push(...(await faultsOfLimits(tx, regType, draft.given)))
    return regTypes.write(tx, actor, regType, draft)
  })
}

/** Deletes a type. Throws 422 when registrants have it, unless forced: they are left without one then. */
export async function removeRegType(db: Db, actor: Actor, id: number, force: boolean): Promise<void> {
  await transaction(db, async tx => {
    const { event_id } = await mustLockRegType(tx, actor, id)
    const registrants = await countOfRegType(tx, event_id, id)
    if (registrants > 0 && !force) throw invalid([hasRegistrants(registrants)])
    await clearRegType(tx, actor, event_id, id)
    await regTypes.queries.delete(tx, actor, id)
  })
}

/** Who counts for a type changes under the lock of the event only. */
async function mustLockRegType(db: Db, actor: Actor, id: number): Promise<RegTypeRow> {
  const { event_id } = await regTypes.mustFind(db, actor.account_id, id)
  await lockEventSeats(db, event_id)
  await regTypes.mustLock(db, actor, id)
  return regTypes.mustFind(db, actor.account_id, id)
}

async function faultsOfLimits(
  db: Db,
  regType: RegTypeRow,
  { capacity, max_group_size }: Given<RegTypeInput>,
): Promise<Fault[]> {
  const largest = max_group_size ? await sizeOfLargestGroup(db, regType.event_id, regType.id) : 0
  return [
    ...faultsOfCapacity('type', regType, capacity),
    ...faultsOfGroupMaximum(regType, max_group_size, largest),
  ]
}

function faultsOfGroupSizes({ min_group_size, max_group_size }: Given<RegTypeInput>): Fault[] {
  if (!min_group_size || !max_group_size || min_group_size <= max_group_size) return []
  return [
    {
      field: 'max_group_size',
      type: 'max_below_min',
      message: 'Max Group Size must not be less than Min Group Size.',
    },
  ]
}

const hasRegistrants = (registrants: number): Fault => ({
  field: 'id',
  type: 'has_registrants',
  registrants,
  message: `Registrants of this type: ${registrants}. force=1 deletes it all the same, and leaves them without one.`,
})
