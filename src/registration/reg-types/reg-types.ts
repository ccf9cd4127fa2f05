import { type Db, transaction } from '../../db/connection.ts'
import { type Fault, invalid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { type Body, changesIn, type Draft, type Given, readUpdate, settle } from '../../http/draft.ts'
import { mustMatchVersion } from '../../http/etag.ts'
import { mustNameOwnEvent } from '../../records/events/events.ts'
import { faultsOfCapacity, faultsOfGroupMaximum } from '../../seats/ledger/capacity.ts'
import { lockEventSeats } from '../../seats/ledger/queries.ts'
import { clearRegType, countOfRegType } from '../registrants/clear-queries.ts'
import {
  deleteRegType,
  findRegType,
  insertRegType,
  lockRegType,
  type RegTypeRow,
  sizeOfLargestGroup,
  updateRegType,
} from './queries.ts'
import { RegTypeInput } from './schema.ts'

/** Creates a registrant type. Throws 422 for an event that is not the account's. */
export async function createRegType(db: Db, actor: Actor, draft: Draft<RegTypeInput>): Promise<RegTypeRow> {
  await mustNameOwnEvent(db, actor.account_id, draft)
  draft.faults.push(...faultsOfGroupSizes(draft.given))
  return insertRegType(db, actor, settle(draft))
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
    const { event_id: _fixed, ...given } = settle(draft)
    const changes = changesIn(given, regType)
    return changes ? updateRegType(tx, actor, id, changes) : regType
  })
}

/** Deletes a type. Throws 422 when registrants have it, unless forced: they are left without one then. */
export async function removeRegType(db: Db, actor: Actor, id: number, force: boolean): Promise<void> {
  await transaction(db, async tx => {
    const { event_id } = await mustLockRegType(tx, actor, id)
    const registrants = await countOfRegType(tx, event_id, id)
    if (registrants > 0 && !force) throw invalid([hasRegistrants(registrants)])
    await clearRegType(tx, actor, event_id, id)
    await deleteRegType(tx, actor, id)
  })
}

export async function mustFindRegType(db: Db, account_id: number, id: number): Promise<RegTypeRow> {
  const regType = await findRegType(db, account_id, id)
  if (!regType) throw notFound('Registrant type', id)
  return regType
}

/** Who counts for a type changes under the lock of the event only. */
async function mustLockRegType(db: Db, actor: Actor, id: number): Promise<RegTypeRow> {
  const { event_id } = await mustFindRegType(db, actor.account_id, id)
  await lockEventSeats(db, event_id)
  const regType = await lockRegType(db, actor.account_id, id)
  if (!regType) throw notFound('Registrant type', id)
  mustMatchVersion(actor.ifMatch, regType.version)
  return regType
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
