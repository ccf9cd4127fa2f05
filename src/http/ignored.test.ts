import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, getToken, type Json, testApp } from '../../test/support/app.ts'
import { createCredential } from '../access/accounts/accounts.ts'

const app = await testApp()
const { call, raw, make, pool, account_id, token } = app
const strict = { prefer: 'handling=strict' }

const event = await make('events', { name: 'Summit' })
const session = await make('sessions', { event_id: event.id, name: 'Basics', date: '2026-07-20' })
const person = await make('registrants', { event_id: event.id, email: 'ada@example.com' })
const { body: field } = await call('POST', '/sessions/fields/create', {
  name: 'Topics',
  type: 'checkboxList',
  choices: ['One'],
})
const newSession = (more: Json) => ({ event_id: event.id, name: 'More', date: '2026-07-20', ...more })
const ignoredIn = ({ headers }: { headers: Json }) => headers['lectern-ignored']

describe('Lectern-Ignored', () => {
  it('names the members of a body that nothing knows', async () => {
    const reply = await call(
      'POST',
      '/sessions/create',
      newSession({ capcity: 5, startTime: '10:00', c_999999: 1 }),
    )
    assert.deepEqual([reply.status, ignoredIn(reply)], [201, 'capcity, startTime, c_999999'])
    assert.equal(reply.body.capacity, null)
  })

  it('is absent when everything is known, also for what is read-only or asked in the body', async () => {
    for (const [path, expand] of [
      [`/sessions/${session.id}`, 'speakers,conflicts,registrantCount'],
      [`/registrants/${person.id}`, 'sessions,emailHistory'],
      [`/events/${event.id}`, 'sessions'],
      [`/sessions/field/${field.id}`, ''],
    ] as const) {
      const { body } = await call('GET', `${path}?expand=${expand}`)
      const reply = await call('PUT', path, body)
      assert.deepEqual([path, reply.status], [path, 200])
      assert.equal(ignoredIn(reply), undefined, path)
    }
    const asked = await call('PUT', `/registrants/${person.id}`, { send_email: 0 })
    assert.equal(ignoredIn(asked), undefined)
  })

  it('names members inside others by their path, in JSON and in forms', async () => {
    const choices = [
      { id: field.choices[0].id, nmae: 'First' },
      { name: 'Two', order: 1 },
    ]
    const changed = await call('PUT', `/sessions/field/${field.id}`, {
      choices,
      settings: { any: { thing: 1 } },
    })
    assert.equal(ignoredIn(changed), 'choices.0.nmae, choices.1.order')
    const address = {
      work_address_id: { line_1: 'A', strasse: 'B' },
      'home_address_id.city': 'X',
      'home_address_id.town': 'Y',
    }
    const moved = await call('PUT', `/registrants/${person.id}`, {
      ...address,
      custom_fields: { level: 1, c_999999: 2 },
    })
    assert.equal(
      ignoredIn(moved),
      'work_address_id.strasse, home_address_id.town, custom_fields.level, c_999999',
    )
    const form = await raw({
      method: 'PUT',
      url: `/api/v1/sessions/field/${field.id}`,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'choices[0][nmae]=x&choices[0][name]=Three&s_hnt=y',
    })
    assert.deepEqual([form.status, ignoredIn(form)], [200, 'choices.0.nmae, s_hnt'])
  })

  it('names members of `fields` of a link to the own page', async () => {
    const body = { event_id: event.id, fields: { email: 'new@example.com', firstname: 'N' } }
    const reply = await call('POST', '/registrants/token', body)
    assert.deepEqual([reply.status, ignoredIn(reply)], [200, 'fields.firstname'])
    assert.deepEqual(faultsIn(await call('POST', '/registrants/token', body, strict)), [
      'fields.firstname: unknown',
    ])
  })

  it('names words of fields and expand, and query parameters', async () => {
    const one = await call(
      'GET',
      `/sessions/${session.id}?fields=id,nmae,c_${field.id}&expand=track,speaker&pretty=1`,
    )
    assert.deepEqual([one.status, ignoredIn(one)], [200, 'pretty, nmae, speaker'])
    const list = await call('GET', `/sessions?event_id=${event.id}&per_page=1&perpage=2&fields=*`)
    assert.equal(ignoredIn(list), 'perpage')
    const known = await call(
      'GET',
      `/sessions?event_id=${event.id}&per-page=1&fields=id,name,conflicts&expand=conflicts&ids=1&sort=id&search=id>0&searchCondition=or&page=1`,
    )
    assert.deepEqual([known.status, ignoredIn(known)], [200, undefined])
    const write = await call('PUT', `/sessions/${session.id}?validateonly=true`, {})
    assert.equal(ignoredIn(write), 'validateonly')
  })

  it('names custom values in fields that no field or question defines, in lists and single reads', async () => {
    const paths = [
      `/sessions/${session.id}?`,
      `/sessions?event_id=${event.id}&`,
      `/registrants/${person.id}?`,
      `/registrants?event_id=${event.id}&`,
    ]
    for (const path of paths) {
      const reply = await call('GET', `${path}fields=id,c_999999`)
      assert.deepEqual([path, reply.status, ignoredIn(reply)], [path, 200, 'c_999999'])
      const refused = await call('GET', `${path}fields=id,c_999999`, undefined, strict)
      assert.deepEqual([refused.status, refused.body.type], [400, 'unknown_parameter'])
    }
    const known = await call('GET', `/sessions/${session.id}?fields=id,c_${field.id}`)
    assert.deepEqual([known.status, ignoredIn(known)], [200, undefined])
  })

  it('is of refusals as well, which often come of the same slip', async () => {
    const reply = await call('POST', '/sessions/create', {
      eventId: event.id,
      name: 'More',
      date: '2026-07-20',
    })
    assert.deepEqual([faultsIn(reply), ignoredIn(reply)], [['event_id: required'], 'eventId'])
  })

  it('has at most 20 names and 1 kB, percent-encoded, and says when it is cut', async () => {
    const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`x${index}`, 1]))
    const first = ignoredIn(await call('PUT', `/sessions/${session.id}`, many)).split(', ')
    assert.deepEqual([first.length, first[0], first[20]], [21, 'x0', '%E2%80%A6'])
    const odd = { 'a, b': 1, 'ü\n': 1, '\ud800': 1 }
    assert.equal(
      ignoredIn(await call('PUT', `/sessions/${session.id}`, odd)),
      'a%2C%20b, %C3%BC%0A, %EF%BF%BD',
    )
    const long = Object.fromEntries(['a', 'b', 'c', 'd', 'e'].map(letter => [letter.repeat(290), 1]))
    const cut = ignoredIn(await call('PUT', `/sessions/${session.id}`, long))
    assert.ok(cut.length <= 1024 && cut.endsWith(', %E2%80%A6'), cut)
  })

  it('is repeated with a remembered answer, of success and of refusal', async () => {
    for (const body of [newSession({ capcity: 1, c_999999: 1 }), { capcity: 1 }]) {
      const key = { 'idempotency-key': `ignored ${JSON.stringify(body)}` }
      const first = await call('POST', '/sessions/create', body, key)
      const again = await call('POST', '/sessions/create', body, key)
      assert.equal(again.headers['idempotency-replayed'], 'true')
      assert.ok(ignoredIn(first).startsWith('capcity'))
      assert.equal(ignoredIn(again), ignoredIn(first))
    }
    const body = { event_id: event.id, email: 'grace@example.com', frist_name: 'Grace' }
    const desk = await call('POST', '/registrants/create', body, { 'idempotency-key': 'ignored desk' })
    const again = await call('POST', '/registrants/create', body, { 'idempotency-key': 'ignored desk' })
    assert.deepEqual([desk.status, ignoredIn(desk), ignoredIn(again)], [201, 'frist_name', 'frist_name'])
  })
})

describe('Prefer: handling=strict', () => {
  it('422 naming each unknown member together with every other fault, and nothing is written', async () => {
    const { length } = await changesOf(app)
    const reply = await call(
      'POST',
      '/sessions/create',
      { event_id: event.id, name: 'x', capcity: 5, startTime: 1, c_999999: 1 },
      strict,
    )
    assert.deepEqual(faultsIn(reply), [
      'capcity: unknown',
      'startTime: unknown',
      'date: required',
      'c_999999: unknown',
    ])
    assert.equal(reply.body[0].message, 'There is no member "capcity".')
    assert.equal(reply.headers['preference-applied'], 'handling=strict')
    assert.equal(ignoredIn(reply), undefined)
    for (const [method, path, body] of [
      ['POST', '/sessions/create', newSession({ capcity: 5 })],
      ['PUT', `/sessions/${session.id}`, { nmae: 'x', name: 'y' }],
      ['PUT', '/sessions/external/s1', newSession({ capcity: 5 })],
      ['POST', '/registrants/create', { event_id: event.id, email: 'x@example.com', frist_name: 'X' }],
      ['PUT', `/registrants/${person.id}/agenda`, { session_ids: [session.id], sesion_ids: [] }],
      ['POST', `/registrants/${person.id}/session/${session.id}`, { now: true }],
      ['DELETE', `/sessions/${session.id}`, { froce: 1 }],
    ] as const) {
      const { status, body: faults } = await call(method, path, body, strict)
      assert.deepEqual([path, status, faults[0].type], [path, 422, 'unknown'])
    }
    assert.equal((await changesOf(app)).length, length)
  })

  it('400 naming what is unknown in the query', async () => {
    const list = await call(
      'GET',
      `/sessions?event_id=${event.id}&perpage=2&fields=nmae&expand=trakc`,
      undefined,
      strict,
    )
    assert.deepEqual([list.status, list.body.type], [400, 'unknown_parameter'])
    assert.equal(
      list.body.message,
      'There is no query parameter "perpage". fields: there is no "nmae". expand: there is no "trakc".',
    )
    const write = await call('PUT', `/sessions/${session.id}?dry_run=1`, { name: 'x' }, strict)
    assert.equal(write.status, 400)
  })

  it('changes nothing for a request that names only what is known', async () => {
    const reply = await call(
      'PUT',
      `/sessions/${session.id}?validate_only=0`,
      { notes: 'Known', id: 1 },
      strict,
    )
    assert.deepEqual([reply.status, reply.body.notes], [200, 'Known'])
    assert.equal(reply.headers['preference-applied'], 'handling=strict')
  })

  it('is one preference among others; lenient is what happens anyway', async () => {
    for (const prefer of ['respond-async, Handling="strict"', 'wait=10, handling = strict; foo="bar"']) {
      const { status } = await call('PUT', `/sessions/${session.id}`, { nmae: 1 }, { prefer })
      assert.deepEqual([prefer, status], [prefer, 422])
    }
    for (const prefer of ['handling=lenient', 'handling=lenient, handling=strict']) {
      const { status, headers } = await call('PUT', `/sessions/${session.id}`, { nmae: 1 }, { prefer })
      assert.deepEqual([status, headers['preference-applied']], [200, 'handling=lenient'])
    }
    const other = await call('PUT', `/sessions/${session.id}`, { nmae: 1 }, { prefer: 'handling=strictest' })
    assert.deepEqual([other.status, other.headers['preference-applied']], [200, undefined])
  })
})

describe('a strict credential', () => {
  it('is refused what others are told of', async () => {
    const { key, secret } = await createCredential(pool, account_id, 'strict', ['read', 'write'], true)
    const authorization = `Bearer ${await getToken(raw, key, secret)}`
    const put = await call('PUT', `/sessions/${session.id}`, { nmae: 1 }, { authorization })
    assert.deepEqual([faultsIn(put), put.headers['preference-applied']], [['nmae: unknown'], undefined])
    const got = await call('GET', `/sessions/${session.id}?pretty=1`, undefined, { authorization })
    assert.equal(got.status, 400)
    const lenient = { authorization, prefer: 'handling=lenient' }
    const asked = await call('PUT', `/sessions/${session.id}`, { nmae: 1 }, lenient)
    assert.deepEqual([asked.status, asked.headers['preference-applied']], [422, undefined])
  })
})
