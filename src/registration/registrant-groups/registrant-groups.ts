import { type Db, transaction } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { type Body, changesIn, type Draft, readUpdate, settle } from '../../http/draft.ts'
import { mustMatchVersion } from '../../http/etag.ts'
import { mustNameOwnEvent } from '../../records/events/events.ts'
import { lockEventSeats } from '../../seats/ledger/queries.ts'
import { clearGroup } from '../registrants/clear-queries.ts'
import {
  deleteRegistrantGroup,
  findRegistrantGroup,
  insertRegistrantGroup,
  lockRegistrantGroup,
  type RegistrantGroupRow,
  updateRegistrantGroup,
} from './queries.ts'
import { RegistrantGroupInput } from './schema.ts'

/** Creates a registrant group. Throws 422 for an event that is not the account's. */
export async function createRegistrantGroup(
  db: Db,
  actor: Actor,
  draft: Draft<RegistrantGroupInput>,
): Promise<RegistrantGroupRow> {
  await mustNameOwnEvent(db, actor.account_id, draft)
  const group = settle(draft)
  return transaction(db, async tx =>
    mustFindRegistrantGroup(tx, actor.account_id, await insertRegistrantGroup(tx, actor, group)),
  )
}

/** Changes the given fields of a registrant group. */
export async function changeRegistrantGroup(
  db: Db,
  actor: Actor,
  id: number,
  body: Body,
): Promise<RegistrantGroupRow> {
  return transaction(db, async tx => {
    await mustLockRegistrantGroup(tx, actor, id)
    const group = await mustFindRegistrantGroup(tx, actor.account_id, id)
    const { event_id: _fixed, ...given } = settle(readUpdate(RegistrantGroupInput, body, group))
    const changes = changesIn(given, group)
    if (!changes) return group
    await updateRegistrantGroup(tx, actor, id, changes)
    return mustFindRegistrantGroup(tx, actor.account_id, id)
  })
}

/** Deletes a group. Its members are left without one, and the change log says so. */
export async function removeRegistrantGroup(db: Db, actor: Actor, id: number): Promise<void> {
  await transaction(db, async tx => {
    const { event_id } = await mustFindRegistrantGroup(tx, actor.account_id, id)
    await lockEventSeats(tx, event_id)
    await mustLockRegistrantGroup(tx, actor, id)
    await clearGroup(tx, actor, event_id, id)
    await deleteRegistrantGroup(tx, actor, id)
  })
}

export async function mustFindRegistrantGroup(
  db: Db,
  account_id: number,
  id: number,
): Promise<RegistrantGroupRow> {
  const group = await findRegistrantGroup(db, account_id, id)
  if (!group) throw notFound('Registrant group', id)
  return group
}

async function mustLockRegistrantGroup(db: Db, actor: Actor, id: number): Promise<void> {
  const lock = await lockRegistrantGroup(db, actor.account_id, id)
  if (!lock) throw notFound('Registrant group', id)
  mustMatchVersion(actor.ifMatch, lock.version)
}
