import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'
import { passTransactions } from '../../../test/support/feed.ts'

const app = await testApp()
const { make, call, pool, account_id } = app
const million = 1_000_000

describe('a list whose items are larger than a page may be', async () => {
  const event = await make('events', { name: 'Long' })
  const track = await make('tracks', { event_id: event.id, name: 'T' })
  for (let number = 1; number <= 20; number++)
    await make('sessions', { event_id: event.id, name: `S${number}`, date: '2026-07-20', track_id: track.id })
  // Rows that an earlier version has stored: what enters now is shorter.
  await pool`update sessions set description = repeat('x', ${million}) where event_id = ${event.id}`
  const list = (query: string) => call('GET', `/sessions?event_id=${event.id}&per-page=1000&${query}`)

  it('400 saying how many fit; so many do, and the numbers are those of the whole', async () => {
    const { status, body } = await list('fields=*')
    assert.deepEqual([status, body.type], [400, 'page_too_large'])
    const fitting = Number(/per-page=(\d+)/.exec(body.message)![1])
    assert.equal(fitting, 15)
    const names: string[] = []
    for (const page of [1, 2]) {
      const { body } = await list(`fields=*&sort=id&per-page=${fitting}&page=${page}`)
      assert.deepEqual(body._meta, { totalCount: 20, pageCount: 2, currentPage: page, perPage: 15 })
      names.push(...body.items.map((session: Json) => session.name))
    }
    assert.deepEqual(
      names,
      Array.from({ length: 20 }, (_, place) => `S${place + 1}`),
    )
  })

  it('200 for fields that are short, whatever the others are', async () => {
    assert.equal((await list('')).body.items.length, 20)
    assert.equal((await list('fields=name,date,notes')).body.items.length, 20)
    assert.equal((await list('search=description=*beginswith*xx')).body.items.length, 20)
  })

  it('400 when what expand repeats in each item is too much', async () => {
    await pool`update tracks set description = repeat('x', ${million}) where id = ${track.id}`
    assert.equal((await list('expand=track')).body.type, 'page_too_large')
    assert.equal((await list('expand=track&per-page=10')).body.items.length, 10)
  })

  it('200 for a single item, however large', async () => {
    await pool`update sessions set description = repeat('x', ${17 * million}) where event_id = ${event.id} and name = 'S1'`
    const { body } = await list('fields=*&search=name=S1')
    assert.deepEqual(
      body.items.map(({ description }: Json) => description.length),
      [17 * million],
    )
    assert.equal((await list('fields=*&per-page=2')).body.type, 'page_too_large')
    // The connections of the lists that were broken off serve others.
    assert.equal((await list('fields=*&ids=1')).status, 200)
  })
})

describe('the change feed of records that are large', async () => {
  const changes = 30
  await pool`
    insert into changes (tx, account_id, event_id, object, object_id, action, before, after, created_at)
    select '5', ${account_id}, 77, 'session', n, 'update', jsonb_build_object('id', n, 'description', repeat('x', 300000)),
      jsonb_build_object('id', n, 'description', repeat('y', 300000)), now() from generate_series(1, ${changes}) n`
  await passTransactions(pool, 5)
  const read = (query: string) => call('GET', `/changes?event_id=77&${query}`)
  const readAll = async (size: number) => {
    const pages: Json[][] = []
    for (let cursor = '', more = true; more; ) {
      const { body, text } = await read(`per-page=${size}&since=${cursor}`)
      assert.ok(text.length < 4.1 * million, 'no answer is much larger than 4 MB')
      pages.push(body.items)
      cursor = body.cursor
      more = body.has_more
    }
    return pages
  }

  it('ends a page by its size, and the next goes on behind it', async () => {
    for (const [size, first] of [
      [1000, 6],
      [4, 4],
    ]) {
      const pages = await readAll(size!)
      assert.equal(pages[0]!.length, first)
      assert.deepEqual(
        pages.flat().map(({ object_id }) => object_id),
        Array.from({ length: changes }, (_, place) => place + 1),
      )
    }
  })

  it('answers eight at once', async () => {
    const replies = await Promise.all(Array.from({ length: 8 }, () => read('per-page=1000')))
    for (const { status, body } of replies)
      assert.deepEqual([status, body.items.length, body.has_more], [200, 6, true])
  })

  it('has a change that is larger than a page by itself', async () => {
    await pool`
      update changes set after = after || jsonb_build_object('description', repeat('z', ${5 * million}))
      where account_id = ${account_id} and event_id = 77 and object_id = 2`
    const { body } = await read('per-page=1')
    const next = await read(`per-page=1000&since=${body.cursor}`)
    assert.deepEqual(
      next.body.items.map(({ object_id }: Json) => object_id),
      [2],
    )
    assert.equal(next.body.has_more, true)
  })
})
