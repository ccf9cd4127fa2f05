import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'

const { make, call, pool } = await testApp()
const event = await make('events', { name: 'Summit', timezone: 'Europe/Brussels' })
const other = await make('events', { name: 'Camp', timezone: 'Europe/Brussels' })
const track = await make('tracks', { event_id: event.id, name: 'Practice' })
const place = { event_id: event.id, name: 'Basics', date: '2025-07-20' }

describe('POST /sessions/create in an event whose zone is remembered', () => {
  it('201 names the track as it is called now', async () => {
    await make('sessions', { ...place, track_id: track.id })
    await call('PUT', `/tracks/update/${track.id}`, { name: 'Theory' })
    const { body } = await call('POST', '/sessions/create', { ...place, track_id: track.id })
    assert.deepEqual(body.track, { id: track.id, name: 'Theory' })
  })

  it('201 has the zone of the event, also when another process changed that meanwhile', async () => {
    await make('sessions', { ...place, event_id: other.id, start_time: '10:00' })
    await pool`delete from sessions where event_id = ${other.id}`
    await pool`update events set timezone = 'America/New_York' where id = ${other.id}`
    const { status, body } = await call('POST', '/sessions/create', {
      ...place,
      event_id: other.id,
      start_time: '10:00',
    })
    assert.equal(status, 201)
    assert.equal(body.timezone, 'America/New_York')
    assert.equal(body.starts_at, '2025-07-20T14:00:00Z')
  })

  it('422 names a track of another event and every other fault', async () => {
    const foreign = await make('tracks', { event_id: other.id, name: 'Elsewhere' })
    const { status, body } = await call('POST', '/sessions/create', { ...place, track_id: foreign.id })
    assert.equal(status, 422)
    assert.deepEqual(body, [
      { field: 'track_id', message: 'Track ID does not belong to this event.', type: 'not_found' },
    ])
    const both = await call('POST', '/sessions/create', {
      ...place,
      date: '2025-03-30',
      start_time: '02:30',
      track_id: foreign.id,
    })
    assert.deepEqual(
      both.body.map((fault: { field: string }) => fault.field),
      ['track_id', 'start_time'],
    )
  })

  it('422 when the event was deleted meanwhile', async () => {
    const gone = await make('events', { name: 'Gone', timezone: 'Europe/Brussels' })
    const session = await make('sessions', { ...place, event_id: gone.id })
    await call('DELETE', `/sessions/${session.id}`)
    await pool`delete from events where id = ${gone.id}`
    const { status, body } = await call('POST', '/sessions/create', { ...place, event_id: gone.id })
    assert.equal(status, 422)
    assert.deepEqual(body, [{ field: 'event_id', message: 'Event does not exist.', type: 'not_found' }])
  })
})
