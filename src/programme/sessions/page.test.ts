import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { testApp } from '../../../test/support/app.ts'
import { emptyDatabase } from '../../../test/support/database.ts'
import { connect } from '../../db/connection.ts'
import { migrate } from '../../db/migrate.ts'

/* The reference page of Create Session, word for word, in a database where its ids are free. */

const url = await emptyDatabase('page')
const pool = connect(url, { max: 2 })
await migrate(pool)
const { call, account_id } = await testApp({ url })
await pool.unsafe(`
  insert into events (id, account_id, name, status, url, timezone, free_event, created_at, updated_at)
    values (67890, ${account_id}, 'Summit', 'live', 'summit', 'America/New_York', 0, now(), now());
  insert into locations (id, account_id, event_id, name, use_event_address, sort, created_at, updated_at)
    values (1234, ${account_id}, 67890, 'Hall', 1, 0, now(), now());
  insert into tracks (id, account_id, event_id, name, sort, created_at, updated_at)
    values (5678, ${account_id}, 67890, 'Practice', 0, now(), now());
  insert into session_fields (id, account_id, name, type, required, visible, sort, allow_html, settings, created_at, updated_at)
    values (1001, ${account_id}, 'Note', 'textInput', 0, 1, 0, 0, '{}', now(), now()),
      (1002, ${account_id}, 'Level', 'checkboxList', 0, 1, 1, 0, '{}', now(), now());
  insert into session_field_choices (id, field_id, name, sort) values (123, 1002, 'Beginner', 0)`)
await pool.end()

const page = {
  event_id: 67890,
  name: 'Event Management Basics',
  id: 12345,
  admin_short_name: 'MgmtBasics',
  badge_name: 'Basics of Management',
  description: 'An interactive workshop on event management fundamentals.',
  date: '2025-07-20',
  start_time: '10:00:00',
  end_time: '12:00:00',
  use_event_timezone: 1,
  capacity: 150,
  location_id: 1234,
  track_id: 5678,
  webinar_url: 'https://example.com/webinar/12345',
  sold_out_message: 'This session is fully booked.',
  secure_id: 'abc123xyz',
  session_status: 'approved',
  locked_when_saved: 1,
  selection_control: 'optional',
  selected_by_default: 1,
  prevent_session_conflicts: 1,
  custom_fields: { c_1001: 'Value1', c_1002: [{ id: 123 }] },
}

describe('POST /sessions/create', () => {
  it('201 for the body of the reference page, and returns every field of it', async () => {
    const { status, body, headers } = await call('POST', '/sessions/create', page)
    assert.equal(status, 201)
    const { id: _readOnly, custom_fields: _shown, ...given } = page
    for (const [field, value] of Object.entries(given)) assert.deepEqual([field, body[field]], [field, value])
    assert.deepEqual(body.custom_fields, { c_1001: 'Value1', c_1002: [{ id: 123, value: 'Beginner' }] })
    assert.equal(headers.location, `/api/v1/sessions/${body.id}`)
    assert.deepEqual(
      {
        timezone: body.timezone,
        times_with_timezone: body.times_with_timezone,
        starts_at: body.starts_at,
        ends_at: body.ends_at,
        session_included: body.session_included,
        track: body.track,
        location: body.location,
        seats: [body.seats_taken, body.seats_left],
        direct_link: body.direct_link,
        virtual_link: body.virtual_link,
      },
      {
        timezone: 'America/New_York',
        times_with_timezone: '10:00 AM - 12:00 PM (EDT)',
        starts_at: '2025-07-20T14:00:00Z',
        ends_at: '2025-07-20T16:00:00Z',
        session_included: 0,
        track: { id: 5678, name: 'Practice' },
        location: { id: 1234, name: 'Hall' },
        seats: [0, 150],
        direct_link: `http://lectern.test/sessions/${body.id}`,
        virtual_link: `http://lectern.test/sessions/${body.id}/virtual/abc123xyz`,
      },
    )
    assert.deepEqual((await call('GET', `/sessions/${body.id}`)).body, body)
  })
})
