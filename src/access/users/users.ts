import { type Db, transaction } from '../../db/connection.ts'
import { type Fault, invalid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { type Body, changesIn, isBlank, readNew, readUpdate, settle } from '../../http/values/draft.ts'
import { viewOf } from '../../http/view.ts'
import { blankReviewers } from '../../records/reviewers/queries.ts'
import { makeReviewer } from '../../records/reviewers/reviewers.ts'
import { lockAccount } from '../accounts/queries.ts'
import { deleteLinks, endSessions } from '../sign-in/queries.ts'
import { makeLink } from '../sign-in/sign-in.ts'
import {
  blankUser,
  countOwners,
  deleteUser,
  findUser,
  insertUser,
  listOwnEvents,
  lockUser,
  type UserRow,
  updateUser,
} from './queries.ts'
import { User, UserInput } from './schema.ts'

/** Events that a user may be limited to. */
const mostEvents = 100

export const showUser = viewOf(User)

/** Creates a user and a link by which they set a password. Throws 422 with everything that is wrong. */
export async function createUser(
  db: Db,
  actor: Actor,
  body: Body,
): Promise<{ user: UserRow; token: string }> {
  const draft = readNew(UserInput, body)
  const event_ids = readEvents(body, null)
  draft.faults.push(...event_ids.faults)
  return transaction(db, async tx => {
    draft.faults.push(...(await faultsOfEvents(tx, actor, event_ids.ids)))
    const { email, first_name = null, last_name = null, role } = settle(draft)
    const user = await insertUser(tx, actor, { email, first_name, last_name, role, event_ids: event_ids.ids })
    await makeReviewerOf(tx, actor, user)
    return { user, token: await makeLink(tx, user.id, actor.now) }
  })
}

/**
 * Changes the given members of a user, who is signed out everywhere, and whose link ends, when the address, the role or the events change. Throws
 * 404, 412, and 422, also where the account would have no owner of all its events any more.
 */
export async function changeUser(db: Db, actor: Actor, id: number, body: Body): Promise<UserRow> {
  return transaction(db, async tx => {
    const current = await mustLock(tx, actor, id)
    if (current.forgotten_at) throw invalid([forgotten])
    const draft = readUpdate(UserInput, body, current)
    const events =
      'event_ids' in body ? readEvents(body, current.event_ids) : { ids: current.event_ids, faults: [] }
    draft.faults.push(...events.faults)
    // An event that was deleted since stands in the list of who was limited to it.
    if ('event_ids' in body) draft.faults.push(...(await faultsOfEvents(tx, actor, events.ids)))
    const given = { ...settle(draft), ...('event_ids' in body && { event_ids: events.ids }) }
    const changes = changesIn(given, current)
    if (!changes) return current
    const changed = await updateUser(tx, actor, id, changes as Partial<UserRow>)
    await mustHaveOwner(tx, actor.account_id)
    await makeReviewerOf(tx, actor, changed)
    if (['email', 'role', 'event_ids'].some(name => name in changes)) {
      await endSessions(tx, id, { except: null })
      // It was sent to the former address, or for the former role.
      await deleteLinks(tx, id)
    }
    return changed
  })
}

/** Deletes a user. Throws 404, 412, and 422 for the last owner. */
export async function removeUser(db: Db, actor: Actor, id: number): Promise<void> {
  await transaction(db, async tx => {
    await mustLock(tx, actor, id)
    await deleteUser(tx, actor, id)
    await mustHaveOwner(tx, actor.account_id)
  })
}

/** Forgets who a user is; the number by which records name them stays. A second time changes nothing. Throws 404, 422. */
export async function forgetUser(db: Db, actor: Actor, id: number): Promise<UserRow> {
  return transaction(db, async tx => {
    const user = await mustLock(tx, { ...actor, ifMatch: undefined }, id)
    if (user.forgotten_at) return user
    await endSessions(tx, id, { except: null })
    await deleteLinks(tx, id)
    const blanked = await blankUser(tx, actor, user)
    await blankReviewers(tx, { ...actor, ifMatch: undefined }, id)
    await mustHaveOwner(tx, actor.account_id)
    return blanked
  })
}

/** Makes a new link by which a user sets a password; the one before ends. Throws 404, 422. */
export async function invite(db: Db, actor: Actor, id: number): Promise<{ user: UserRow; token: string }> {
  return transaction(db, async tx => {
    const user = await mustLock(tx, { ...actor, ifMatch: undefined }, id)
    if (user.forgotten_at) throw invalid([forgotten])
    return { user, token: await makeLink(tx, id, actor.now) }
  })
}

export async function mustFindUser(db: Db, account_id: number, id: number): Promise<UserRow> {
  const user = await findUser(db, account_id, id)
  if (!user) throw notFound('User', id)
  return user
}

/** A user, under the lock of the account: owners are counted under it. */
async function mustLock(db: Db, actor: Actor, id: number): Promise<UserRow> {
  await lockAccount(db, actor.account_id)
  const user = await lockUser(db, actor.account_id, id)
  if (!user) throw notFound('User', id)
  mustMatchVersion(actor.ifMatch, user.version)
  return user
}

/** Throws 422 when nobody could administer the account any more. */
async function mustHaveOwner(db: Db, account_id: number): Promise<void> {
  if ((await countOwners(db, account_id)) > 0) return
  const message = 'The last owner of all events can be neither removed nor given a smaller role.'
  throw invalid([{ field: 'role', type: 'last_owner', message }])
}

async function makeReviewerOf(db: Db, actor: Actor, user: UserRow): Promise<void> {
  if (user.role === 'reviewer') await makeReviewer(db, { ...actor, ifMatch: undefined }, user, user.event_ids)
}

/** The events that a body names; a list that is given and empty means none, and never all. */
function readEvents(body: Body, fallback: number[] | null): { ids: number[] | null; faults: Fault[] } {
  const raw = body.event_ids
  if (raw === undefined || raw === null || raw === '')
    return { ids: raw === undefined ? fallback : null, faults: [] }
  const items = (Array.isArray(raw) ? raw : String(raw).split(',')).filter(item => !isBlank(item))
  const ids = [...new Set(items.map(Number))]
  if (ids.length > mostEvents)
    return {
      ids,
      faults: [
        { field: 'event_ids', type: 'too_many', message: `Event IDs have at most ${mostEvents} items.` },
      ],
    }
  if (ids.every(id => Number.isSafeInteger(id) && id > 0)) return { ids, faults: [] }
  return {
    ids: [],
    faults: [{ field: 'event_ids', type: 'integer', message: 'Event IDs must be whole numbers.' }],
  }
}

async function faultsOfEvents(db: Db, actor: Actor, ids: number[] | null): Promise<Fault[]> {
  if (!ids || ids.length === 0) return []
  const own = new Set(await listOwnEvents(db, actor.account_id, ids))
  return ids
    .filter(id => !own.has(id))
    .map(id => ({ field: 'event_ids', type: 'not_found', message: `Event ${id} does not exist.` }))
}

const forgotten: Fault = { field: 'id', type: 'forgotten', message: 'This user was forgotten.' }
