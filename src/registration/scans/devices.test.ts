import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { faultsIn, type Json, testApp } from '../../../test/support/app.ts'
import { ownDatabase } from '../../../test/support/database.ts'

const url = await ownDatabase()
const app = await testApp({ url })
const beside = await testApp({ beside: app, url })
const { call, make } = app

/** An event with a session, and registrants who have a seat in it. */
async function scene(settings: Json = {}) {
  const event = await make('events', { name: 'Summit', ...settings })
  const session = await make('sessions', {
    event_id: event.id,
    name: 'Talk',
    date: '2026-09-01',
    start_time: '09:00',
    end_time: '10:00',
  })
  const person = (email: string) =>
    make('registrants', { event_id: event.id, email, session_ids: [session.id] })
  const [ada, bob] = [await person('ada@example.com'), await person('bob@example.com')]
  const scan = (who: Json, query = '', headers: Json = {}) =>
    call('POST', `/scans/registrant/${who.id}/session/${session.id}${query}`, {}, headers)
  const batch = async (scans: Json[], headers: Json = {}) =>
    (await call('POST', '/scans/batch', { scans }, headers)).body.results as Json[]
  const attendance = async (who: Json) =>
    (await call('GET', `/session-attendances?registrant_id=${who.id}&fields=*`)).body.items[0] as
      | Json
      | undefined
  const status = async (who: Json) => (await call('GET', `/registrants/${who.id}`)).body.registration_status
  const turnout = async () => (await call('GET', `/events/${event.id}/attendance`)).body.sessions[0] as Json
  const of = (who: Json, more: Json = {}) => ({ registrant_id: who.id, session_id: session.id, ...more })
  return { event, session, ada, bob, scan, batch, attendance, status, turnout, of }
}
let devices = 0
const newId = () => `device ${process.pid} ${++devices}`

describe('scans of devices', () => {
  it('a client_id counts once, for whom it was used first', async () => {
    const { ada, bob, batch, attendance, of } = await scene()
    const client_id = newId()
    const results = await batch([of(ada, { client_id }), of(bob, { client_id })])
    assert.deepEqual(
      results.map(({ status }) => status),
      ['created', 'existing'],
    )
    assert.equal(results[1]!.id, results[0]!.id)
    assert.equal(await attendance(bob), undefined)
  })

  it('a client_id counts once in a rush over two events', async () => {
    const [one, two] = [await scene(), await scene()]
    const client_id = newId()
    const replies = await Promise.all([
      app.call('POST', '/scans/batch', [one.of(one.ada, { client_id })]),
      beside.call('POST', '/scans/batch', [two.of(two.ada, { client_id })]),
    ])
    assert.deepEqual(replies.map(({ body }) => body.results[0].status).sort(), ['created', 'existing'])
    assert.equal([await one.attendance(one.ada), await two.attendance(two.ada)].filter(Boolean).length, 1)
  })

  it('a scan at a door makes attended also who has a time already', async () => {
    const { ada, bob, session, scan, status } = await scene()
    await make('session-attendances', {
      session_id: session.id,
      registrant_id: ada.id,
      check_in_date: '2026-09-01 09:00:00',
    })
    await scan(bob, '?prevent_check_in=1')
    assert.deepEqual([await status(ada), await status(bob)], ['confirmed', 'confirmed'])
    assert.deepEqual([(await scan(ada)).status, (await scan(bob)).status], [200, 200])
    assert.deepEqual([await status(ada), await status(bob)], ['attended', 'attended'])
  })

  it('a scan at a door corrects a time that was ahead', async () => {
    const { ada, batch, scan, attendance, of } = await scene()
    await batch([of(ada, { client_id: newId(), scanned_at: '2099-01-01T00:00:00Z' })])
    assert.equal((await scan(ada)).status, 200)
    assert.match((await attendance(ada))!.check_in_date, /^20[23]\d-(?!01-01 00:00:00)/)
  })

  it('an attendance without times is no way past strict_scans', async () => {
    const { session, event, scan } = await scene({ strict_scans: 1 })
    const stranger = await make('registrants', {
      event_id: event.id,
      email: 'c@example.com',
      session_ids: [],
    })
    await make('session-attendances', { session_id: session.id, registrant_id: stranger.id })
    assert.deepEqual(faultsIn(await scan(stranger)), ['session_id: not_expected'])
  })
})

describe('attendances of a registrant who is forgotten', () => {
  it('keep whether they were there and how long, and nothing is added', async () => {
    const { ada, bob, session, scan, batch, attendance, turnout, of } = await scene()
    const client_id = newId()
    await batch([
      of(ada, { client_id, scanned_at: '2026-09-01T09:00:00Z' }),
      of(ada, { client_id: newId(), direction: 'out', scanned_at: '2026-09-01T09:30:00Z' }),
    ])
    await make('session-attendances', {
      session_id: session.id,
      registrant_id: bob.id,
      waiting_room_date: '2026-09-01 08:55:00',
    })
    const before = await turnout()
    for (const { id } of [ada, bob]) await call('POST', `/registrants/${id}/forget`)
    const after = await turnout()
    assert.deepEqual([after.present, after.minutes], [before.present, before.minutes])
    assert.deepEqual([after.present, after.minutes], [1, 30])
    assert.deepEqual(
      (await batch([of(ada, { client_id })])).map(({ status, reason }) => [status, reason]),
      [['refused', 'forgotten']],
    )
    assert.deepEqual(faultsIn(await scan(ada)), ['registrant_id: forgotten'])
    const again = await call('POST', '/session-attendances', {
      ...of(ada),
      check_in_date: '2026-09-01 09:00:00',
    })
    assert.deepEqual(faultsIn(again), ['registrant_id: forgotten'])
    const { id } = (await attendance(ada))!
    assert.deepEqual(
      faultsIn(await call('PUT', `/session-attendances/${id}`, { check_in_date: '2026-09-01 09:00:00' })),
      ['id: forgotten'],
    )
    assert.equal((await attendance(ada))!.check_in_date, null)
  })

  it('are not told by remembered answers', async () => {
    const { ada, scan, of } = await scene()
    const requests = [
      () => scan(ada, '', { 'idempotency-key': `scan ${ada.id}` }),
      () =>
        call('POST', '/session-attendances', of(ada, { check_out_date: '2026-09-01 09:30:00' }), {
          'idempotency-key': `attendance ${ada.id}`,
        }),
      () =>
        call(
          'POST',
          '/scans/batch',
          { scans: [of(ada, { client_id: `once ${ada.id}`, device: 'Door 1' })] },
          { 'idempotency-key': `batch ${ada.id}` },
        ),
    ]
    for (const request of requests) assert.ok((await request()).status < 300)
    await call('POST', `/registrants/${ada.id}/forget`)
    for (const request of requests)
      assert.deepEqual(faultsIn(await request()), ['Idempotency-Key: forgotten'])
  })

  it('are exported before, with scans and history', async () => {
    const { ada, batch, of } = await scene()
    await batch([of(ada, { client_id: newId(), device: 'Door 1', scanned_at: '2026-09-01T09:00:00Z' })])
    const { body } = await call('GET', `/registrants/${ada.id}/export`)
    assert.deepEqual([body.attendances.length, body.scans.map(({ device }: Json) => device)], [1, ['Door 1']])
    assert.ok(body.history.some(({ object }: Json) => object === 'session_attendance'))
  })

  it('have moments in the form of the contract in the feed, and nothing of the database', async () => {
    const { ada, batch, of } = await scene()
    await batch([of(ada, { client_id: newId(), scanned_at: '2026-09-01T09:00:00Z' })])
    const { items } = (await call('GET', '/changes?object=session_attendance')).body
    const { after } = items.at(-1)
    assert.equal(after.check_in_date, '2026-09-01 09:00:00')
    for (const name of ['forgotten', 'was_present', 'was_minutes']) assert.equal(name in after, false)
  })
})

describe('POST /session-attendances', () => {
  it('412 for a pair that has another version; its answer has an ETag', async () => {
    const { ada, of } = await scene()
    const made = await call('POST', '/session-attendances', of(ada, { check_in_date: '2026-09-01 09:00:00' }))
    const changed = await call(
      'POST',
      '/session-attendances',
      of(ada, { check_out_date: '2026-09-01 09:30:00' }),
      { 'if-match': made.headers.etag },
    )
    assert.equal(changed.status, 200)
    assert.match(changed.headers.etag, /^"2-/)
    const stale = await call(
      'POST',
      '/session-attendances',
      of(ada, { check_out_date: '2026-09-01 09:40:00' }),
      { 'if-match': made.headers.etag },
    )
    assert.equal(stale.status, 412)
  })
})
