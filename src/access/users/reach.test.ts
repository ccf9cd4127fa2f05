import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp({ env: { PUBLIC_URL: 'https://lectern.test' } })
const { call, make, raw } = app
const password = 'correct horse battery'
let people = 0

const [own, other] = [
  await make('events', { name: 'Own', timezone: 'UTC', status: 'live' }),
  await make('events', { name: 'Other', timezone: 'UTC', status: 'live' }),
]

await make('users', { email: 'boss-of-reach@example.com', role: 'owner' })

/** A user who is limited to the first event. */
async function join(role: string) {
  const user = await make('users', { email: `reach${++people}@example.com`, role, event_ids: [own.id] })
  const token = user.invitation_url.split('/').at(-1)
  const signedIn = await raw({ method: 'POST', url: '/api/v1/sign-in', payload: { token, password } })
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0]!
  const as = async (method: string, path: string, body?: object, headers: Json = {}) =>
    raw({
      method: method as 'GET',
      url: `/api/v1${path}`,
      headers: { cookie, 'sec-fetch-site': 'same-origin', ...headers },
      ...(body && { payload: body }),
    })
  return { user, cookie, as }
}

const one = `event_id=${own.id}`

describe('a user who is limited to events', () => {
  it('403 for what belongs to the account, whatever event is named besides', async () => {
    const { user, as } = await join('owner')
    const contact = await make('contacts', { email: 'reach-contact@example.com' })
    const invited = { email: 'evil@example.com', role: 'owner' }
    const attempts: [string, string, object?][] = [
      ['GET', `/users?${one}`],
      ['POST', `/users?${one}`, invited],
      ['POST', '/users', { ...invited, event_id: own.id }],
      ['POST', `/users/${user.id}/link?${one}`],
      ['PUT', `/users/${user.id}?${one}`, { event_ids: null }],
      ['DELETE', `/users/${user.id}?${one}`],
      ['GET', `/contacts?${one}`],
      ['GET', `/contacts/${contact.id}?${one}`],
      ['PUT', `/contacts/${contact.id}`, { event_id: own.id, last_name: 'x' }],
      ['PUT', `/contacts/external/x?${one}`, {}],
      ['DELETE', `/image/contact/${contact.id}/profile_picture?${one}`],
      ['POST', `/events/${own.id}/clone?${one}`, { name: 'Copy' }],
      ['POST', `/events?${one}`, { name: 'New', timezone: 'UTC' }],
    ]
    for (const [method, path, body] of attempts)
      assert.equal((await as(method, path, body)).status, 403, `${method} ${path}`)
  })

  it('404 for an object of another event, and for one that is deleted, whatever event is named besides', async () => {
    const { as } = await join('editor')
    const session = await make('sessions', { event_id: other.id, name: 'A', date: '2030-01-01' })
    const gone = await make('registrants', { event_id: other.id, email: 'gone@example.com' })
    await call('DELETE', `/registrants/${gone.id}`)
    const { body } = await call('PUT', `/events/${other.id}/schedule`, [{ id: session.id, name: 'B' }])
    const attempts: [string, string, object?][] = [
      ['GET', `/sessions/${session.id}?${one}`],
      ['PUT', `/sessions/update/${session.id}?${one}`, { name: 'x' }],
      ['GET', `/registrants/${gone.id}/export?${one}`],
      ['POST', `/registrants/${gone.id}/forget?${one}`],
      ['GET', `/schedule-changes/${body.change}`],
      ['GET', '/schedule-changes/999999999'],
      ['PUT', `/events/update/${other.id}?${one}`, { name: 'x' }],
      ['DELETE', `/events/delete/${other.id}?${one}`],
      ['DELETE', `/image/event/${other.id}/logo?${one}`],
      ['DELETE', `/image/session/${session.id}/picture?${one}`],
    ]
    for (const [method, path, body] of attempts)
      assert.equal((await as(method, path, body)).status, 404, `${method} ${path}`)
  })

  it('422 for an object of another event in a body, however its id is written', async () => {
    const { as } = await join('editor')
    const session = await make('sessions', { event_id: other.id, name: 'A', date: '2030-01-01' })
    const person = await make('registrants', { event_id: other.id, email: `p${++people}@example.com` })
    for (const write of [
      String,
      (id: number) => `+${id}`,
      (id: number) => ` ${id} `,
      (id: number) => [id],
      (id: number) => ({ id }),
    ]) {
      const attempts: [string, string, object][] = [
        ['POST', `/tracks?${one}`, { event_id: write(other.id), name: 'x' }],
        ['POST', `/sessions?${one}`, { event_id: write(other.id), name: 'x', date: '2030-01-01' }],
        ['POST', `/registrants/checkin?${one}`, { event_id: own.id, id: write(person.id) }],
        ['POST', `/registrants/token?${one}`, { id: write(person.id) }],
        ['PUT', `/events/${own.id}/schedule`, { sessions: [{ id: write(session.id), name: 'x' }] }],
        [
          'POST',
          `/scans/batch?${one}`,
          { scans: [{ registrant_id: write(person.id), session_id: write(session.id) }] },
        ],
      ]
      for (const [method, path, body] of attempts)
        assert.equal((await as(method, path, body)).status, 422, `${method} ${path} ${JSON.stringify(body)}`)
    }
  })

  it('200 for their own event in all its spellings', async () => {
    const { as } = await join('editor')
    const session = await make('sessions', { event_id: own.id, name: 'A', date: '2030-01-01' })
    const location = await make('locations', { event_id: own.id, name: 'Hall' })
    // Sessions of other events have the ids of what a body refers to.
    const [{ id: highest }] = (await call('GET', `/sessions?event_id=${own.id}&sort=-id&per-page=1`)).body
      .items
    for (let id = highest; id <= location.id; id++)
      await make('sessions', { event_id: other.id, name: 'B', date: '2030-01-01' })
    const body = { event_id: own.id, name: 'L', date: '2030-01-01', location_id: { id: location.id } }
    assert.equal((await as('POST', '/sessions', body)).status, 201)
    const attempts: [string, string, object?][] = [
      ['GET', '/events'],
      ['GET', `/sessions?${one}`],
      ['PUT', `/events/update/${own.id}`, { name: 'Own' }],
      ['PUT', `/events/${own.id}`, { name: 'Own' }],
      ['PUT', `/sessions/${session.id}`, { name: 'B' }],
      ['GET', `/changes?${one}`],
      ['GET', `/schedule-notices?${one}`],
      ['GET', `/scans/sessions?${one}`],
      ['PUT', `/events/${own.id}/schedule`, { sessions: [{ id: session.id, name: 'C' }] }],
    ]
    for (const [method, path, body] of attempts)
      assert.equal((await as(method, path, body)).status, 200, `${method} ${path}`)
  })
})

describe('a link that sets a password', () => {
  it('401 when the address, the role or the password has changed since', async () => {
    const open = async (change: (user: Json) => Promise<unknown>) => {
      const user = await make('users', { email: `link${++people}@example.com`, role: 'viewer' })
      await change(user)
      const token = user.invitation_url.split('/').at(-1)
      return (await raw({ method: 'POST', url: '/api/v1/sign-in', payload: { token, password } })).status
    }
    assert.equal(await open(async () => {}), 200)
    assert.equal(
      await open(({ id }) => call('PUT', `/users/${id}`, { email: `other${id}@example.com` })),
      401,
    )
    assert.equal(await open(({ id }) => call('PUT', `/users/${id}`, { role: 'owner' })), 401)
    const { user, as } = await join('viewer')
    const { body } = await call('POST', `/users/${user.id}/link`)
    await as('PUT', '/me', { password: 'another good password', current_password: password })
    const token = body.invitation_url.split('/').at(-1)
    assert.equal(
      (await raw({ method: 'POST', url: '/api/v1/sign-in', payload: { token, password } })).status,
      401,
    )
  })
})

describe('a user of an event that was deleted', () => {
  it('200 can be changed', async () => {
    const event = await make('events', { name: 'Short', timezone: 'UTC' })
    const user = await make('users', {
      email: `short${++people}@example.com`,
      role: 'viewer',
      event_ids: [event.id],
    })
    assert.equal((await call('DELETE', `/events/${event.id}`)).status, 204)
    assert.equal((await call('PUT', `/users/${user.id}`, { first_name: 'Still' })).status, 200)
  })
})

describe('the own user', () => {
  it('is only rehearsed with validate_only', async () => {
    const { as } = await join('viewer')
    const { body } = await as('PUT', '/me?validate_only=1', { first_name: 'Kept' })
    assert.equal(body.name, 'Kept')
    assert.equal((await as('GET', '/me')).body.name, null)
    assert.equal((await as('POST', '/sign-out?validate_only=1')).status, 200)
    assert.equal((await as('GET', '/me')).status, 200)
    assert.equal((await as('POST', '/sign-out')).status, 204)
    assert.equal((await as('GET', '/me')).status, 401)
  })

  it('429 after ten wrong passwords within a minute', async () => {
    const { as } = await join('viewer')
    const wrong = { password: 'another good password', current_password: 'wrong' }
    const statuses: number[] = []
    // A minute may end between them: of 21 attempts eleven are within one all the same.
    while (statuses.length < 21 && statuses.at(-1) !== 429)
      statuses.push((await as('PUT', '/me', wrong)).status)
    assert.equal(statuses.at(-1), 429, statuses.join())
  })

  it('401 by a cookie of the name without protection, over HTTPS', async () => {
    const { cookie } = await join('viewer')
    const plain = cookie.replace('__Host-', '')
    assert.equal((await raw({ method: 'GET', url: '/api/v1/me', headers: { cookie: plain } })).status, 401)
    const both = await raw({ method: 'GET', url: '/api/v1/me', headers: { cookie: `${plain}x; ${cookie}` } })
    assert.equal(both.status, 200)
  })
})

describe('the role check-in', () => {
  it('sees of speakers who they are, and no address', async () => {
    const { as } = await join('check-in')
    const speaker = await make('speakers', {
      event_id: own.id,
      name: 'Ada King',
      email: 'ada-door@example.com',
    })
    const session = await make('sessions', { event_id: own.id, name: 'S', date: '2030-01-01' })
    await call('PUT', `/sessions/${session.id}/speakers`, [{ speaker_id: speaker.id }])
    for (const path of [`/sessions?${one}&expand=speakers`, `/sessions/${session.id}?expand=speakers`]) {
      const { status, text } = await as('GET', path)
      assert.equal(status, 200)
      assert.match(text, /Ada King/)
      assert.doesNotMatch(text, /ada-door@example\.com/)
    }
  })
})
