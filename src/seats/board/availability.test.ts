import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { basic, getToken, type Json, type TestApp, testApp } from '../../../test/support/app.ts'

const first = await testApp()
const second = await testApp({ beside: first })
const closing = await testApp({ beside: first })
let ahead = 0
const beating = await testApp({
  beside: first,
  clock: { now: () => new Date(Date.now() + ahead) },
  env: { STREAM_HEARTBEAT_SECONDS: '1' },
})
let passed = 0
const timed = await testApp({ beside: first, clock: { now: () => new Date(Date.now() + passed) } })
/** Date and time of day in so many minutes, in UTC. */
const inMinutes = (minutes: number) => {
  const moment = new Date(Date.now() + minutes * 60_000).toISOString()
  return { date: moment.slice(0, 10), time: moment.slice(11, 19) }
}
const { make, call } = first

const event = await make('events', { name: 'Summit' })
const session = (settings: Json) =>
  make('sessions', { event_id: event.id, name: 'Talk', date: '2030-01-01', ...settings })
const [small, open] = [await session({ capacity: 3 }), await session({})]
let people = 0
const register = (session_ids: number[]) =>
  make('registrants', { event_id: event.id, email: `p${++people}@example.com`, session_ids })
const path = `/events/${event.id}/availability`

/** The events of a stream as they come, over a connection of its own; `done` resolves when the server has ended it. */
async function streamOf({ app, token }: Pick<TestApp, 'app' | 'token'>, url = path) {
  const address = (app.server.address() as AddressInfo | null) ?? undefined
  if (!address) await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1${url}`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
  })
  const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    type: answer.headers.get('content-type'),
    next: async (): Promise<[string, unknown] | undefined> => {
      for (;;) {
        const end = text.indexOf('\n\n')
        const message = text.slice(0, end)
        if (end >= 0) text = text.slice(end + 2)
        const [, name, data] = /^event: (\w+)\nid: \S+\ndata: (.*)$/.exec(message) ?? []
        if (end >= 0 && name) return [name, JSON.parse(data!)]
        if (end >= 0) continue
        const { value, done } = await reader.read()
        if (done) return undefined
        text += value
      }
    },
    end: () => reader.cancel(),
  }
}

describe('GET /events/{id}/availability', () => {
  it('200 gives the seats left by session, null when unlimited', async () => {
    const { status, body } = await call('GET', path)
    assert.deepEqual([status, body], [200, { [small.id]: 3, [open.id]: null }])
  })

  it('304 as long as nothing changed, and 200 as soon as a seat went, in every process', async () => {
    const { headers } = await call('GET', path)
    const poll = (app: TestApp) => app.call('GET', path, undefined, { 'if-none-match': headers.etag })
    assert.deepEqual([(await poll(first)).status, (await poll(second)).status], [304, 304])
    await register([small.id])
    const polls = [first, second].map(async app => {
      for (;;) {
        const { status, body } = await poll(app)
        if (status === 200) return body[small.id]
      }
    })
    assert.deepEqual(await Promise.all(polls), [2, 2])
  })

  it('200 gives 0 where nothing can be claimed: not live, started, or registration closed', async () => {
    const summit = await timed.make('events', { name: 'Timed' })
    const talk = (more: Json) =>
      timed.make('sessions', { event_id: summit.id, name: 'T', date: '2030-01-01', capacity: 5, ...more })
    const start = inMinutes(5)
    const soon = await talk({ date: start.date, start_time: start.time })
    const [dead, later] = [await talk({ session_status: 'approved' }), await talk({ capacity: '' })]
    const at = `/events/${summit.id}/availability`
    /** Reads until a change that was made has arrived. */
    const becomes = async (expected: (number | null)[]) => {
      const wanted = { [soon.id]: expected[0], [dead.id]: expected[1], [later.id]: expected[2] }
      for (;;) {
        const { body } = await timed.call('GET', at)
        if (JSON.stringify(body) === JSON.stringify(wanted)) return
      }
    }
    await becomes([5, 0, null])
    const { headers } = await timed.call('GET', at)
    passed = 6 * 60_000
    const started = await timed.call('GET', at, undefined, { 'if-none-match': headers.etag })
    assert.deepEqual([started.status, started.body[soon.id], started.body[later.id]], [200, 0, null])
    const change = (body: Json) => timed.call('PUT', `/events/${summit.id}`, body)
    await change({ status: 'closed' })
    await becomes([0, 0, 0])
    const close = inMinutes(12)
    await change({ status: 'live', close_date: close.date, close_time: close.time })
    await timed.call('PUT', `/sessions/${dead.id}`, { session_status: 'live' })
    await becomes([0, 5, null])
    passed = 13 * 60_000
    const closed = await timed.call('GET', at)
    assert.deepEqual(closed.body, { [soon.id]: 0, [dead.id]: 0, [later.id]: 0 })
  })

  it('404 for an event of another account, and for one that does not exist', async () => {
    const stranger = await testApp()
    assert.equal((await stranger.call('GET', path)).status, 404)
    assert.equal((await call('GET', '/events/999999999/availability')).status, 404)
  })

  it('200 streams everything, then what changes, to all who listen in any process', async () => {
    const streams = await Promise.all([streamOf(first), streamOf(first), streamOf(second)])
    assert.equal(streams[0]!.type, 'text/event-stream')
    for (const stream of streams)
      assert.deepEqual(await stream.next(), ['seats', { [small.id]: 2, [open.id]: null }])
    await register([small.id, open.id])
    for (const stream of streams) assert.deepEqual(await stream.next(), ['seats', { [small.id]: 1 }])
    await Promise.all(streams.map(stream => stream.end()))
  })

  it('announces a session that is deleted, and one that is new, and ends its streams when the event is', async () => {
    const place = await make('events', { name: 'Short' })
    const made = await Promise.all([1, 2].map(capacity => session({ event_id: place.id, capacity })))
    const [one, two] = made.sort((a, b) => a.capacity - b.capacity)
    const streams = await Promise.all(
      [first, second].map(app => streamOf(app, `/events/${place.id}/availability`)),
    )
    for (const stream of streams)
      assert.deepEqual(await stream.next(), ['seats', { [one.id]: 1, [two.id]: 2 }])
    await call('DELETE', `/sessions/${one.id}`)
    for (const stream of streams) assert.deepEqual(await stream.next(), ['deleted', [one.id]])
    const three = await session({ event_id: place.id, capacity: 3 })
    for (const stream of streams) assert.deepEqual(await stream.next(), ['seats', { [three.id]: 3 }])
    await call('DELETE', `/events/${place.id}`)
    for (const stream of streams) assert.equal(await stream.next(), undefined)
  })

  it('ends a stream whose token is revoked, before it tells anything more', async () => {
    const { app, key, secret } = first
    const token = await getToken(first.raw, key, secret)
    const streams = await Promise.all([streamOf({ app, token }), streamOf(first)])
    for (const stream of streams) await stream.next()
    await first.raw({
      method: 'POST',
      url: '/api/v1/oauth2/revoke',
      headers: { authorization: basic(key, secret) },
      payload: { token },
    })
    await register([small.id])
    assert.deepEqual(await Promise.all(streams.map(stream => stream.next())), [
      undefined,
      ['seats', { [small.id]: 0 }],
    ])
    await streams[1]!.end()
  })

  it('ends a stream at the next sign of life after its token has expired', async () => {
    const token = await getToken(first.raw, first.key, first.secret)
    const stream = await streamOf({ app: beating.app, token })
    await stream.next()
    ahead = 31 * 60_000
    assert.equal(await stream.next(), undefined)
    ahead = 0
  })

  it('200 answers HEAD without a stream', async () => {
    const { statusCode } = await first.app.inject({
      method: 'HEAD',
      url: `/api/v1${path}`,
      headers: { authorization: `Bearer ${first.token}`, accept: 'text/event-stream' },
    })
    assert.deepEqual([statusCode, first.parts.openStreams.size], [200, 0])
  })

  it('ends its streams when the server stops', async () => {
    const stream = await streamOf(closing)
    await stream.next()
    await closing.app.close()
    assert.equal(await stream.next(), undefined)
  })
})
