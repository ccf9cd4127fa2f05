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
