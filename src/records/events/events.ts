import type { Db } from '../../db/connection.ts'
import { type Fault, notFound } from '../../errors.ts'
import type { Draft } from '../../http/values/draft.ts'
import { findKnownEvent, type KnownEvent, type OwnEvent } from './queries.ts'

/** The event, when it is one of the account. Throws 404. */
export async function mustOwnEvent(db: Db, account_id: number, id: number): Promise<KnownEvent> {
  const event = await findKnownEvent(db, account_id, id)
  if (!event) throw notFound('Event', id)
  return event
}

/**
 * A list of what an event has, which `read` reads by `pageOfEvent`. Throws 404 for an event that is not the account's,
 * whatever else is wrong with what is asked.
 */
export async function listOfEvent<P extends { total: number }>(
  db: Db,
  event: OwnEvent,
  read: () => Promise<P>,
): Promise<P> {
  const mustBeOwn = () => mustOwnEvent(db, event.account_id, event.id)
  const page = await read().catch(async error => {
    await mustBeOwn()
    throw error
  })
  if (page.total === 0) await mustBeOwn()
  return page
}

/** Adds a fault to a draft that names an event which is not the account's. */
export async function mustNameOwnEvent(
  db: Db,
  account_id: number,
  draft: Draft<{ event_id: number }>,
): Promise<void> {
  const { event_id } = draft.given
  if (event_id && !(await findKnownEvent(db, account_id, event_id))) draft.faults.push(unknownEvent)
}

export const unknownEvent: Fault = { field: 'event_id', type: 'not_found', message: 'Event does not exist.' }
