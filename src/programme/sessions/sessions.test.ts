import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, faultsIn, type Json, testApp } from '../../../test/support/app.ts'

const app = await testApp()
const { make, call } = app
const event = await make('events', { name: 'Summit', timezone: 'America/New_York' })
const other = await make('events', { name: 'Other' })
const track = await make('tracks', { event_id: event.id, name: 'T' })
const location = await make('locations', { event_id: event.id, name: 'L' })
const foreignTrack = await make('tracks', { event_id: other.id, name: 'T' })
const foreignLocation = await make('locations', { event_id: other.id, name: 'L' })
const newSession = (more: Json = {}) => ({ event_id: event.id, name: 'S', date: '2025-07-20', ...more })
const create = (more: Json = {}) => call('POST', '/sessions/create', newSession(more))
const made = (more: Json = {}) => make('sessions', newSession(more))

describe('POST /sessions/create', () => {
  it('201 takes a name of a thousand characters of any script, which no index may refuse', async () => {
    // No two are alike, so that nothing is compressed.
    const name = String.fromCodePoint(...Array.from({ length: 1000 }, (_, index) => 0x20000 + index * 37))
    const { status, body } = await call('POST', '/sessions/create', {
      event_id: event.id,
      name,
      date: '2027-06-01',
    })
    assert.deepEqual([status, body.name], [201, name])
  })

  it('201 needs an event, a name and a date only', async () => {
    const { status, body, headers } = await create()
    assert.equal(status, 201)
    assert.equal(headers.location, `/api/v1/sessions/${body.id}`)
    const { id, secure_id, created_at, updated_at, created_by, updated_by, ...more } = body
    assert.equal(updated_by, created_by)
    const { direct_link, custom_fields, ...rest } = more
    assert.match(secure_id, /^[\w-]{22}$/)
    assert.match(created_at, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    assert.deepEqual(
      [updated_at, direct_link, custom_fields],
      [created_at, `http://lectern.test/sessions/${id}`, {}],
    )
    const empty = [
      'admin_short_name',
      'badge_name',
      'description',
      'start_time',
      'end_time',
      'capacity',
      'location_id',
      'track_id',
      'webinar_url',
      'sold_out_message',
      'notes',
      'submitted_at',
      'cfs_answer',
      'type_id',
      'picture',
      'repeat_key',
      'external_id',
      'times_with_timezone',
      'starts_at',
      'ends_at',
      'track',
      'location',
      'virtual_link',
      'seats_left',
    ]
    assert.deepEqual(rest, {
      ...newSession(),
      ...Object.fromEntries(empty.map(field => [field, null])),
      timezone: 'America/New_York',
      use_event_timezone: 1,
      time_fold: 0,
      session_status: 'live',
      locked_when_saved: 0,
      selection_control: 'optional',
      session_included: 0,
      selected_by_default: 0,
      version: 1,
      prevent_session_conflicts: 0,
      seats_taken: 0,
    })
  })

  it('201 keeps the name of a zone that has an older one too', async () => {
    const given = { event_id: event.id, name: 'East', date: '2025-07-20', timezone: 'asia/kolkata' }
    assert.equal((await call('POST', '/sessions/create', given)).body.timezone, 'Asia/Kolkata')
  })

  it('422 names every missing field at once', async () => {
    assert.deepEqual(faultsIn(await call('POST', '/sessions/create', {})), [
      'event_id: required',
      'name: required',
      'date: required',
    ])
  })

  const refused: [string, Json, string[]][] = [
    ['a name of 1001 characters', { name: 'n'.repeat(1001) }, ['name: too_long']],
    ['a name of 100,000 characters', { name: 'n'.repeat(100_000) }, ['name: too_long']],
    [
      'short texts of 256',
      { admin_short_name: 'x'.repeat(256), badge_name: 'x'.repeat(256), sold_out_message: 'x'.repeat(256) },
      ['admin_short_name: too_long', 'badge_name: too_long', 'sold_out_message: too_long'],
    ],
    ['an end without a start', { end_time: '10:00' }, ['start_time: required']],
    ['a time in the gap', { date: '2026-03-08', start_time: '02:30' }, ['start_time: nonexistent_time']],
    ['half a seat', { capacity: 2.5 }, ['capacity: integer']],
    ['fewer than no seats', { capacity: -1 }, ['capacity: minimum']],
    ['2^63 seats', { capacity: 2 ** 63 }, ['capacity: maximum']],
    ['NaN seats', { capacity: 'NaN' }, ['capacity: integer']],
    ['a date that the calendar lacks', { date: '2026-02-30' }, ['date: date']],
    ['a time that no clock shows', { start_time: '25:61' }, ['start_time: time']],
    ['an unknown zone', { timezone: 'Mars/Olympus' }, ['timezone: timezone']],
    [
      'track and location of another event',
      { track_id: foreignTrack.id, location_id: foreignLocation.id },
      ['track_id: not_found', 'location_id: not_found'],
    ],
    [
      'track and location that do not exist',
      { track_id: 999999999, location_id: 999999999 },
      ['track_id: not_found', 'location_id: not_found'],
    ],
    [
      'an event that does not exist, and what else is wrong',
      { event_id: 999999999, capacity: 'x' },
      ['capacity: integer', 'event_id: not_found'],
    ],
    ['a webinar that is no web page', { webinar_url: 'javascript:alert(1)' }, ['webinar_url: url']],
    [
      'a webinar URL of 2049 characters',
      { webinar_url: `https://x/${'y'.repeat(2039)}` },
      ['webinar_url: too_long'],
    ],
    [
      'an unknown status and control',
      { session_status: 'asleep', selection_control: 'never' },
      ['session_status: choice', 'selection_control: choice'],
    ],
  ]
  for (const [what, more, faults] of refused)
    it(`422 for ${what}`, async () => assert.deepEqual(faultsIn(await create(more)), faults))

  it('accepts the longest texts, counted in characters', async () => {
    const name = '😀'.repeat(1000)
    const body = await made({
      name,
      badge_name: 'é'.repeat(255),
      webinar_url: `https://x/${'y'.repeat(2038)}`,
    })
    assert.equal(body.name, name)
  })

  it('accepts no seats at all, and the last number of seats that can be', async () => {
    assert.deepEqual(
      [(await made({ capacity: 0 })).seats_left, (await made({ capacity: 2147483647 })).capacity],
      [0, 2147483647],
    )
  })

  it('sanitises the description: structure, links and emphasis stay, scripts, handlers and styles go', async () => {
    const { description } = await made({
      description:
        '<h2>A</h2><p style="color:red" onclick="x()">b <em>c</em> <a href="https://x/">d</a><a href="javascript:x()">e</a></p><script>x()</script><style>p{}</style><ul><li>f</li></ul>',
    })
    assert.equal(
      description,
      '<h2>A</h2><p>b <em>c</em> <a href="https://x/" rel="noopener noreferrer">d</a><a rel="noopener noreferrer">e</a></p><ul><li>f</li></ul>',
    )
  })

  it('secure_id is unique in the account', async () => {
    const { secure_id } = await made({ secure_id: `mine-${event.id}` })
    assert.equal(secure_id, `mine-${event.id}`)
    assert.deepEqual(faultsIn(await create({ secure_id })), ['secure_id: unique'])
  })

  const zones: [string, Json, [string, number]][] = [
    ['neither zone nor flag: the zone of the event', {}, ['America/New_York', 1]],
    ['a zone alone', { timezone: 'Asia/Tokyo' }, ['Asia/Tokyo', 0]],
    ['a zone in another letter case', { timezone: 'europe/brussels' }, ['Europe/Brussels', 0]],
    [
      'flag 1, whatever else is given',
      { timezone: 'Asia/Tokyo', use_event_timezone: 1 },
      ['America/New_York', 1],
    ],
    ['flag 0 and a zone', { timezone: 'Asia/Tokyo', use_event_timezone: 0 }, ['Asia/Tokyo', 0]],
    ['flag 0 alone: the zone of the event, kept', { use_event_timezone: 0 }, ['America/New_York', 0]],
  ]
  for (const [what, more, expected] of zones)
    it(what, async () => {
      const body = await made(more)
      assert.deepEqual([body.timezone, body.use_event_timezone], expected)
    })
})

describe('PUT /sessions/update/{id}', () => {
  it('200 changes the given fields only', async () => {
    const session = await made({
      start_time: '10:00',
      end_time: '11:00',
      capacity: 5,
      track_id: track.id,
      notes: 'n',
    })
    const { status, body } = await call('PUT', `/sessions/update/${session.id}`, {
      name: 'New',
      location_id: location.id,
    })
    assert.equal(status, 200)
    assert.deepEqual(
      { ...body, updated_at: '' },
      {
        ...session,
        name: 'New',
        location_id: location.id,
        location: { id: location.id, name: 'L' },
        version: 2,
        updated_at: '',
      },
    )
    assert.deepEqual((await call('GET', `/sessions/${session.id}`)).body, body)
  })

  it('200 resolves the times again when a part of them changes', async () => {
    const session = await made({ start_time: '10:00', end_time: '11:00' })
    const change = async (more: Json) => {
      const { body } = await call('PUT', `/sessions/${session.id}`, more)
      return [body.starts_at, body.ends_at, body.timezone, body.use_event_timezone]
    }
    assert.deepEqual(await change({ end_time: '09:00' }), [
      '2025-07-20T14:00:00Z',
      '2025-07-21T13:00:00Z',
      'America/New_York',
      1,
    ])
    assert.deepEqual(await change({ timezone: 'Asia/Tokyo' }), [
      '2025-07-20T01:00:00Z',
      '2025-07-21T00:00:00Z',
      'Asia/Tokyo',
      0,
    ])
    assert.deepEqual(await change({ date: '2025-07-21' }), [
      '2025-07-21T01:00:00Z',
      '2025-07-22T00:00:00Z',
      'Asia/Tokyo',
      0,
    ])
    assert.deepEqual(await change({ use_event_timezone: 1 }), [
      '2025-07-21T14:00:00Z',
      '2025-07-22T13:00:00Z',
      'America/New_York',
      1,
    ])
    assert.deepEqual(await change({ use_event_timezone: 0 }), [
      '2025-07-21T14:00:00Z',
      '2025-07-22T13:00:00Z',
      'America/New_York',
      0,
    ])
    assert.deepEqual(await change({ timezone: '' }), [
      '2025-07-21T14:00:00Z',
      '2025-07-22T13:00:00Z',
      'America/New_York',
      1,
    ])
    assert.deepEqual(await change({ end_time: '' }), ['2025-07-21T14:00:00Z', null, 'America/New_York', 1])
  })

  it('422 for what the times then would be', async () => {
    const session = await made({ start_time: '10:00', end_time: '11:00' })
    assert.deepEqual(faultsIn(await call('PUT', `/sessions/${session.id}`, { start_time: '' })), [
      'start_time: required',
    ])
    assert.deepEqual(faultsIn(await call('PUT', `/sessions/${session.id}`, { track_id: foreignTrack.id })), [
      'track_id: not_found',
    ])
  })

  it('a session never moves to another event', async () => {
    const session = await made()
    const { body } = await call('PUT', `/sessions/${session.id}`, { event_id: other.id, name: 'Stays' })
    assert.deepEqual([body.event_id, body.name], [event.id, 'Stays'])
  })
})

describe('GET /sessions/{id}', () => {
  it('expand=conflicts names the sessions that clash', async () => {
    const day = await make('events', { name: 'Day', timezone: 'UTC' })
    const at = (start_time: string, end_time: string, more: Json = {}) =>
      make('sessions', {
        event_id: day.id,
        name: start_time,
        date: '2026-07-20',
        start_time,
        end_time,
        ...more,
      })
    const strict = await at('10:00', '11:00', { prevent_session_conflicts: 1 })
    const conflicting = await at('10:30', '11:30')
    await at('11:00', '12:00')
    await at('10:30', '10:30')
    const abroad = await at('12:59', '13:30', { timezone: 'Europe/Helsinki' })
    const conflicts = async (id: number) =>
      (await call('GET', `/sessions/${id}?expand=conflicts&fields=id`)).body.conflicts
    assert.deepEqual(await conflicts(strict.id), [
      { id: abroad.id, name: '12:59', registrants: 0 },
      { id: conflicting.id, name: '10:30', registrants: 0 },
    ])
    assert.deepEqual(await conflicts(conflicting.id), [{ id: strict.id, name: '10:00', registrants: 0 }])
  })
})

describe('deleting a track or location that sessions use', () => {
  for (const [plural, field] of [
    ['tracks', 'track_id'],
    ['locations', 'location_id'],
  ] as const)
    it(`${plural}: their ${field} is emptied, and the change log says so`, async () => {
      const { id } = await make(plural, { event_id: event.id, name: 'Gone' })
      const sessions = [await made({ [field]: id }), await made({ [field]: id })]
      const seen = (await changesOf(app)).length
      assert.equal((await call('DELETE', `/${plural}/${id}`)).status, 204)
      for (const session of sessions)
        assert.equal((await call('GET', `/sessions/${session.id}`)).body[field], null)
      const items = (await changesOf(app)).slice(seen)
      assert.deepEqual(
        items.map(({ object, object_id, action, before, after }: Json) => [
          object,
          object_id,
          action,
          before[field],
          after?.[field],
        ]),
        [
          ...sessions.map(session => ['session', session.id, 'update', id, null]),
          [plural.slice(0, -1), id, 'delete', undefined, undefined],
        ],
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
      version: 2,
      updated_at: body.updated_at,
    })
    assert.deepEqual((await call('GET', `/sessions/${session.id}`)).body, body)
  })
})
