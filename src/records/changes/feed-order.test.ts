import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, type Json, testApp } from '../../../test/support/app.ts'
import { passTransactions } from '../../../test/support/feed.ts'

const app = await testApp()
const { make, call, pool, account_id } = app

/** Changes of two events, some of them undone or gone again: enough to cross both borders with some to spare. */
async function changeMuch(): Promise<Json[]> {
  const events = [await make('events', { name: 'A' }), await make('events', { name: 'B' })]
  for (let number = 1; number <= 12; number++)
    for (const { id: event_id } of events) {
      const track = await make('tracks', { event_id, name: `T${number}` })
      await call('PUT', `/tracks/${track.id}`, { name: `T${number} again` })
      if (number % 3 === 0) await call('DELETE', `/tracks/${track.id}`)
      if (number % 4 === 0) await call('PUT', `/events/${event_id}`, { name: `Event ${number}` })
    }
  return events
}

/** Gives the changes of the account transactions from 990 to 1010 and from 9,990 to 10,010, two of a kind now and then. */
async function crossBorders(): Promise<void> {
  const changes = await changesOf(app)
  const half = Math.ceil(changes.length / 2)
  const places = changes.map((_, place) =>
    place < half ? 990 + Math.floor(place * 0.7) : 9990 + Math.floor((place - half) * 0.7),
  )
  assert.ok(places[half - 1]! > 1000 && places.at(-1)! > 10_000)
  await pool`
    update changes c set tx = n.tx::xid8
    from unnest(${changes.map(({ id }) => id)}::bigint[], ${places.map(String)}::text[]) as n (id, tx)
    where c.account_id = ${account_id} and c.id = n.id`
}

/** Everything after a cursor, as a client reads it: until there is no more. */
async function readOn(since: string, query: string): Promise<Json[]> {
  const items: Json[] = []
  for (let cursor = since, more = true; more; ) {
    const { status, body } = await call('GET', `/changes?since=${cursor}&${query}`)
    assert.equal(status, 200)
    assert.equal(body.cursor, body.items.at(-1)?.cursor ?? cursor)
    items.push(...body.items)
    cursor = body.cursor
    more = body.has_more
  }
  return items
}

/** What a client holds that does what the feed says. */
function replay(items: Json[]): Map<string, Json> {
  const model = new Map<string, Json>()
  for (const { object, object_id, action, before, after } of items) {
    const key = `${object} ${object_id}`
    assert.deepEqual(model.get(key) ?? null, before, `${action} of ${key} follows what was before`)
    if (after) model.set(key, after)
    else model.delete(key)
  }
  return model
}

/** The same things as the API shows them. */
async function stateOf(events: Json[]): Promise<[string, string, number][]> {
  const state = events.map(({ id }): [string, number] => ['event', id])
  for (const { id } of events) {
    const { body } = await call('GET', `/tracks?event_id=${id}&per-page=1000`)
    state.push(...body.items.map((track: Json): [string, number] => ['track', track.id]))
  }
  return Promise.all(
    state.map(async ([kind, id]) => {
      const { body, headers } = await call('GET', `/${kind}s/${id}`)
      return [`${kind} ${id}`, body.name, Number(/\d+/.exec(headers.etag)![0])]
    }),
  )
}

const summary = (model: Map<string, Json>) =>
  [...model].map(([key, { name, version }]) => [key, name, version]).sort()

describe('the change feed across 999 → 1000 and 9,999 → 10,000 transactions', async () => {
  const events = await changeMuch()
  await crossBorders()
  await passTransactions(pool, 11_000)
  const expected = (await changesOf(app)).map(({ id }) => id)
  const numbers = (items: Json[]) => items.map(({ cursor }) => Number(cursor.split('.')[2]))

  for (const size of [1, 2, 3, 7, 25, 1000]) {
    it(`gives each change once, in order, in pages of ${size}`, async () => {
      assert.deepEqual(numbers(await readOn('', `per-page=${size}`)), expected)
    })

    it(`leads to the state of the API in pages of ${size}`, async () => {
      const model = replay(await readOn('', `per-page=${size}`))
      assert.deepEqual(summary(model), (await stateOf(events)).sort())
    })

    it(`leads to the state of one event in pages of ${size}`, async () => {
      for (const event of events) {
        const model = replay(await readOn('', `per-page=${size}&event_id=${event.id}`))
        assert.deepEqual(summary(model), (await stateOf([event])).sort())
      }
    })
  }

  it('goes on at every place', async () => {
    const items = await readOn('', 'per-page=1000')
    for (const [place, { cursor }] of items.entries())
      assert.deepEqual(numbers(await readOn(cursor, 'per-page=25')), expected.slice(place + 1))
  })
})
