import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { call, make, pool } = app
const stranger = await testApp()
const event = await make('events', { name: 'Summit', timezone: 'UTC' })
const newSession = (more: Json = {}) =>
  make('sessions', {
    event_id: event.id,
    name: 'Talk',
    date: '2020-01-01',
    start_time: '10:00',
    end_time: '11:00',
    ...more,
  })
let people = 0
const register = (session_ids: number[], more: Json = {}) =>
  make('registrants', { event_id: event.id, email: `p${++people}@example.com`, session_ids, ...more })
const scan = (registrant: Json, session: Json, body?: Json) =>
  call('POST', `/scans/registrant/${registrant.id}/session/${session.id}`, body)
const batch = async (scans: Json[], more: Json = {}) =>
  (await call('POST', '/scans/batch', { scans, ...more })).body.results
const statusOf = async ({ id }: Json) => (await call('GET', `/registrants/${id}`)).body.registration_status
const attendanceOf = async (registrant: Json, session: Json) =>
  (await call('GET', `/session-attendances?session_id=${session.id}&registrant_id=${registrant.id}&fields=*`))
    .body.items[0]

describe('POST /scans/registrant/{id}/session/{session_id}', () => {
  it('201, then 200 with the same scan; the registrant is attended', async () => {
    const session = await newSession()
    const ada = await register([session.id])
    const { status, body } = await scan(ada, session)
    assert.equal(status, 201)
    assert.deepEqual(
      [body.event_id, body.registrant_id, body.type, body.scan_id, body.unexpected],
      [event.id, ada.id, 'session', session.id, false],
    )
    const again = await scan(ada, session)
    assert.deepEqual([again.status, again.body], [200, body])
    assert.equal(await statusOf(ada), 'attended')
  })

  it('200 without a body, though a content type is named', async () => {
    const session = await newSession()
    const ada = await register([session.id])
    const reply = await app.raw({
      method: 'POST',
      url: `/api/v1/scans/registrant/${ada.id}/session/${session.id}.json`,
      headers: {
        authorization: `Bearer ${app.token}`,
        'content-type': 'application/x-www-form-urlencoded',
        'content-length': '0',
      },
    })
    assert.equal(reply.status, 201)
  })

  it('changes no status but confirmed and pending, and none when that is prevented', async () => {
    const session = await newSession()
    for (const [status, after] of [
      ['pending', 'attended'],
      ['no_show', 'no_show'],
      ['cancelled', 'cancelled'],
    ]) {
      const person = await register(status === 'cancelled' ? [] : [session.id])
      await call('PUT', `/registrants/${person.id}`, { registration_status: status })
      const { body } = await scan(person, session)
      assert.deepEqual([await statusOf(person), body.unexpected], [after, status === 'cancelled'])
    }
    const calm = await register([session.id])
    await scan(calm, session, { prevent_check_in: 1 })
    assert.equal(await statusOf(calm), 'confirmed')
  })

  it('422 for one who is not expected where the event is strict', async () => {
    const strict = await make('events', { name: 'Strict', strict_scans: 1 })
    const session = await make('sessions', { event_id: strict.id, name: 'S', date: '2030-01-01' })
    const outsider = await make('registrants', {
      event_id: strict.id,
      email: 'out@example.com',
      session_ids: [],
    })
    assert.deepEqual(faultsIn(await scan(outsider, session)), ['session_id: not_expected'])
    assert.equal(await statusOf(outsider), 'confirmed')
    const [result] = await batch([
      { client_id: 'strict-1', registrant_id: outsider.id, session_id: session.id },
    ])
    assert.deepEqual([result.status, result.reason], ['refused', 'not_expected'])
  })

  it('404 for a session of another event, and for what does not exist', async () => {
    const session = await newSession()
    const other = await make('events', { name: 'Other' })
    const far = await make('sessions', { event_id: other.id, name: 'S', date: '2030-01-01' })
    const ada = await register([session.id])
    assert.equal((await scan(ada, far)).status, 404)
    assert.equal((await scan({ id: 999_999_999 }, session)).status, 404)
    assert.equal((await scan(ada, { id: 999_999_999 })).status, 404)
  })
})

describe('POST /scans/batch', () => {
  it('takes scans in any order, and a repetition once: the earliest in and the latest out count', async () => {
    const session = await newSession()
    const ada = await register([session.id])
    const at = (client_id: string, direction: string, scanned_at: string, more: Json = {}) => ({
      client_id,
      registrant_id: ada.id,
      session_id: session.id,
      direction,
      scanned_at,
      ...more,
    })
    const first = [
      at('a1', 'out', '2020-01-01T11:00:00+01:00'),
      at('a2', 'in', '2020-01-01T09:30:00Z', { device: 'Door 2' }),
      at('a2', 'in', '2020-01-01T08:00:00Z'),
    ]
    assert.deepEqual(
      (await batch(first)).map(({ status }: Json) => status),
      ['created', 'created', 'existing'],
    )
    const second = [
      at('a2', 'in', '2020-01-01T08:00:00Z'),
      at('a3', 'in', '2020-01-01 09:15:00'),
      at('a4', 'out', '2020-01-01T10:20:59Z'),
    ]
    const results = await batch(second)
    assert.deepEqual(
      results.map(({ status }: Json) => status),
      ['existing', 'created', 'created'],
    )
    const attendance = await attendanceOf(ada, session)
    assert.deepEqual(
      [attendance.check_in_date, attendance.check_out_date, attendance.duration],
      ['2020-01-01 09:15:00', '2020-01-01 10:20:59', '65'],
    )
    assert.deepEqual(new Set(results.map(({ id }: Json) => id)), new Set([attendance.id]))
    const seen = (await changesOf(app)).length
    assert.deepEqual(
      (await batch([...second, ...first])).map(({ status }: Json) => status),
      Array(6).fill('existing'),
    )
    assert.equal((await changesOf(app)).length, seen)
  })

  it('knows registrants by secure id and token, says what it refuses, and harms no other', async () => {
    const session = await newSession()
    const ada = await register([session.id], { ext_token: 'badge-7' })
    const bob = await register([session.id])
    const results = await batch([
      { client_id: 'b1', secure_id: bob.secure_id, session_id: session.id },
      { client_id: 'b2', ext_token: 'badge-7', session_id: String(session.id) },
      { client_id: 'b3', registrant_id: 999_999_999, session_id: session.id },
      { client_id: 'b4', registrant_id: ada.id, session_id: 999_999_999 },
      { client_id: 'b5', registrant_id: ada.id, session_id: session.id, scanned_at: 'yesterday' },
      { registrant_id: ada.id, session_id: session.id },
      7 as unknown as Json,
      { client_id: 'b8', registrant_id: ada.id, session_id: session.id, scanned_at: '2999-01-01T00:00:00Z' },
    ])
    assert.deepEqual(
      results.map(({ status, reason }: Json) => [status, reason]),
      [
        ['created', null],
        ['created', null],
        ['refused', 'not_found'],
        ['refused', 'session_not_found'],
        ['refused', 'invalid'],
        ['refused', 'invalid'],
        ['refused', 'invalid'],
        ['created', null],
      ],
    )
    assert.ok(results[7].clock_ahead_seconds > 300)
    assert.equal(results[0].clock_ahead_seconds, null)
    assert.deepEqual([await statusOf(ada), await statusOf(bob)], ['attended', 'attended'])
  })

  it('422 for what is no list, or too long; 200 for an empty one', async () => {
    assert.deepEqual(faultsIn(await call('POST', '/scans/batch', {})), ['scans: array'])
    assert.deepEqual(faultsIn(await call('POST', '/scans/batch', { scans: Array(501).fill({}) })), [
      'scans: too_many',
    ])
    assert.deepEqual(await batch([]), [])
  })
})

describe('/session-attendances', () => {
  it('are recorded, changed and deleted, one for a registrant and a session', async () => {
    const session = await newSession()
    const ada = await register([session.id])
    const given = { session_id: session.id, registrant_id: ada.id, check_in_date: '2020-01-01T10:00:00Z' }
    const made = await call('POST', '/session-attendances/create', given)
    assert.deepEqual(
      [made.status, made.body.check_in_date, made.body.duration, made.body.unexpected],
      [201, '2020-01-01 10:00:00', null, 0],
    )
    const again = await call('POST', '/session-attendances', {
      ...given,
      check_in_date: undefined,
      check_out_date: '2020-01-01 11:00:30',
    })
    assert.deepEqual([again.status, again.body.id, again.body.duration], [200, made.body.id, '60'])
    assert.equal(await statusOf(ada), 'confirmed')
    const { body } = await call('PUT', `/session-attendances/${made.body.id}`, { check_out_date: '' })
    assert.deepEqual([body.check_out_date, body.duration], [null, null])
    assert.deepEqual((await call('GET', `/session-attendances/${body.id}`)).body, body)
    const expanded = await call('GET', `/sessions/${session.id}?expand=sessionAttendance`)
    assert.deepEqual(expanded.body.sessionAttendance, [body])
    assert.equal((await call('DELETE', `/session-attendances/${body.id}`)).status, 204)
    assert.equal((await call('GET', `/session-attendances/${body.id}`)).status, 404)
  })

  it('422 names everything that is wrong', async () => {
    const other = await make('events', { name: 'Other' })
    const far = await make('registrants', { event_id: other.id, email: 'far@example.com' })
    const session = await newSession()
    assert.deepEqual(faultsIn(await call('POST', '/session-attendances', { check_in_date: 'soon' })), [
      'session_id: required',
      'registrant_id: required',
      'check_in_date: timestamp',
    ])
    assert.deepEqual(
      faultsIn(await call('POST', '/session-attendances', { session_id: session.id, registrant_id: far.id })),
      ['registrant_id: not_found'],
    )
    assert.deepEqual(
      faultsIn(
        await call('POST', '/session-attendances', { session_id: 999_999_999, registrant_id: far.id }),
      ).includes('session_id: not_found'),
      true,
    )
  })

  it('are listed by event, session or registrant, and as scans', async () => {
    const [one, two] = [await newSession(), await newSession({ date: '2020-01-02' })]
    const [ada, bob] = [await register([one.id, two.id]), await register([one.id])]
    for (const [person, session] of [
      [ada, one],
      [ada, two],
      [bob, one],
    ] as const)
      await scan(person, session)
    const idsIn = async (query: string) =>
      (await call('GET', `/session-attendances?${query}`)).body._meta.totalCount
    assert.deepEqual(
      await Promise.all([idsIn(`session_id=${one.id}`), idsIn(`registrant_id=${ada.id}`)]),
      [2, 2],
    )
    const { body } = await call('GET', `/scans/sessions?event_id=${event.id}&search=scan_id=${one.id}`)
    assert.deepEqual(
      body.items.map((item: Json) => [item.registrant_id, item.scan_id, item.type]),
      [
        [ada.id, one.id, 'session'],
        [bob.id, one.id, 'session'],
      ],
    )
    assert.equal((await call('GET', '/session-attendances')).status, 400)
    assert.equal((await call('GET', '/scans/sessions?event_id=999999999')).status, 404)
  })
})

describe('GET /events/{id}/attendance', () => {
  it('200 says for each session who came, and who did not', async () => {
    const own = await make('events', { name: 'Count', timezone: 'UTC' })
    const past = await make('sessions', {
      event_id: own.id,
      name: 'Past',
      date: '2020-01-01',
      start_time: '10:00',
      end_time: '11:00',
    })
    const later = await make('sessions', {
      event_id: own.id,
      name: 'Later',
      date: '2990-01-01',
      start_time: '10:00',
      end_time: '11:00',
    })
    const person = (n: number, session_ids: number[]) =>
      make('registrants', { event_id: own.id, email: `c${n}@example.com`, session_ids })
    const [a, b, c] = [await person(1, [past.id]), await person(2, [past.id]), await person(3, [])]
    assert.equal(b.session_ids.length, 1)
    for (const { id } of [a, c])
      await call('POST', '/session-attendances', {
        session_id: past.id,
        registrant_id: id,
        check_in_date: '2020-01-01 10:00:00',
        check_out_date: '2020-01-01 10:30:59',
      })
    const { body } = await call('GET', `/events/${own.id}/attendance`)
    const shown = { seats: 0, present: 0, unexpected: 0, no_shows: null, minutes: 0 }
    assert.deepEqual(body.sessions, [
      { session_id: past.id, name: 'Past', seats: 2, present: 2, unexpected: 1, no_shows: 1, minutes: 60 },
      { ...shown, session_id: later.id, name: 'Later' },
    ])
  })
})

describe('attendance and deletions', () => {
  it('goes with its session, registrant and event, and each leaves a change record', async () => {
    const own = await make('events', { name: 'Gone' })
    const [one, two] = [
      await make('sessions', { event_id: own.id, name: 'A', date: '2030-01-01' }),
      await make('sessions', { event_id: own.id, name: 'B', date: '2030-01-02' }),
    ]
    const [ada, bob] = [
      await make('registrants', { event_id: own.id, email: 'a@example.com' }),
      await make('registrants', { event_id: own.id, email: 'b@example.com' }),
    ]
    for (const [person, session] of [
      [ada, one],
      [ada, two],
      [bob, two],
    ] as const)
      await scan(person, session)
    await call('DELETE', `/sessions/${one.id}?force=1`)
    await call('DELETE', `/registrants/${ada.id}`)
    await call('DELETE', `/events/${own.id}?force=1`)
    const changes = (await changesOf(app)).filter(change => change.event_id === own.id)
    assert.equal(
      changes.filter(({ object, action }) => object === 'session_attendance' && action === 'delete').length,
      3,
    )
    assert.equal((await pool`select from session_attendances where event_id = ${own.id}`).length, 0)
  })

  it('loses times and devices when the registrant is forgotten, and still counts', async () => {
    const session = await newSession()
    const ada = await register([session.id])
    await batch([
      {
        client_id: 'forget-1',
        registrant_id: ada.id,
        session_id: session.id,
        scanned_at: '2020-01-01T10:07:08Z',
        device: 'Door of Zoe',
      },
    ])
    await call('POST', `/registrants/${ada.id}/forget`)
    const attendance = await attendanceOf(ada, session)
    assert.deepEqual([attendance.check_in_date, attendance.check_out_date], [null, null])
    assert.equal((await pool`select from scans where client_id = 'forget-1'`).length, 0)
    assert.equal(JSON.stringify(await changesOf(app)).includes('10:07:08'), false)
    const turnout = (await call('GET', `/events/${event.id}/attendance`)).body.sessions
    assert.equal(turnout.find(({ session_id }: Json) => session_id === session.id).present, 1)
  })
})

describe('another account', () => {
  it('404 for every call', async () => {
    const session = await newSession()
    const ada = await register([session.id])
    await scan(ada, session)
    const { id } = await attendanceOf(ada, session)
    for (const [method, path] of [
      ['POST', `/scans/registrant/${ada.id}/session/${session.id}`],
      ['GET', `/session-attendances/${id}`],
      ['PUT', `/session-attendances/${id}`],
      ['DELETE', `/session-attendances/${id}`],
      ['GET', `/session-attendances?session_id=${session.id}`],
      ['GET', `/session-attendances?registrant_id=${ada.id}`],
      ['GET', `/scans/sessions?event_id=${event.id}`],
      ['GET', `/events/${event.id}/attendance`],
    ] as const)
      assert.deepEqual(
        [path, (await stranger.call(method, path, method === 'GET' ? undefined : {})).status],
        [path, 404],
      )
    const { body } = await stranger.call('POST', '/scans/batch', {
      scans: [{ client_id: 'x', secure_id: ada.secure_id, session_id: session.id }],
    })
    assert.deepEqual([body.results[0].status, body.results[0].reason], ['refused', 'not_found'])
  })
})
