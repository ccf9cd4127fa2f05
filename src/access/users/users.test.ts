import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'
import { handClock } from '../../../test/support/seats.ts'

const clock = handClock()
const url = await ownDatabase()
const app = await testApp({ clock, url, env: { PUBLIC_URL: 'https://lectern.test' } })
const { call, make, raw, pool } = app
const stranger = await testApp({ clock, url })
const password = 'correct horse battery'
await pool`update tokens set expires_at = '2100-01-01'`
let people = 0

/** Invites somebody, who sets a password; `as` calls the API in their browser. */
async function join(role: string, event_ids: number[] | null = null) {
  const email = `user${++people}@example.com`
  const user = await make('users', { email, role, event_ids, first_name: 'Grace' })
  const token = user.invitation_url.split('/').at(-1)
  const signedIn = await signIn({ token, password })
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0]!
  const as = (method: string, path: string, body?: object, headers: Json = {}) =>
    raw({
      method: method as 'GET',
      url: `/api/v1${path}`,
      headers: Object.fromEntries(
        Object.entries({ cookie, 'sec-fetch-site': 'same-origin', ...headers }).filter(
          ([, value]) => value !== '',
        ),
      ),
      ...(body && { payload: body }),
    })
  return { user, email, cookie, as, signedIn, token }
}
const signIn = (payload: object, headers: Json = {}) =>
  raw({ method: 'POST', url: '/api/v1/sign-in', payload, headers })
await join('owner')

describe('POST /sign-in', () => {
  it('200 by a link that works once, then by address and password', async () => {
    const { email, signedIn, token, as } = await join('editor')
    assert.deepEqual([signedIn.status, signedIn.body.kind, signedIn.body.email], [200, 'user', email])
    assert.match(
      String(signedIn.headers['set-cookie']),
      /^__Host-lectern=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Secure; Expires=/,
    )
    assert.equal((await signIn({ token, password })).status, 401)
    const again = await signIn({ email: email.toUpperCase(), password })
    assert.equal(again.status, 200)
    assert.deepEqual((await as('GET', '/me')).body.role, 'editor')
  })

  it('401 says nothing of who has an account', async () => {
    const { email } = await join('viewer')
    const [wrong, unknown, uninvited] = [
      await signIn({ email, password: 'wrong password' }),
      await signIn({ email: 'nobody@example.com', password }),
      await signIn({}),
    ]
    for (const reply of [wrong, unknown, uninvited])
      assert.deepEqual(
        [reply.status, reply.body.type, 'set-cookie' in reply.headers],
        [401, 'sign_in_failed', false],
      )
    assert.equal(wrong.body.message, unknown.body.message)
  })

  it('422 for a password that is too short, and the link still works', async () => {
    const user = await make('users', { email: 'short@example.com', role: 'viewer' })
    const token = user.invitation_url.split('/').at(-1)
    assert.deepEqual(faultsIn(await signIn({ token, password: 'short' })), ['password: length'])
    assert.equal((await signIn({ token, password })).status, 200)
  })

  it('a link works once also when it is pressed twice at once, and not after 7 days', async () => {
    const user = await make('users', { email: 'twice@example.com', role: 'viewer' })
    const token = user.invitation_url.split('/').at(-1)
    const replies = await Promise.all([1, 2, 3].map(() => signIn({ token, password })))
    assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 401, 401])
    const late = (await call('POST', `/users/${user.id}/link`)).body.invitation_url.split('/').at(-1)
    clock.pass(7 * 24 * 60 + 1)
    assert.equal((await signIn({ token: late, password })).status, 401)
  })

  it('429 after 10 failures for an address within a minute', async () => {
    const { email } = await join('viewer')
    clock.pass(1)
    const replies = []
    for (let n = 0; n < 11; n++) replies.push((await signIn({ email, password: 'wrong' })).status)
    assert.deepEqual(replies, [...Array(10).fill(401), 429])
    assert.equal((await signIn({ email, password })).status, 429)
    clock.pass(1)
    assert.equal((await signIn({ email, password })).status, 200)
  })

  it('403 from another site, and where a password would travel in the open', async () => {
    const { email } = await join('viewer')
    assert.equal((await signIn({ email, password }, { 'sec-fetch-site': 'cross-site' })).status, 403)
    const open = await testApp({
      clock,
      url: await ownDatabase(),
      env: { PUBLIC_URL: 'http://lectern.test' },
    })
    const refused = await open.raw({ method: 'POST', url: '/api/v1/sign-in', payload: { email, password } })
    assert.deepEqual([refused.status, refused.body.type], [403, 'https_required'])
  })

  it('by the page behind the link, in a browser', async () => {
    const user = await make('users', { email: 'page@example.com', role: 'viewer' })
    const url = new URL(user.invitation_url).pathname
    const page = await raw({ method: 'GET', url })
    assert.match(page.text, /<h1 dir="auto">Choose a password<\/h1>/)
    assert.equal((await raw({ method: 'GET', url })).status, 200)
    const short = await raw({ method: 'POST', url, payload: { password: 'x' } })
    assert.deepEqual([short.status, /10 to 200 characters/.test(short.text)], [422, true])
    const done = await raw({ method: 'POST', url, payload: { password } })
    assert.deepEqual([done.status, /You are signed in/.test(done.text)], [200, true])
    assert.equal((await raw({ method: 'GET', url })).status, 404)
  })
})

describe('a session', () => {
  it('is over when it is not used for 12 hours, after 14 days, and when the user is signed out', async () => {
    const { as } = await join('viewer')
    for (let n = 0; n < 3; n++) {
      clock.pass(11 * 60)
      assert.equal((await as('GET', '/me')).status, 200)
    }
    clock.pass(12 * 60 + 1)
    assert.equal((await as('GET', '/me')).status, 401)
    const other = await join('viewer')
    assert.equal((await other.as('POST', '/sign-out')).status, 204)
    assert.equal((await other.as('GET', '/me')).status, 401)
    const third = await join('viewer')
    for (let n = 0; n < 14 * 3; n++) {
      clock.pass(8 * 60)
      await third.as('GET', '/me')
    }
    assert.equal((await third.as('GET', '/me')).status, 401)
  })

  it('403 for a write that another site sends; a token counts before the cookie', async () => {
    const { as, cookie } = await join('editor')
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': '', origin: 'https://evil.test' },
    ])
      assert.equal((await as('POST', '/events', { name: 'E' }, headers)).status, 403)
    const ours = { 'sec-fetch-site': '', origin: 'https://lectern.test' }
    assert.equal((await as('POST', '/events', { name: 'E' }, ours)).status, 201)
    const both = await raw({
      method: 'GET',
      url: '/api/v1/me',
      headers: { cookie, authorization: `Bearer ${app.token}` },
    })
    assert.equal(both.body.kind, 'credential')
  })

  it('is listed, and ended elsewhere; a new password ends all others', async () => {
    const { as, email } = await join('viewer')
    await signIn({ email, password }, { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' })
    const { items } = (await as('GET', '/me/sessions')).body
    assert.deepEqual(
      items.map(({ agent, is_this }: Json) => [agent, is_this]),
      [
        ['Firefox on Linux', false],
        [items[1].agent, true],
      ],
    )
    assert.equal((await as('DELETE', `/me/sessions/${items[0].id}`)).status, 204)
    assert.equal((await as('DELETE', `/me/sessions/${items[0].id}`)).status, 404)
    await signIn({ email, password })
    const wrong = await as('PUT', '/me', { password: 'another long one', current_password: 'x' })
    assert.deepEqual(faultsIn(wrong), ['current_password: wrong'])
    const changed = await as('PUT', '/me', {
      password: 'another long one',
      current_password: password,
      last_name: 'Hopper',
    })
    assert.deepEqual([changed.status, changed.body.name], [200, 'Grace Hopper'])
    assert.equal((await as('GET', '/me/sessions')).body.items.length, 1)
    assert.equal((await signIn({ email, password })).status, 401)
    assert.equal((await signIn({ email, password: 'another long one' })).status, 200)
  })
})

describe('roles', () => {
  it('viewers read, editors write, and neither sees users', async () => {
    const event = await make('events', { name: 'E' })
    const [viewer, editor] = [await join('viewer'), await join('editor')]
    assert.equal((await viewer.as('GET', `/events/${event.id}`)).status, 200)
    const refused = await viewer.as('PUT', `/events/${event.id}`, { name: 'F' })
    assert.deepEqual([refused.status, refused.body.type], [403, 'forbidden'])
    const changed = await editor.as('PUT', `/events/${event.id}`, { name: 'F' })
    assert.deepEqual([changed.status, changed.body.updated_by], [200, editor.user.id])
    for (const who of [viewer, editor]) assert.equal((await who.as('GET', '/users')).status, 403)
    assert.equal((await (await join('owner')).as('GET', '/users')).status, 200)
  })

  it('at a door only name, type and seats of registrants are seen', async () => {
    const event = await make('events', { name: 'E' })
    const ada = await make('registrants', {
      event_id: event.id,
      email: 'ada@example.com',
      first_name: 'Ada',
      notes: 'VIP',
    })
    // What is left out of answers at a door is not in the document.
    const { cookie } = await join('check-in', [event.id])
    const door = {
      as: async (method: string, path: string, payload?: object, more: Json = {}) => {
        const headers = { cookie, 'sec-fetch-site': 'same-origin', ...more }
        const reply = await app.app.inject({
          method: method as 'GET',
          url: `/api/v1${path}`,
          headers,
          ...(payload && { payload }),
        })
        return { status: reply.statusCode, text: reply.payload, body: reply.json() }
      },
    }
    const list = await door.as('GET', `/registrants?event_id=${event.id}&fields=*`)
    assert.deepEqual(Object.keys(list.body.items[0]).sort(), [
      'checked_in_at',
      'event_id',
      'first_name',
      'id',
      'last_name',
      'reg_type_id',
      'registration_status',
      'session_ids',
      'waitlisted_session_ids',
    ])
    const one = await door.as('GET', `/registrants/${ada.id}`)
    assert.equal(/ada@example|VIP/.test(one.text), false)
    for (const query of ['search=email=ada@example.com', 'sort=email', 'search=first_name=Ada%26notes=VIP'])
      assert.equal((await door.as('GET', `/registrants?event_id=${event.id}&${query}`)).status, 403)
    const checkedIn = await door.as('POST', '/registrants/checkin', { id: ada.id })
    assert.deepEqual(
      [checkedIn.status, checkedIn.body.first_check_in, 'email' in checkedIn.body],
      [200, true, false],
    )
    const kept = await door.as('POST', '/registrants/checkin', { id: ada.id }, { 'idempotency-key': 'door' })
    assert.equal('email' in kept.body, false)
    assert.equal((await door.as('GET', `/registrants/${ada.id}/export`)).status, 403)
    assert.equal((await door.as('PUT', `/registrants/${ada.id}`, { first_name: 'X' })).status, 403)
  })

  it('for named events others do not exist, and the account is out of reach', async () => {
    const [own, other] = [await make('events', { name: 'Own' }), await make('events', { name: 'Other' })]
    const session = (event: Json) => make('sessions', { event_id: event.id, name: 'S', date: '2030-01-01' })
    const [mine, theirs] = [await session(own), await session(other)]
    const { as } = await join('editor', [own.id])
    assert.deepEqual(
      (await as('GET', '/events')).body.items.map(({ id }: Json) => id),
      [own.id],
    )
    assert.deepEqual((await as('GET', `/events?ids=${other.id}`)).body.items, [])
    for (const [method, path, body] of [
      ['GET', `/events/${other.id}`],
      ['GET', `/sessions/${theirs.id}`],
      ['PUT', `/sessions/${theirs.id}`, { name: 'X' }],
      ['GET', `/sessions?event_id=${other.id}`],
      ['GET', `/changes?event_id=${other.id}`],
      ['PUT', `/events/${other.id}/schedule`, { sessions: [] }],
    ] as [string, string, object?][])
      assert.equal((await as(method, path, body)).status, 404, `${method} ${path}`)
    for (const [path, body] of [
      ['/sessions', { event_id: other.id, name: 'X', date: '2030-01-01' }],
      ['/scans/batch', { scans: [{ session_id: theirs.id, registrant_id: 1 }] }],
      ['/scans/batch', { event_id: own.id, scans: [{ session_id: theirs.id, registrant_id: 1 }] }],
      ['/session-attendances', { event_id: own.id, session_id: theirs.id, registrant_id: 1 }],
    ] as [string, object][])
      assert.deepEqual(faultsIn(await as('POST', path, body)), ['event_id: not_found'])
    for (const [method, path, body] of [
      ['POST', '/events', { name: 'New' }],
      ['POST', `/events/${own.id}/clone`, {}],
      ['GET', '/changes'],
      ['POST', '/sessions/fields/create', { name: 'F', type: 'textInput' }],
    ] as [string, string, object?][])
      assert.equal((await as(method, path, body)).status, 403, `${method} ${path}`)
    assert.equal((await as('GET', `/sessions/${mine.id}`)).status, 200)
    assert.equal((await as('GET', `/changes?event_id=${own.id}`)).status, 200)
    const submission = await make('cfs-submissions', { event_id: other.id, name: 'Talk' })
    const decided = await as('PUT', '/cfs-submissions/decisions', {
      event_id: own.id,
      decisions: [{ id: submission.id, status: 'approved' }],
    })
    assert.deepEqual(faultsIn(decided), ['event_id: not_found'])
    const none = await join('editor', [])
    assert.deepEqual((await none.as('GET', '/events')).body.items, [])
    assert.equal((await none.as('GET', `/events/${own.id}`)).status, 404)
  })

  it('reviewers see submissions and give reviews, and no names while reviews are blind', async () => {
    const event = await make('events', { name: 'E', blind_review: 1 })
    const contact = await make('cfs-contacts', {
      event_id: event.id,
      email: 'ada@example.com',
      first_name: 'Ada',
      submitter: 1,
    })
    const submission = await make('cfs-submissions', {
      event_id: event.id,
      name: 'Talk',
      contact_id: contact.id,
      speakers: [{ name: 'Ada Lovelace' }],
    })
    const { as, user } = await join('reviewer', [event.id])
    const seen = await as('GET', `/cfs-submissions/${submission.id}`)
    assert.deepEqual([seen.status, /Lovelace|ada@example/.test(seen.text)], [200, false])
    const contacts = (await call('GET', `/cfs-contacts?event_id=${event.id}&search=reviewer=1&fields=*`)).body
      .items
    assert.deepEqual(
      contacts.map(({ user_id }: Json) => user_id),
      [user.id],
    )
    const review = await as('POST', '/cfs-reviews', {
      event_id: event.id,
      submission_id: submission.id,
      reviewer_id: contacts[0].id,
      rating: 4.5,
    })
    assert.equal(review.status, 201)
    for (const path of [
      `/sessions?event_id=${event.id}`,
      `/speakers?event_id=${event.id}`,
      `/cfs-contacts?event_id=${event.id}`,
      '/changes',
      `/outbox?event_id=${event.id}`,
    ])
      assert.equal((await as('GET', path)).status, 403, path)
  })
})

describe('/users', () => {
  it('the last owner can be neither removed nor given a smaller role, also by two at once', async () => {
    const own = await testApp({
      clock,
      url: await ownDatabase(),
      env: { PUBLIC_URL: 'https://lectern.test' },
    })
    const [first, second] = [
      await own.make('users', { email: 'a@example.com', role: 'owner' }),
      await own.make('users', { email: 'b@example.com', role: 'owner' }),
    ]
    const replies = await Promise.all([
      own.call('DELETE', `/users/${first.id}`),
      own.call('PUT', `/users/${second.id}`, { role: 'editor' }),
    ])
    assert.deepEqual(
      replies
        .map(({ status }) => status)
        .sort((a, b) => a - b)
        .at(-1),
      422,
    )
    const [left] = (await own.call('GET', '/users?search=role=owner')).body.items
    for (const reply of [
      await own.call('DELETE', `/users/${left.id}`),
      await own.call('PUT', `/users/${left.id}`, { event_ids: [] }),
      await own.call('POST', `/users/${left.id}/forget`),
    ])
      assert.deepEqual(faultsIn(reply), ['role: last_owner'])
  })

  it('422 names what is wrong, and an address is of one user', async () => {
    const refused = await call('POST', '/users', { email: 'x', role: 'boss', event_ids: [999_999_999] })
    assert.deepEqual(faultsIn(refused), ['email: pattern', 'role: choice', 'event_ids: not_found'])
    await make('users', { email: 'one@example.com', role: 'viewer' })
    assert.deepEqual(faultsIn(await call('POST', '/users', { email: 'ONE@example.com', role: 'viewer' })), [
      'email: unique',
    ])
  })

  it('a changed role signs the user out, and ids are those of no credential', async () => {
    const { as, user } = await join('editor')
    const changed = await call('PUT', `/users/${user.id}`, { role: 'viewer' })
    assert.deepEqual(
      [changed.status, changed.body.role, changed.headers.etag.startsWith('"2-')],
      [200, 'viewer', true],
    )
    assert.equal((await as('GET', '/me')).status, 401)
    const [clash] = await pool`select id from credentials where id = any(select id from users)`
    assert.equal(clash, undefined)
    assert.equal((await stranger.call('GET', `/users/${user.id}`)).status, 404)
  })

  it('a forgotten user is a number in the log, and nothing has their name or password', async () => {
    const { user, email } = await join('editor')
    await call('PUT', `/users/${user.id}`, { last_name: 'Hopper' })
    const forgotten = await call('POST', `/users/${user.id}/forget`)
    assert.deepEqual(
      [forgotten.status, forgotten.body.first_name, forgotten.body.has_password],
      [200, null, false],
    )
    const records = (await changesOf(app)).filter(
      ({ object, object_id }) => object === 'user' && object_id === user.id,
    )
    assert.ok(records.length >= 3)
    assert.equal(JSON.stringify(records).includes(email) || JSON.stringify(records).includes('Hopper'), false)
    assert.equal(JSON.stringify(records).includes('argon2'), false)
    assert.equal((await signIn({ email, password })).status, 401)
    assert.equal((await call('POST', `/users/${user.id}/forget`)).status, 200)
    assert.deepEqual(faultsIn(await call('PUT', `/users/${user.id}`, { last_name: 'X' })), ['id: forgotten'])
  })

  it('a program asks who it is', async () => {
    const { body } = await call('GET', '/me')
    assert.deepEqual([body.kind, body.name, body.scopes], ['credential', 'test', ['read', 'write']])
    assert.equal((await call('GET', '/me/sessions')).status, 404)
  })
})
