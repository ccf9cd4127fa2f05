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
 * The changes after a cursor, in the order of their transactions. Stays below the oldest transaction that still runs:
 * whatever it commits comes after everything returned here, so that a reader never skips a row that commits late.
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
    order by tx, id limit ${limit}`
}
