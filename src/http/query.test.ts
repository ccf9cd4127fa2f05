import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { faultsIn, type Json, testApp } from '../../test/support/app.ts'

const { call, make, raw, token } = await testApp()
const event = await make('events', { name: 'Summit' })
const full = await make('sessions', { event_id: event.id, name: 'Full', date: '2030-01-01', capacity: 0 })
const letters = async () => (await call('GET', `/outbox?event_id=${event.id}`)).body._meta.totalCount
const { id } = await make('registrants', { event_id: event.id, email: 'p@example.com', session_ids: [] })

describe('send_email', () => {
  let updates = 0
  const update = async (query: string, body: Json) => {
    const before = await letters()
    const changed = { first_name: `Name ${updates++}`, ...body }
    assert.equal((await call('PUT', `/registrants/update/${id}${query}`, changed)).status, 200)
    return (await letters()) - before
  }

  it('is understood in the body as in the query, and the query wins', async () => {
    const asked: [string, unknown, number][] = [
      ['', undefined, 0],
      ['', 'true', 1],
      ['', true, 1],
      ['', 1, 1],
      ['', '0', 0],
      ['?send_email=true', false, 1],
      ['?send_email=0', true, 0],
      ['?send_email=', 'TRUE', 1],
    ]
    for (const [query, send_email, sent] of asked)
      assert.deepEqual([query, send_email, await update(query, { send_email })], [query, send_email, sent])
  })

  it('is understood in a form', async () => {
    const before = await letters()
    await raw({
      method: 'POST',
      url: '/api/v1/registrants/create.json',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-www-form-urlencoded' },
      payload: `event_id=${event.id}&email=q@example.com&send_email=1`,
    })
    assert.equal((await letters()) - before, 1)
  })
})

describe('override_capacity_errors', () => {
  const claim = (query: string, body: Json) =>
    call('POST', `/registrants/${id}/session/${full.id}${query}`, body)

  it('is understood in the body of a claim, where the query wins', async () => {
    const override = { override_capacity_errors: 'true' }
    assert.deepEqual(faultsIn(await claim('?override_capacity_errors=false', override)), [
      'session_ids: sold_out',
    ])
    assert.equal((await claim('', override)).status, 200)
  })

  it('is understood in the body of a change of a session, a registrant type or an event', async () => {
    const type = await make('reg-types', { event_id: event.id, name: 'T', capacity: 5 })
    const [taken, open] = [
      await make('sessions', { event_id: event.id, name: 'S', date: '2030-01-02' }),
      await call('PUT', `/registrants/${id}`, { reg_type_id: type.id }),
    ]
    assert.equal(open.status, 200)
    await call('POST', `/registrants/${id}/session/${taken.id}`)
    for (const path of [`/sessions/${taken.id}`, `/reg-types/${type.id}`, `/events/${event.id}`]) {
      assert.equal((await call('PUT', path, { capacity: 0 })).status, 422)
      assert.equal((await call('PUT', path, { capacity: 0, override_capacity_errors: 1 })).status, 200)
    }
  })
})
