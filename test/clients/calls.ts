import assert from 'node:assert/strict'
import createClient from 'openapi-fetch'
import { client as heyApi } from './made/hey-api/client.gen.ts'
import { createTrack, getTrack, updateTrack } from './made/hey-api/sdk.gen.ts'
import { zTrack } from './made/hey-api/zod.gen.ts'
import type { paths } from './made/types.d.ts'

/* Clients made of the OpenAPI document against a server that runs: URL, KEY and SECRET are those that it prints at first. */

const { URL: base = '', KEY = '', SECRET = '' } = process.env
const origin = base.replace('/api/v1', '')
const sent: string[] = []
/** Fetches, and keeps what was sent. */
const recording: typeof fetch = async (input, init) => {
  const request = new Request(input, init)
  sent.push(await request.clone().text())
  return fetch(request)
}
const lastSent = () => JSON.parse(sent.at(-1)!)

const api = createClient<paths>({ baseUrl: origin, fetch: recording })
const granted = await api.POST('/api/v1/oauth2/token', {
  body: { grant_type: 'client_credentials', client_id: KEY, client_secret: SECRET },
})
const token = granted.data?.access_token
assert.ok(token, JSON.stringify(granted.error))
const headers = { authorization: `Bearer ${token}` }
api.use({
  onRequest({ request }) {
    request.headers.set('authorization', headers.authorization)
    return request
  },
})

// A body with what is required, and nothing else, is one by the types.
const event = (await api.POST('/api/v1/events/create', { body: { name: 'Clients' } })).data!
const person = { event_id: event.id, email: 'ada@example.com' }
const ada = (await api.POST('/api/v1/registrants/create', { body: person })).data!
assert.deepEqual(lastSent(), person)
assert.equal(ada.registration_status, 'confirmed')

const byId = { params: { path: { id: ada.id } } }
await api.PUT('/api/v1/registrants/update/{id}', { ...byId, body: { registration_status: 'cancelled' } })
const renamed = await api.PUT('/api/v1/registrants/update/{id}', { ...byId, body: { first_name: 'Ada' } })
assert.deepEqual(lastSent(), { first_name: 'Ada' })
assert.deepEqual(
  [renamed.data?.first_name, renamed.data?.registration_status],
  ['Ada', 'cancelled'],
  'an update sends, and changes, only what was given',
)

const list = await api.GET('/api/v1/registrants', {
  params: { query: { event_id: event.id, fields: '*', 'per-page': 5, searchCondition: 'and' } },
})
assert.deepEqual(
  list.data?.items.map(item => item.email),
  ['ada@example.com'],
  JSON.stringify(list.error),
)
const refused = await api.POST('/api/v1/registrants/create', { body: { ...person, email: 'nobody' } })
assert.equal(refused.response.status, 422)
assert.deepEqual(Array.isArray(refused.error) && refused.error.map(({ field }) => field), ['email'])

// The other generator, which also checks answers by schemas of zod.
heyApi.setConfig({ baseUrl: origin, fetch: recording, headers })
const made = await createTrack({ body: { event_id: event.id, name: 'Security' }, throwOnError: true })
assert.deepEqual(lastSent(), { event_id: event.id, name: 'Security' })
const { id } = zTrack.parse(made.data)
const changed = await updateTrack({ path: { id }, body: { color: '#1A7F64' }, throwOnError: true })
assert.deepEqual(lastSent(), { color: '#1A7F64' })
assert.deepEqual([changed.data.name, changed.data.color], ['Security', '#1A7F64'])
assert.deepEqual(zTrack.parse((await getTrack({ path: { id }, throwOnError: true })).data), changed.data)
assert.equal((await createTrack({ body: { event_id: event.id, name: '' } })).response?.status, 422)

await api.DELETE('/api/v1/events/delete/{id}', {
  params: { path: { id: event.id }, query: { force: true } },
})
console.log('Generated clients create, list, update and are refused as the document says.')
