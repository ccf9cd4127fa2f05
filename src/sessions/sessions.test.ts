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

  it('422 names every missing field at once', async () => {
    const { status, body } = await call('POST', '/sessions/create', {})
    assert.equal(status, 422)
    assert.deepEqual(
      body.map((fault: { field: string }) => fault.field),
      ['event_id', 'name', 'date'],
    )
  })
})
