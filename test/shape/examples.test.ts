import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import sharp from 'sharp'
import { expandedDocument } from '../../docs/expanded.ts'
import type { Operation } from '../../docs/reference.ts'
import { getToken, type Json, testApp } from '../support/app.ts'

/*
 * Every operation of the OpenAPI document is called as the document shows it. Only the ids in an example are replaced: by
 * those of objects that were made for this call.
 */

const test = await testApp({ env: { PUBLIC_URL: 'https://lectern.test' } })
const document = expandedDocument()

type World = Record<string, () => Promise<any>>

/** Objects of one event, each made when it is asked for first. */
function newWorld(): World {
  const made = new Map<string, Promise<any>>()
  const once = (name: string, work: () => Promise<any>) => () => {
    if (!made.has(name)) made.set(name, work())
    return made.get(name)!
  }
  const inEvent = async (plural: string, body: Json) =>
    test.make(plural, { event_id: (await world.event!()).id, ...body })
  const world: World = {
    event: once('event', () => test.make('events', { name: 'E' })),
    track: once('track', () => inEvent('tracks', { name: 'T' })),
    location: once('location', () => inEvent('locations', { name: 'L' })),
    session: once('session', () => inEvent('sessions', { name: 'S', date: '2027-01-01' })),
    full: once('full', () => inEvent('sessions', { name: 'Full', date: '2027-01-02', capacity: 0 })),
    dropped: once('dropped', () => inEvent('sessions', { name: 'Dropped', date: '2027-01-03' })),
    field: once('field', () =>
      test.make('sessions/fields', { name: 'F', type: 'dropDownList', choices: [{ name: 'A' }] }),
    ),
    speaker: once('speaker', () => inEvent('speakers', { first_name: 'Ada' })),
    appearing: once('appearing', async () => {
      const speaker = await world.speaker!()
      const { id } = await world.session!()
      await test.call('POST', `/speakers/${speaker.id}/session/${id}`)
      return speaker
    }),
    speakerField: once('speakerField', () =>
      test.make('speakers/fields', { name: 'F', type: 'dropDownList', choices: [{ name: 'A' }] }),
    ),
    sponsor: once('sponsor', () => inEvent('sponsors', { name: 'S' })),
    sponsorField: once('sponsorField', () =>
      test.make('sponsors/fields', { name: 'F', type: 'dropDownList', choices: [{ name: 'A' }] }),
    ),
    conflict: once('conflict', async () => {
      const location_id = (await inEvent('locations', { name: 'Small', capacity: 1 })).id
      const session = await inEvent('sessions', {
        name: 'Large',
        date: '2027-01-01',
        location_id,
        capacity: 2,
      })
      return { ...session, id: `capacity_exceeds_location-${session.id}` }
    }),
    user: once('user', () => test.make('users', { email: newAddress(), role: 'owner' })),
    /** Somebody who is signed in, as their browser says it. */
    signedIn: once('signedIn', async () => {
      const email = newAddress()
      const { invitation_url } = await test.make('users', { email, role: 'owner' })
      const token = invitation_url.split('/').at(-1)
      const payload = { token, password: 'a long pass phrase' }
      const { headers } = await test.raw({ method: 'POST', url: '/api/v1/sign-in', payload })
      const cookie = String(headers['set-cookie']).split(';')[0]!
      const browser = { cookie, 'sec-fetch-site': 'same-origin' }
      const { body } = await test.raw({ method: 'GET', url: '/api/v1/me/sessions', headers: browser })
      return { id: body.items[0].id, email, browser }
    }),
    portrayed: once('portrayed', async () => {
      const speaker = await world.speaker!()
      await test.raw({
        method: 'PUT',
        url: `/api/v1/image/speaker/${speaker.id}/profile_picture`,
        headers: { authorization: `Bearer ${test.token}`, 'content-type': picture.type },
        payload: picture.body,
      })
      return speaker
    }),
    accountContact: once('accountContact', () => test.make('contacts', { email: newAddress() })),
    scheduleChange: once('scheduleChange', async () => {
      const { id, event_id } = await world.session!()
      const { body } = await test.call('PUT', `/events/${event_id}/schedule`, [{ id, notes: 'Moved' }])
      return { id: body.change }
    }),
    question: once('question', () =>
      inEvent('event-questions', { name: 'Q', type: 'radioList', choices: [{ name: 'A' }] }),
    ),
    type: once('type', () => inEvent('reg-types', { name: 'Student' })),
    group: once('group', () => inEvent('registrant-groups', { name: 'G' })),
    contact: once('contact', () => inEvent('cfs-contacts', { email: 'ada@example.com', reviewer: 1 })),
    submission: once('submission', () => inEvent('cfs-submissions', { name: 'S' })),
    approved: once('approved', async () => {
      const submission = await inEvent('cfs-submissions', { name: 'S' })
      await test.call('PUT', `/cfs-submissions/${submission.id}`, { submission_status: 'approved' })
      return submission
    }),
    review: once('review', async () => {
      const [contact, submission] = [await world.contact!(), await world.submission!()]
      return test.make('cfs-reviews', { submission_id: submission.id, reviewer_id: contact.id, rating: 4 })
    }),
    registrant: once('registrant', () =>
      inEvent('registrants', { email: 'ada@example.com', first_name: 'Ada' }),
    ),
    attendance: once('attendance', async () => {
      const [session, registrant] = [await world.session!(), await world.registrant!()]
      return test.make('session-attendances', { session_id: session.id, registrant_id: registrant.id })
    }),
    letter: once('letter', async () => {
      const { id, event_id } = await world.registrant!()
      await test.call('POST', `/registrants/${id}/trigger-email/confirmation`)
      return (await test.call('GET', `/outbox?event_id=${event_id}`)).body.items[0]
    }),
  }
  return world
}

/** A form with a file. */
const formOf = (file: Buffer) => ({
  type: 'multipart/form-data; boundary=x',
  body: Buffer.concat([
    Buffer.from('--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'),
    file,
    Buffer.from('\r\n--x--\r\n'),
  ]),
})

const picture = formOf(
  await sharp({ create: { width: 1, height: 1, channels: 3, background: 'red' } })
    .png()
    .toBuffer(),
)

/** What is sent as a file, by a part of the path. */
const uploads = [
  { path: '/image/', ...picture },
  { path: '/import', ...formOf(Buffer.from('Title,Date\nOpening,2030-05-04')) },
]

let addresses = 0
const newAddress = () => `user${++addresses}@example.com`

/** What the `{id}` of a path is, by the beginning of the path. */
const nouns: Record<string, string> = {
  events: 'event',
  tracks: 'track',
  locations: 'location',
  'schedule-changes': 'scheduleChange',
  'me/sessions': 'signedIn',
  users: 'user',
  contacts: 'accountContact',
  'sessions/field': 'field',
  sessions: 'session',
  'speakers/field': 'speakerField',
  speakers: 'speaker',
  'sponsors/field': 'sponsorField',
  sponsors: 'sponsor',
  'reg-types': 'type',
  'registrant-groups': 'group',
  'cfs-contacts': 'contact',
  'cfs-submissions': 'submission',
  'cfs-reviews': 'review',
  'event-questions': 'question',
  registrants: 'registrant',
  'session-attendances': 'attendance',
  'scans/registrant': 'registrant',
  outbox: 'letter',
}
const nounOf = (path: string) =>
  path.endsWith('speakers/{id}/session/{session_id}')
    ? 'appearing'
    : path.endsWith('{id}/convert')
      ? 'approved'
      : (Object.entries(nouns).find(([plural]) => path.startsWith(`/api/v1/${plural}/`))?.[1] ?? '')

/** Members whose value is the id of something. */
const references: Record<string, string> = {
  event_id: 'event',
  track_id: 'track',
  location_id: 'location',
  session_ids: 'session',
  speaker_id: 'speaker',
  session_id: 'session',
  contact_id: 'contact',
  submission_id: 'submission',
  submission_ids: 'submission',
  reviewer_id: 'contact',
  cfs_fields: 'field',
  registrant_id: 'registrant',
  waitlist_ids: 'full',
  drop: 'dropped',
  id: 'registrant',
}

async function withIds(world: World, example: Json): Promise<Json> {
  const entries = Object.entries(example).map(async ([name, value]) => {
    if (name === 'custom_fields') return [name, await chosen(world)]
    if (name === 'decisions') return [name, [{ ...value[0], id: (await world.submission!()).id }]]
    const noun = value === null ? undefined : references[name]
    if (name === 'sessions')
      return [
        name,
        await Promise.all(value.map(async (item: Json) => ({ ...item, id: (await world.session!()).id }))),
      ]
    if (name === 'speakers' || name === 'scans')
      return [name, await Promise.all(value.map((item: Json) => withIds(world, item)))]
    if (!noun) return [name, value]
    const { id } = await world[noun]!()
    return [name, Array.isArray(value) ? [id] : id]
  })
  return Object.fromEntries(await Promise.all(entries))
}

/** Fields of sessions are of the account, under ids of their own. */
async function chosen(world: World): Promise<Json> {
  const { attribute, choices } = await world.field!()
  return { [attribute]: [{ id: choices[0].id }] }
}

async function pathWithIds(world: World, path: string, method: string): Promise<string> {
  if (path.includes('/image/'))
    return path.replace('{type}/{id}/{attribute}', `speaker/${(await world.portrayed!()).id}/profile_picture`)
  const fixed = path
    .replace('{external_id}', `example-${method}`)
    .replace('{type}', 'confirmation')
    .replace('{records}', 'registrants')
    .replace('{change}', String(path.includes('{change}') && (await world.scheduleChange!()).id))
    .replace('{key}', path.includes('{key}') ? (await world.conflict!()).id : '')
    .replace('{session_id}', String(path.includes('{session_id}') && (await world.session!()).id))
  if (!fixed.includes('{id}')) return fixed
  return fixed.replace('{id}', nounOf(path) === '' ? '1' : (await world[nounOf(path)]!()).id)
}

/** The example of every query parameter, apart from those that switch something on. */
async function queryOf(world: World, parameters: NonNullable<Parameter[]>): Promise<string> {
  const query = new URLSearchParams()
  for (const { name, in: place, example } of parameters) {
    if (place !== 'query' || example === undefined) continue
    query.set(name, name === 'event_id' ? (await world.event!()).id : String(example))
  }
  return query.size > 0 ? `?${query}` : ''
}
type Parameter = { name: string; in: string; example?: unknown }

/** With a token of its own, because one of the calls revokes it. */
const credentials = async () => ({
  client_id: test.key,
  client_secret: test.secret,
  token: await getToken(test.raw, test.key, test.secret),
})

/** Calls an operation as the document shows it. */
async function tryExample(path: string, method: string, operation: Operation, headers: Json = {}) {
  const world = newWorld()
  const [media] = Object.values(operation.requestBody?.content ?? {})
  const example = media?.example as Json | undefined
  const isOAuth = path.includes('/oauth2/')
  const upload = uploads.find(
    ({ path: part }) => method !== 'get' && method !== 'delete' && path.includes(part),
  )
  const isPersonal = /\/v1\/(me|sign-\w+)(\/|$)/.test(path)
  const url = await pathWithIds(world, path, method)
  const query = await queryOf(world, operation.parameters ?? [])
  const body = example && { ...(await withIds(world, example)), ...(isOAuth && (await credentials())) }
  // Unguessable ids and addresses of the account are taken by the call before.
  if (body && 'secure_id' in body) body.secure_id = `example-${operation.operationId}`
  if (body && /\/(users|contacts)/.test(path)) Object.assign(body, { email: newAddress() })
  if (body && path.endsWith('/sign-in'))
    Object.assign(body, { email: (await world.signedIn!()).email, token: '', password: 'a long pass phrase' })
  if (body && 'url' in body) body.url = `example-${operation.operationId.toLowerCase()}`
  return test.raw({
    method: method.toUpperCase() as 'GET',
    url: url + query,
    headers: {
      ...(isPersonal
        ? (await world.signedIn!()).browser
        : !isOAuth && { authorization: `Bearer ${test.token}` }),
      ...(upload && { 'content-type': upload.type }),
      ...headers,
    },
    ...(upload ? { payload: upload.body } : body && { payload: body }),
  })
}

const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
)
const takes = ({ parameters = [] }: Operation, header: string) =>
  parameters.some(({ name }) => name === header)

/** What becomes of an example: what is not sold here is in no list, and is refused. */
function endOf(method: string, path: string, { tags }: Operation): string {
  if (tags[0] !== 'Not sold here' || (method === 'get' && !path.includes('{id}'))) return 'succeeds'
  return method === 'get' ? 'is 404' : 'is 422'
}

describe('every example of the OpenAPI document', () => {
  for (const { method, path, operation } of operations)
    it(`${method.toUpperCase()} ${path} ${endOf(method, path, operation)}`, async () => {
      const reply = await tryExample(path, method, operation)
      const end = endOf(method, path, operation)
      assert.equal(reply.status < 300 ? 'succeeds' : `is ${reply.status}`, end, reply.text)
    })
})

describe('every operation that takes If-Match', () => {
  for (const { method, path, operation } of operations)
    if (takes(operation, 'If-Match'))
      it(`412 ${method.toUpperCase()} ${path} of another version`, async () => {
        const reply = await tryExample(path, method, operation, { 'if-match': '"999-another"' })
        assert.equal(reply.status, 412, reply.text)
      })
})

describe('every operation that takes If-None-Match', () => {
  for (const { method, path, operation } of operations)
    if (takes(operation, 'If-None-Match') && endOf(method, path, operation) === 'succeeds')
      it(`${method.toUpperCase()} ${path} has an ETag, of which nothing has changed`, async () => {
        const { headers } = await tryExample(path, method, operation)
        assert.ok(headers.etag)
        assert.equal((await tryExample(path, method, operation, { 'if-none-match': '*' })).status, 304)
      })
})
