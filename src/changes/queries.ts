import type { Db } from '../db/connection.ts'

/** A place in the feed: everything up to and including it has been read. */
export type Cursor = { tx: string; id: number }
export type ChangeRow = {
  tx: string
  id: number
  event_id: number | null
  object: string
  object_id: number
  action: 'create' | 'update' | 'delete'
  credential_id: number | null
  request_id: string | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  created_at: string
}

/**
 * Puts the changes of a restored dump first in the feed. They carry the transaction ids of the server that they come
 * from, which may be ahead of this one's: readers would wait until it has caught up. Returns how many there were.
 */
export async function adoptRestoredChanges(db: Db): Promise<number> {
  const [ahead] = await db<{ found: boolean }[]>`
    select exists (
      select from accounts a where exists (
        select from changes c where c.account_id = a.id and c.tx >= pg_snapshot_xmax(pg_current_snapshot()))) as found`
  if (!ahead!.found) return 0
  const { count } = await db`update changes set tx = '0' where tx >= pg_snapshot_xmax(pg_current_snapshot())`
  return count
}

/** Whether a cursor is ahead of everything that this server can have done: it comes from another one. */
export async function isFromElsewhere(db: Db, { tx }: Cursor): Promise<boolean> {
  const [row] = await db<{ ahead: boolean }[]>`
    select ${tx}::text::xid8 >= pg_snapshot_xmax(pg_current_snapshot()) as ahead`
  return row!.ahead
}

/**
 * The changes after a cursor, in the order of their transactions. Stays below the oldest transaction that still runs:
 * whatever it commits comes after everything returned here, so that a reader never skips a row that commits late.
 * Ordered by the column: a bare "tx" would be the text of the answer, in which 1000 comes before 999.
 */
export function listChanges(
  db: Db,
  account_id: number,
  after: Cursor,
  filter: { event_id: number | undefined; objects: string[] },
  limit: number,
): Promise<ChangeRow[]> {
  return db<ChangeRow[]>`
    select tx::text as tx, id, event_id, object, object_id, action, credential_id, request_id, before, after, created_at
    from changes
    where account_id = ${account_id} and (tx, id) > (${after.tx}::text::xid8, ${after.id})
      and tx < pg_snapshot_xmin(pg_current_snapshot())
      ${filter.event_id ? db`and event_id = ${filter.event_id}` : db``}
      ${filter.objects.length > 0 ? db`and object = any(${filter.objects})` : db``}
    order by changes.tx, id limit ${limit}`
}
