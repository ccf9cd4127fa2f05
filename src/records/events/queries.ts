import type { Db } from '../../db/connection.ts'

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

/** The event, locked until the transaction ends: seats of an event change under this lock only. */
export async function lockEventSeats(db: Db, event_id: number): Promise<void> {
  await db`select from events where id = ${event_id} for no key update`
}

/** Every event of an account, locked in id order: for what changes sessions of several events. */
export async function lockSeatsOfAccount(db: Db, account_id: number): Promise<void> {
  await db`select from events where account_id = ${account_id} order by id for no key update`
}
