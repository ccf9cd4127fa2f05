import type { Db, Fragment } from '../../db/connection.ts'

/** A place in the feed: a change, everything up to which has been read. `at` is when it was made, in milliseconds. */
export type Cursor = { tx: string; id: number; at: number }
export type Filter = { event_id: number | undefined; objects: string[] }
export type ChangeRow = Cursor & {
  event_id: number | null
  object: string
  object_id: number
  action: 'create' | 'update' | 'delete'
  actor_id: number | null
  request_id: string | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  created_at: string
}

/** Before everything. */
export const start: Cursor = { tx: '0', id: 0, at: 0 }

/**
 * Puts the changes of a restored dump first in the feed. They carry the transaction ids of the server that they come
 * from, which may be ahead of this one's: readers would wait until it has caught up. All of them get the same, so that
 * their numbers order them: what was ahead of this server was the end there. Returns how many there were.
 */
export async function adoptRestoredChanges(db: Db): Promise<number> {
  const [ahead] = await db<{ found: boolean }[]>`
    select exists (
      select from accounts a where exists (
        select from changes c where c.account_id = a.id and c.tx >= pg_snapshot_xmax(pg_current_snapshot()))) as found`
  if (!ahead!.found) return 0
  const { count } = await db`update changes set tx = '0' where tx <> '0'`
  return count
}

/** Whether a cursor names a change of this database; the start is known everywhere. */
export async function isKnown(db: Db, account_id: number, { tx, id, at }: Cursor): Promise<boolean> {
  if (tx === start.tx && id === start.id) return true
  const [row] = await db`
    select from changes where (account_id, tx, id) = (${account_id}, ${tx}::text::xid8, ${id}) and (extract(epoch from created_at) * 1000)::bigint = ${at}`
  return row !== undefined
}

/** Rows that are in the hands of the driver at a time: each may be as long as two bodies. */
const partSize = 25

/** Most of what an answer takes. */
type PageLimit = { changes: number; bytes: number }
/** A part of the feed; `hasMore`: whether another follows at once. */
type ChangePage = { changes: ChangeRow[]; hasMore: boolean }

/**
 * The changes after a cursor, in the order of their places: at least one if there is any, and no more than the limit
 * allows. Stays below the oldest transaction that still runs: whatever it commits comes after everything returned here, so
 * that a reader never skips a row that commits late. Ends with the first change that is not returned, and reads no more than
 * a part beyond it.
 */
export async function readChanges(
  db: Db,
  account_id: number,
  after: Cursor,
  filter: Filter,
  limit: PageLimit,
): Promise<ChangePage> {
  const changes: ChangeRow[] = []
  let bytes = 0
  const rows = db<Stored[]>`
    ${changesOf(db, account_id, filter)} and (tx, id) > (${after.tx}::text::xid8, ${after.id}) and tx < ${horizon(db)}
    order by tx, id limit ${limit.changes + 1}`
  for await (const part of rows.cursor(partSize))
    for (const row of part) {
      bytes += Buffer.byteLength(row.before ?? '') + Buffer.byteLength(row.after ?? '')
      const isOver = changes.length === limit.changes || bytes > limit.bytes
      if (isOver && changes.length > 0) return { changes, hasMore: true }
      changes.push(parsed(row))
    }
  return { changes, hasMore: false }
}

/** The changes that are committed and not in the feed yet, because an older transaction still runs. */
export async function listHeldBack(db: Db, account_id: number, filter: Filter): Promise<ChangeRow[]> {
  const rows = await db<Stored[]>`
    ${changesOf(db, account_id, filter)} and tx >= ${horizon(db)} order by tx, id`
  return rows.map(parsed)
}

/** A change as it is read: records as text, whose length is what an answer takes of it. */
type Stored = Omit<ChangeRow, 'before' | 'after'> & { before: string | null; after: string | null }

const parsed = ({ before, after, ...change }: Stored): ChangeRow => ({
  ...change,
  before: before && JSON.parse(before),
  after: after && JSON.parse(after),
})

/** `tx` stays a number here: as text 1000 would come before 999. The driver knows no `xid8`, and hands it out as text. */
const changesOf = (db: Db, account_id: number, { event_id, objects }: Filter): Fragment => db`
  select tx, id, (extract(epoch from created_at) * 1000)::bigint as at, event_id, object, object_id, action, actor_id,
    request_id, before::text, after::text, created_at
  from changes where account_id = ${account_id}
    ${event_id ? db`and event_id = ${event_id}` : db``} ${objects.length > 0 ? db`and object = any(${objects})` : db``}`

const horizon = (db: Db): Fragment => db`pg_snapshot_xmin(pg_current_snapshot())`
