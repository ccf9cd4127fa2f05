import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { testApp } from '../support/app.ts'

/*
 * The wire contract from outside. CONTRACT_URL (such as http://127.0.0.1:8080), CONTRACT_KEY and CONTRACT_SECRET point
 * it at a server that runs; without them it starts one. Every answer is held against the OpenAPI document.
 */

type Response = { $ref?: string; content?: Record<string, { schema: object }> }
type Document = {
  paths: Record<string, Record<string, { responses: Record<string, Response> }>>
  components: { schemas: Record<string, object>; responses: Record<string, Response> }
}

const { base, key, secret } = await target()
const openapi = (await (await fetch(`${base}/openapi.json`)).json()) as Document
const ajv = new Ajv2020({ strict: false, validateFormats: false })
ajv.addSchema({ $id: 'contract', ...openapi })

async function target() {
  const { CONTRACT_URL, CONTRACT_KEY, CONTRACT_SECRET } = process.env
  if (CONTRACT_URL) return { base: `${CONTRACT_URL}/api/v1`, key: CONTRACT_KEY!, secret: CONTRACT_SECRET! }
  const { app, key, secret } = await testApp()
  return { base: `${await app.listen({ port: 0, host: '127.0.0.1' })}/api/v1`, key, secret }
}

let token = ''

/** Sends a request and checks status and body against the document; `path` is as the document writes it. */
async function send(
  method: string,
  path: string,
  wanted: number,
  { id = '', query = '', body = undefined as unknown } = {},
) {
  const url = `${base}${path.replace(/\{\w+\}/, id)}${query}`
  const response = await fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  const text = await response.text()
  assert.equal(response.status, wanted, text)
  const name = `/api/v1${path}`
  const described = openapi.paths[name]?.[method.toLowerCase()]?.responses[wanted]
  assert.ok(described, `${method} ${name} does not document ${wanted}`)
  const answer = text ? JSON.parse(text) : undefined
  const { $ref } = described
  const at = $ref ? $ref.slice(2).split('/') : ['paths', name, method.toLowerCase(), 'responses', `${wanted}`]
  const { content } = $ref ? openapi.components.responses[at.at(-1)!]! : described
  if (content && text) {
    const pointer = [...at, 'content', 'application/json', 'schema']
    const steps = pointer.map(step => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')))
    const valid = ajv.validate({ $ref: `contract#/${steps.join('/')}` }, answer)
    assert.ok(valid, `${method} ${name}: ${ajv.errorsText()} in ${text}`)
  }
  return answer
}

describe('the contract', () => {
  it('hands out a token', async () => {
    const response = await fetch(`${base}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${key}:${secret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    })
    assert.equal(response.status, 200)
    const granted = (await response.json()) as Record<string, unknown>
    assert.deepEqual([granted.type, granted.token_type, granted.expires_in], ['bearer', 'Bearer', 1800])
    token = String(granted.access_token)
  })

  it('creates, reads, changes, lists and deletes a programme', async () => {
    const event = await send('POST', '/events/create', 201, {
      body: { name: 'Contract', timezone: 'America/New_York' },
    })
    const event_id = String(event.id)
    const query = `?event_id=${event_id}&fields=*&expand=track,location`
    const track = await send('POST', '/tracks/create', 201, { body: { event_id, name: 'T' } })
    const location = await send('POST', '/locations/create', 201, {
      body: { event_id, name: 'L', latitude: 50.8 },
    })
    const field = await send('POST', '/sessions/fields/create', 201, {
      body: { name: 'Level', type: 'radioList', choices: [{ name: 'a' }] },
    })
    const session = await send('POST', '/sessions/create', 201, {
      body: {
        event_id,
        name: 'S',
        date: '2025-07-20',
        start_time: '10:00',
        end_time: '12:00',
        track_id: track.id,
        location_id: location.id,
        custom_fields: { [field.attribute]: field.choices[0].id },
      },
    })
    assert.equal(session.times_with_timezone, '10:00 AM - 12:00 PM (EDT)')
    const id = String(session.id)
    assert.deepEqual(await send('GET', '/sessions/{id}', 200, { id }), session)
    const bare = await send('POST', '/sessions', 201, {
      body: { event_id, name: 'Bare', date: '2025-07-21' },
    })
    await send('GET', '/sessions/{id}', 200, {
      id: String(bare.id),
      query: '?expand=track,location,conflicts',
    })
    await send('PUT', '/sessions/update/{id}', 200, { id, body: { capacity: '20' } })
    await send('GET', '/events/{id}', 200, { id: event_id, query: '?expand=sessions' })
    await send('GET', '/tracks/{id}', 200, { id: String(track.id) })
    await send('GET', '/locations/{id}', 200, { id: String(location.id) })
    await send('GET', '/sessions/field/{id}', 200, { id: String(field.id) })
    for (const path of ['/sessions', '/tracks', '/locations']) await send('GET', path, 200, { query })
    await send('GET', '/events', 200, { query: '?fields=*' })
    await send('GET', '/sessions/fields', 200, { query: '?fields=*' })
    await send('GET', '/changes', 200)
    await send('PUT', '/sessions/external/{external_id}', 201, {
      id: 'c-1',
      body: { event_id, name: 'X', date: '2025-07-20' },
    })
    const copy = await send('POST', '/events/{id}/clone', 201, { id: event_id, body: {} })
    await send('DELETE', '/sessions/delete/{id}', 204, { id })
    for (const gone of [event_id, String(copy.id)])
      await send('DELETE', '/events/delete/{id}', 204, { id: gone })
    await send('DELETE', '/sessions/field/{id}', 204, { id: String(field.id) })
  })

  it('fails as documented', async () => {
    await send('GET', '/sessions/{id}', 404, { id: '999999999999' })
    await send('GET', '/sessions', 400)
    await send('POST', '/sessions/create', 422, { body: { name: '' } })
    const valid = token
    token = 'nobody'
    await send('GET', '/events', 401)
    token = valid
  })
})
