import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type TestApp, testApp } from '../../../test/support/app.ts'

const lines: string[] = []
const first = await testApp({
  env: { WRITE_TIMEOUT_SECONDS: '1', MAX_CONNECTIONS: '3', STREAM_LIMIT: '1' },
  log: { write: line => void lines.push(line) },
})
const { make, call, parts, token } = first
const event = await make('events', { name: 'Summit' })
const session = await make('sessions', { event_id: event.id, name: 'Talk', date: '2030-01-01', capacity: 9 })
await first.app.listen({ port: 0, host: '127.0.0.1' })
const { port } = first.app.server.address() as AddressInfo

/** A client that sends what it is given, and reads nothing. */
async function silent(text: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').on('error', () => {})
  await once(socket, 'connect')
  socket.pause()
  socket.write(text)
  return socket
}
const connections = ({ app }: TestApp) =>
  new Promise<number>((resolve, reject) =>
    app.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  )
async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await holds()); await sleep(10)) assert.ok(Date.now() < end, what)
}
const request = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`

describe('clients that do not read', () => {
  it('are let go when they have taken nothing for WRITE_TIMEOUT_SECONDS', async () => {
    const socket = await silent(request('/api/v1/openapi').repeat(40))
    await until('it is connected', async () => (await connections(first)) === 1)
    await until('it is let go', async () => (await connections(first)) === 0)
    socket.destroy()
  })

  it('are let go after they sent what is no request', async () => {
    const socket = await silent(`${request('/api/v1/openapi').repeat(40)}nonsense\r\n\r\n`)
    await until('it is connected', async () => (await connections(first)) === 1)
    await until('it is let go', async () => (await connections(first)) === 0)
    socket.destroy()
  })
})

describe('MAX_CONNECTIONS', () => {
  it('refuses more, and says so once', async () => {
    const held = await Promise.all([1, 2, 3].map(() => silent('')))
    await until('three are connected', async () => (await connections(first)) === 3)
    for (const more of [1, 2]) {
      const refused = connect(port, '127.0.0.1').on('error', () => {})
      await once(refused, 'close')
      assert.equal(await connections(first), 3, `the ${more}. one`)
    }
    for (const socket of held) socket.destroy()
    await until('all are gone', async () => (await connections(first)) === 0)
    assert.equal(lines.filter(line => line.includes('connections were refused')).length, 1)
  })

  it('that are more than files may be open is a warning at start', async () => {
    const warnings: string[] = []
    const { app } = await testApp({
      env: { MAX_CONNECTIONS: '1000000' },
      log: { write: line => void warnings.push(line) },
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    assert.equal(warnings.filter(line => /may open \d+ files.*MAX_CONNECTIONS=1000000/.test(line)).length, 1)
  })
})

describe('streams of availability', () => {
  const path = `/api/v1/events/${event.id}/availability`
  const headers = `Authorization: Bearer ${token}\r\nAccept: text/event-stream\r\n`
  const onlyStream = () => [...parts.openStreams.keys()][0]!

  it('keep nothing for a client that does not read, and tell it what is true when it does', async () => {
    const socket = await silent(request(path, headers))
    await until('the stream is open', () => parts.openStreams.size === 1)
    const stream = onlyStream()
    await until('the first message was written', () => stream.listenerCount('drain') > 0)
    // What is written goes into buffers on the way first; when it stays for so many looks, they are full.
    let looks = 0
    await until('nothing more fits', () => {
      looks = stream.writableNeedDrain ? looks + 1 : 0
      if (looks === 0) stream.write(`: ${'x'.repeat(100_000)}\n\n`)
      return looks > 20
    })
    const kept = stream.writableLength
    for (const capacity of [8, 7, 6]) await call('PUT', `/sessions/${session.id}`, { capacity })
    await until('the change is known', async () => {
      const { body } = await call('GET', `/events/${event.id}/availability`)
      return body[session.id] === 6
    })
    assert.equal(stream.writableLength, kept)
    let text = ''
    socket.setEncoding('latin1').on('data', data => {
      text = (text + data).slice(-1000)
    })
    socket.resume()
    await until('it is told', () => text.includes(`{"${session.id}":6}`))
    assert.doesNotMatch(text, /:[78]\}/)
    socket.destroy()
    await until('the stream is closed', () => parts.openStreams.size === 0)
  })

  it('429 for more than STREAM_LIMIT of a credential, also at once; a closed one makes room', async () => {
    const sockets = await Promise.all([1, 2].map(() => silent(request(path, headers))))
    const heads = await Promise.all(
      sockets.map(async socket => {
        const [data] = await once(socket.resume(), 'data')
        return String(data)
      }),
    )
    assert.deepEqual(heads.map(head => head.split(' ')[1]).sort(), ['200', '429'])
    assert.match(heads.find(head => head.includes(' 429 '))!, /"type":"too_many_streams"/)
    for (const socket of sockets) socket.destroy()
    await until('there is room', () => parts.openStreams.size === 0)
    const again = await silent(request(path, headers))
    await until('the stream is open', () => parts.openStreams.size === 1)
    again.destroy()
  })
})

describe('the OpenAPI document', () => {
  it('is the same bytes for everybody, and 304 to who has them, also where the page asks', async () => {
    for (const url of ['/api/v1/openapi.json', '/docs/json']) {
      const { status, headers, body } = await first.raw({ method: 'GET', url })
      assert.deepEqual([status, body.openapi], [200, '3.1.0'])
      const again = await first.raw({ method: 'GET', url, headers: { 'if-none-match': headers.etag } })
      assert.deepEqual([again.status, again.text], [304, ''])
    }
  })
})
