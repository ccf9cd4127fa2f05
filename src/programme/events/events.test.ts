import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { make, call } = app
const sessionsOf = async (event: Json) =>
  (await call('GET', `/sessions?event_id=${event.id}&fields=*&per-page=1000`)).body.items

describe('POST /events/create', () => {
  it('201 with the defaults and a URL made from the name; 422 without a name', async () => {
    const body = await make('events', { name: 'Été: Großer Kongress 2027!' })
    assert.deepEqual(
      [body.status, body.timezone, body.free_event, body.url],
      ['draft', 'UTC', 0, 'ete-großer-kongress-2027'],
    )
    assert.equal(body.updated_by, body.created_by)
    assert.deepEqual(faultsIn(await call('POST', '/events/create', {})), ['name: required'])
  })

  it('URLs are unique: made ones by a number, given ones by 422, also when many come at once', async () => {
    const made = await Promise.all(Array.from({ length: 5 }, () => make('events', { name: 'Same' })))
    assert.deepEqual(made.map(({ url }) => url).sort(), ['same', 'same-2', 'same-3', 'same-4', 'same-5'])
    assert.equal((await make('events', { name: 'G', url: 'given.url-1_x' })).url, 'given.url-1_x')
    assert.deepEqual(faultsIn(await call('POST', '/events/create', { name: 'G', url: 'same-3' })), [
      'url: unique',
    ])
    assert.deepEqual(faultsIn(await call('POST', '/events/create', { name: 'G', url: 'a b' })), [
      'url: pattern',
    ])
    assert.match((await make('events', { name: '!!!' })).url, /^event/)
  })

  it('422 for an end before the start', async () => {
    assert.deepEqual(
      faultsIn(
        await call('POST', '/events/create', { name: 'E', start_date: '2026-07-20', end_date: '2026-07-19' }),
      ),
      ['end_date: end_before_start'],
    )
  })
})

describe('PUT /events/update/{id}', () => {
  it('emptying the URL makes one from the name, its own when that is it', async () => {
    const event = await make('events', { name: 'Own name' })
    assert.equal((await call('PUT', `/events/${event.id}`, { url: '' })).body.url, 'own-name')
  })

  it('a new zone keeps wall-clock times and moves instants of the sessions that use it', async () => {
    const event = await make('events', { name: 'E', timezone: 'America/New_York' })
    const at = { event_id: event.id, name: 'S', date: '2026-07-20', start_time: '10:00', end_time: '12:00' }
    const following = await make('sessions', at)
    const pinned = await make('sessions', { ...at, timezone: 'Asia/Tokyo' })
    const seen = (await changesOf(app)).length
    assert.equal((await call('PUT', `/events/${event.id}`, { timezone: 'Europe/Brussels' })).status, 200)
    const [moved, stayed] = await sessionsOf(event)
    assert.deepEqual(
      { ...moved, updated_at: '' },
      {
        ...following,
        timezone: 'Europe/Brussels',
        starts_at: '2026-07-20T08:00:00Z',
        ends_at: '2026-07-20T10:00:00Z',
        times_with_timezone: '10:00 AM - 12:00 PM (CEST)',
        version: 2,
        updated_at: '',
      },
    )
    assert.deepEqual(stayed, pinned)
    const items = (await changesOf(app)).slice(seen)
    assert.deepEqual(
      items.map(({ object, object_id }: Json) => [object, object_id]),
      [
        ['event', event.id],
        ['session', following.id],
      ],
    )
  })

  it('422 names the sessions whose times do not exist in the new zone, and nothing moves', async () => {
    const event = await make('events', { name: 'E' })
    const session = await make('sessions', {
      event_id: event.id,
      name: 'Night',
      date: '2026-03-29',
      start_time: '02:30',
    })
    const reply = await call('PUT', `/events/${event.id}`, { timezone: 'Europe/Brussels' })
    assert.deepEqual(faultsIn(reply), ['timezone: nonexistent_time'])
    assert.equal(reply.body[0].session_id, session.id)
    assert.deepEqual(await sessionsOf(event), [session])
    assert.equal((await call('GET', `/events/${event.id}`)).body.timezone, 'UTC')
  })

  it('an empty update changes nothing, not even the version', async () => {
    const event = await make('events', { name: 'E' })
    const session = await make('sessions', { event_id: event.id, name: 'S', date: '2026-07-20' })
    for (const path of [`/events/${event.id}`, `/sessions/${session.id}`]) {
      const { etag } = (await call('GET', path)).headers
      assert.equal((await call('PUT', path, {})).headers.etag, etag)
    }
  })
})

describe('capacity of an event', () => {
  const register = (event: Json, more: Json = {}) =>
    make('registrants', { event_id: event.id, email: 'p@example.com', ...more })
  const fullEvent = async () => {
    const event = await make('events', { name: 'E', external_id: 'full' })
    for (const registration_status of ['confirmed', 'in_progress', 'attended', 'cancelled'])
      await register(event, { registration_status })
    return event
  }

  it('422 for lowering it below the registrants says how many they are, with every other fault', async () => {
    const event = await fullEvent()
    const change = (body: Json) => call('PUT', `/events/${event.id}`, body)
    const refused = await change({ capacity: 2 })
    assert.deepEqual(
      [refused.status, refused.body],
      [
        422,
        [
          {
            field: 'capacity',
            type: 'sold_out',
            registrants: 3,
            message:
              'Registrants of this event: 3. Its capacity cannot be lower, except with override_capacity_errors=true.',
          },
        ],
      ],
    )
    assert.deepEqual(faultsIn(await change({ capacity: 0, hashtag: 'a\0' })), [
      'hashtag: null_character',
      'capacity: sold_out',
    ])
    assert.equal((await call('GET', `/events/${event.id}`)).body.capacity, null)
    assert.equal((await change({ capacity: 3 })).body.capacity, 3)
    await call('DELETE', `/events/${event.id}?force=1`)
  })

  it('200 with override_capacity_errors, also by external id; the same again and more need none', async () => {
    const event = await fullEvent()
    const lifted = '?override_capacity_errors=true'
    const change = (capacity: unknown, query = '') => call('PUT', `/events/${event.id}${query}`, { capacity })
    const put = (query = '') => call('PUT', `/events/external/full${query}`, { capacity: 1 })
    assert.equal((await change(2, `${lifted}&validate_only=true`)).body.capacity, 2)
    assert.deepEqual(faultsIn(await put()), ['capacity: sold_out'])
    assert.equal((await put(lifted)).body.capacity, 1)
    for (const capacity of [1, 2, '', 3]) assert.equal((await change(capacity)).status, 200)
    const late = await call('POST', '/registrants', { event_id: event.id, email: 'late@example.com' })
    assert.deepEqual(faultsIn(late), ['event_id: sold_out'])
    await change(4)
    await register(event)
    assert.equal((await call('GET', `/events/${event.id}`)).body.registrants_count, 4)
  })
})

describe('POST /events/{id}/clone', () => {
  it('201 copies settings, tracks, locations and sessions with their custom fields; start_date shifts every date', async () => {
    const field = await make('sessions/fields', { name: 'Level', type: 'textInput' })
    const event = await make('events', {
      name: 'Original',
      timezone: 'Europe/Brussels',
      start_date: '2026-03-20',
      end_date: '2026-03-22',
      close_date: '2026-03-01',
      capacity: 9,
      external_id: 'orig',
    })
    const track = await make('tracks', { event_id: event.id, name: 'T', color: '#102030', external_id: 't' })
    const location = await make('locations', { event_id: event.id, name: 'L', capacity: 5 })
    const session = await make('sessions', {
      event_id: event.id,
      name: 'S',
      date: '2026-03-21',
      start_time: '10:00',
      end_time: '01:00',
      track_id: track.id,
      location_id: location.id,
      capacity: 3,
      external_id: 's',
      [field.attribute]: 'deep',
    })
    await make('sessions', { event_id: event.id, name: 'Plain', date: '2026-03-22' })
    const { status, body, headers } = await call('POST', `/events/${event.id}/clone`, {
      start_date: '2026-04-03',
    })
    assert.equal(status, 201)
    assert.equal(headers.location, `/api/v1/events/${body.id}`)
    const own = { id: 0, url: '', created_at: '', updated_at: '' }
    assert.deepEqual(
      { ...body, ...own },
      {
        ...event,
        ...own,
        name: 'Original (copy)',
        start_date: '2026-04-03',
        end_date: '2026-04-05',
        close_date: '2026-03-15',
        external_id: null,
      },
    )
    const [copy, plain] = await sessionsOf(body)
    const [newTrack] = (await call('GET', `/tracks?event_id=${body.id}&fields=*`)).body.items
    const [newLocation] = (await call('GET', `/locations?event_id=${body.id}&fields=*`)).body.items
    const links = { id: 0, secure_id: '', direct_link: '', created_at: '', updated_at: '' }
    assert.deepEqual(
      { ...copy, ...links },
      {
        ...session,
        ...links,
        event_id: body.id,
        date: '2026-04-04',
        starts_at: '2026-04-04T08:00:00Z',
        ends_at: '2026-04-04T23:00:00Z',
        times_with_timezone: '10:00 AM - 01:00 AM (CEST)',
        track_id: newTrack.id,
        track: { id: newTrack.id, name: 'T' },
        location_id: newLocation.id,
        location: { id: newLocation.id, name: 'L' },
      },
    )
    assert.equal(plain.date, '2026-04-05')
    assert.deepEqual([newTrack.color, newTrack.external_id, newLocation.capacity], ['#102030', 't', 5])
    for (const [mine, theirs] of [
      [newTrack.id, track.id],
      [newLocation.id, location.id],
      [copy.secure_id, session.secure_id],
    ])
      assert.notEqual(mine, theirs)
    assert.equal((await sessionsOf(event)).length, 2)
  })

  it('422 names the sessions whose times do not exist on their new day, and nothing is kept', async () => {
    const event = await make('events', {
      name: 'Night',
      timezone: 'Europe/Brussels',
      start_date: '2026-03-28',
    })
    await make('sessions', { event_id: event.id, name: 'S', date: '2026-03-28', start_time: '02:30' })
    const before = (await call('GET', '/events')).body._meta.totalCount
    assert.deepEqual(
      faultsIn(await call('POST', `/events/${event.id}/clone`, { start_date: '2026-03-29' })),
      ['start_date: nonexistent_time'],
    )
    assert.equal((await call('GET', '/events')).body._meta.totalCount, before)
  })

  it('a date that no calendar reaches is refused', async () => {
    const event = await make('events', { name: 'Far', start_date: '2026-01-01', end_date: '2027-12-31' })
    assert.ok(
      [400, 422].includes(
        (await call('POST', `/events/${event.id}/clone`, { start_date: '9998-12-31' })).status,
      ),
    )
  })
})

describe('DELETE /events/delete/{id}', () => {
  it('204 takes tracks, locations and sessions with it', async () => {
    const event = await make('events', { name: 'E' })
    const parts = await Promise.all(
      ['tracks', 'locations', 'sessions'].map(plural =>
        make(plural, { event_id: event.id, name: 'P', date: '2026-07-20' }),
      ),
    )
    assert.equal((await call('DELETE', `/events/delete/${event.id}`)).status, 204)
    assert.equal((await call('GET', `/events/${event.id}`)).status, 404)
    for (const [n, plural] of ['tracks', 'locations', 'sessions'].entries())
      assert.equal((await call('GET', `/${plural}/${parts[n].id}`)).status, 404)
    assert.equal((await call('DELETE', `/events/${event.id}`)).status, 404)
  })
})
