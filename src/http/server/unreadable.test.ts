import assert from 'node:assert/strict'
import { type AddressInfo, connect } from 'node:net'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'

const { app, make, pool } = await testApp()
await app.listen({ port: 0, host: '127.0.0.1' })
const { port } = app.server.address() as AddressInfo

/** Status, headers and body of what is answered to some bytes. */
const answerTo = (text: string) =>
  new Promise<{ status: number; head: string; body: any }>((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1', () => socket.write(text)).on('error', reject)
    socket.setEncoding('utf8').on('data', data => {
      answer += data
    })
    socket.on('close', () => {
      const [head = '', body = ''] = answer.split('\r\n\r\n')
      resolve({ status: Number(head.split(' ')[1]), head, body: body && JSON.parse(body) })
    })
  })
const close = 'Connection: close\r\n'

describe('what Node or the framework would answer by itself has the form of every failure', () => {
  const cases: [string, number, string, string][] = [
    [
      'an expectation',
      417,
      'expectation_failed',
      `GET /healthz HTTP/1.1\r\nHost: x\r\nExpect: wonders\r\n\r\n`,
    ],
    ['a request without a host', 400, 'bad_host', `GET /healthz HTTP/1.1\r\n${close}\r\n`],
    ['an unknown method', 400, 'malformed_request', 'BREW /coffee HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a method without routes', 404, 'not_found', `PROPFIND /nowhere HTTP/1.1\r\nHost: x\r\n${close}\r\n`],
    ['a path that cannot be decoded', 400, 'malformed_url', `GET /%ff HTTP/1.1\r\nHost: x\r\n${close}\r\n`],
  ]
  for (const [what, status, type, text] of cases)
    it(`${status} for ${what}`, async () => {
      const answer = await answerTo(text)
      assert.deepEqual([answer.status, answer.body.type, answer.body.status], [status, type, status])
      assert.equal(typeof answer.body.request_id, 'string')
      assert.match(answer.head, /content-type: application\/json/i)
    })

  it('302 to a URL with letters that no header can have, in percent-encoding', async () => {
    const event = await make('events', { name: 'Summit', status: 'live' })
    const talk = { event_id: event.id, name: 'S', date: '2030-01-01', webinar_url: 'https://meet.example/x' }
    const { id, secure_id } = await make('sessions', talk)
    await pool`update sessions set webinar_url = ${'https://meet.example/\u2192'} where id = ${id}`
    const [path, host] = [`/sessions/${id}/virtual/${secure_id}`, `Host: x\r\n${close}`]
    const { status, head } = await answerTo(`GET ${path} HTTP/1.1\r\n${host}\r\n`)
    assert.equal(status, 302)
    assert.match(head, /^location: https:\/\/meet\.example\/%E2%86%92$/im)
  })
})
