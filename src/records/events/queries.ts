import type { Db } from '../../db/connection.ts'
import { type Listing, pageWithin } from '../../http/lists/listing.ts'
import type { PageRows } from '../../http/lists/page-size.ts'

/** What others need of an event: that it is there, whose it is, and its version. */
export type KnownEvent = { id: number; account_id: number; version: number }

export async function findKnownEvent(
  db: Db,
  account_id: number,
  id: number,
): Promise<KnownEvent | undefined> {
  const [event] = await db<KnownEvent[]>`
    select id, account_id, version from events where account_id = ${account_id} and id = ${id}`
  return event
}

/** An event, and the account that it has to be of. */
export type OwnEvent = { account_id: number; id: number }

/**
 * The conditions, order and page of a list of what an event has: `column`, such as `s.event_id`, says which event a row is
 * of. No row is read when the event is not the account's, which costs no statement of its own.
 */
export function pageOfEvent(
  db: Db,
  column: string,
  { account_id, id }: OwnEvent,
  listing: Listing,
): PageRows {
  const { where, ...page } = pageWithin(db, column, id, listing)
  return { ...page, where: db`${where} and (select account_id from events where id = ${id}) = ${account_id}` }
}

/** The event, locked until the transaction ends: seats of an event change under this lock only. */
export async function lockEventSeats(db: Db, event_id: number): Promise<void> {
  await db`select from events where id = ${event_id} for no key update`
}

/** Every event of an account, locked in id order: for what changes sessions of several events. */
export async function lockSeatsOfAccount(db: Db, account_id: number): Promise<void> {
  await db`select from events where account_id = ${account_id} order by id for no key update`
}
