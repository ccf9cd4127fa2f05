import assert from 'node:assert/strict'
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
