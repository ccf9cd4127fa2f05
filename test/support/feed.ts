import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import type { Pool } from '../../src/db/connection.ts'
import type { Json, TestApp } from './app.ts'

/**
 * Reads the change feed until it has so many items, as a client would: transactions of other tests on the same server hold
 * it back for a while.
 */
export async function readFeed(
  { call }: Pick<TestApp, 'call'>,
  query: string,
  wanted: number,
): Promise<Json[]> {
  const items: Json[] = []
  let cursor = ''
  while (items.length < wanted) {
    const { status, body } = await call('GET', `/changes?per-page=2&since=${cursor}&${query}`)
    assert.equal(status, 200)
    items.push(...body.items)
    cursor = body.cursor
  }
  return items
}

/** Uses up transaction ids until the feed has passed this one; those of other tests that still run hold it back for a while. */
export async function passTransactions(pool: Pool, id: number): Promise<void> {
  const passed = async () => {
    const [row] = await pool<{ passed: boolean; used: boolean }[]>`
      select pg_snapshot_xmin(pg_current_snapshot()) > ${String(id)}::text::xid8 as passed,
        pg_snapshot_xmax(pg_current_snapshot()) > ${String(id)}::text::xid8 as used`
    return row!
  }
  if (!(await passed()).used)
    await pool.unsafe(`do $$ begin
      while pg_current_xact_id() <= '${id}' loop commit; end loop;
    end $$`)
  while (!(await passed()).passed) await pause(20)
}
