import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../test/support/app.ts'

const { make, call } = await testApp()
const event = await make('events', { name: 'Summit', timezone: 'America/New_York' })

describe('POST /sessions/create', () => {
  it('201 needs an event, a name and a date only', async () => {
    const { status, body, headers } = await call('POST', '/sessions/create', {
      event_id: event.id,
      name: 'Basics',
      date: '2025-07-20',
    })
    assert.equal(status, 201)
    assert.equal(headers.location, `/api/v1/sessions/${body.id}`)
    assert.equal(body.session_status, 'live')
    assert.equal(body.timezone, 'America/New_York')
    assert.equal(body.use_event_timezone, 1)
  })

  it('201 keeps the name of a zone that has an older one too', async () => {
    const given = { event_id: event.id, name: 'East', date: '2025-07-20', timezone: 'asia/kolkata' }
    assert.equal((await call('POST', '/sessions/create', given)).body.timezone, 'Asia/Kolkata')
  })

  it('422 names every missing field at once', async () => {
    const { status, body } = await call('POST', '/sessions/create', {})
    assert.equal(status, 422)
    assert.deepEqual(
      body.map((fault: { field: string }) => fault.field),
      ['event_id', 'name', 'date'],
    )
  })
})

describe('PUT /sessions/update/{id}', () => {
  it('200 changes the given fields and no others', async () => {
    const session = await make('sessions', { event_id: event.id, name: 'Draft', date: '2025-07-20' })
    const { status, body } = await call('PUT', `/sessions/update/${session.id}`, {
      name: 'Final',
      capacity: 12,
    })
    assert.equal(status, 200)
    assert.deepEqual(body, {
      ...session,
      name: 'Final',
      capacity: 12,
      seats_left: 12,
      updated_at: body.updated_at,
    })
    assert.deepEqual((await call('GET', `/sessions/${session.id}`)).body, body)
  })
})
