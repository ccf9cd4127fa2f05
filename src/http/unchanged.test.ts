import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { changesOf, type Json, testApp } from '../../test/support/app.ts'
import { longestHtml } from './values/safe-html.ts'

const app = await testApp()
const { call, make, pool } = app

const event = await make('events', {
  name: 'Summit',
  timezone: 'Europe/Brussels',
  start_date: '2026-09-14',
  close_time: '18:00',
  close_date: '2026-09-13',
  description: '<p>One & <b>two</b></p>',
  capacity: '100',
  webinar_url: 'https://example.com/live',
})
const track = await make('tracks', { event_id: event.id, name: 'Security', color: '#1A7F64' })
const location = await make('locations', {
  event_id: event.id,
  name: 'Room',
  latitude: '50.85',
  capacity: 20,
})
const regType = await make('reg-types', { event_id: event.id, name: 'Visitor', capacity: 5 })
const group = await make('registrant-groups', { event_id: event.id, name: 'Club' })
const choices = [{ name: 'One' }, { name: 'Two', sort: 7 }]
const topics = await createdField({
  name: 'Topics',
  type: 'checkboxList',
  choices,
  settings: { a: [1, { b: 2 }] },
})
const level = await createdField({ name: 'Level', type: 'number' })
const question = await make('event-questions', {
  event_id: event.id,
  name: 'Meal',
  type: 'radioList',
  choices,
})
const session = await make('sessions', {
  event_id: event.id,
  name: 'Basics',
  date: '2026-09-14',
  start_time: '23:00',
  end_time: '01:00',
  track_id: track.id,
  location_id: location.id,
  capacity: 10,
  description: '<p>Text</p><script>x</script>',
  [`c_${topics.id}`]: topics.choices.map(({ id }: Json) => id),
  [`c_${level.id}`]: '1.50',
})

async function createdField(body: Json): Promise<Json> {
  const { body: field } = await call('POST', '/sessions/fields/create', body)
  return field
}

const records: Record<string, { path: string; change: Json }> = {
  event: { path: `/events/${event.id}`, change: { hashtag: '#x' } },
  track: { path: `/tracks/${track.id}`, change: { sort: 3 } },
  location: { path: `/locations/${location.id}`, change: { city: 'Brussels' } },
  'registrant type': { path: `/reg-types/${regType.id}`, change: { capacity: 6 } },
  'registrant group': { path: `/registrant-groups/${group.id}`, change: { name: 'Society' } },
  'session field': { path: `/sessions/field/${topics.id}`, change: { s_hint: 'Some' } },
  'event question': { path: `/event-questions/${question.id}`, change: { name: 'Food' } },
  session: { path: `/sessions/${session.id}`, change: { notes: 'Bring chairs' } },
}

/** What a write leaves behind: the version and time of the record, and how many changes the log has. */
async function traceOf(path: string): Promise<Json> {
  const { body, headers } = await call('GET', path)
  return { etag: headers.etag, updated_at: body.updated_at, changes: (await changesOf(app)).length }
}

describe('a write that changes nothing writes nothing', () => {
  for (const [noun, { path, change }] of Object.entries(records))
    it(`a ${noun} that is sent back as it was read, whole, member by member, or empty`, async () => {
      const { body: record } = await call('GET', path)
      const before = await traceOf(path)
      // A zone that is given alone is a wish of its own: the session does not follow its event any more.
      const members = Object.entries(record).flatMap(([name, value]) =>
        name === 'timezone' ? [] : [{ [name]: value }],
      )
      for (const body of [record, {}, ...members]) {
        const { status, headers, text } = await call('PUT', path, body)
        assert.deepEqual([status, headers.etag], [200, before.etag], `${JSON.stringify(body)}: ${text}`)
      }
      assert.deepEqual(await traceOf(path), before)
      const changed = await call('PUT', path, { ...record, ...change })
      assert.equal(changed.status, 200)
      assert.equal((await traceOf(path)).changes, before.changes + 1)
    })

  for (const [noun, { path }] of Object.entries(records))
    it(`412 all the same for a ${noun} that someone else changed`, async () => {
      const { status } = await call('PUT', path, {}, { 'if-match': '"999-x"' })
      assert.equal(status, 412)
    })

  it('the choices of a field that are named as they are', async () => {
    const path = `/sessions/field/${topics.id}`
    const before = await traceOf(path)
    const [one, two] = topics.choices
    const { status } = await call('PUT', path, {
      choices: [
        { id: one.id, name: 'One' },
        { id: two.id, sort: 7 },
      ],
    })
    assert.equal(status, 200)
    assert.deepEqual(await traceOf(path), before)
    await call('PUT', path, { choices: [{ id: one.id, name: 'First' }] })
    assert.equal((await traceOf(path)).changes, before.changes + 1)
  })

  it('the same body by external id, a second time', async () => {
    const bodies: Record<string, Json> = {
      events: { name: 'Other', start_date: '2026-10-01' },
      tracks: { event_id: event.id, name: 'Design', description: '<p>x' },
      locations: { event_id: event.id, name: 'Hall', longitude: '4.35' },
      'reg-types': { event_id: event.id, name: 'Guest', min_group_size: '2' },
      'registrant-groups': { event_id: event.id, name: 'Band' },
      sessions: { event_id: event.id, name: 'Extra', date: '2026-09-15', start_time: '9:00', capacity: '5' },
    }
    for (const [plural, body] of Object.entries(bodies)) {
      const first = await call('PUT', `/${plural}/external/x1`, body)
      const { length } = await changesOf(app)
      const second = await call('PUT', `/${plural}/external/x1`, body)
      assert.deepEqual([plural, first.status, second.status], [plural, 201, 200])
      assert.deepEqual([plural, second.headers.etag], [plural, first.headers.etag])
      assert.deepEqual([plural, (await changesOf(app)).length], [plural, length])
    }
  })

  it('the e-mails of an event that are switched to what they are', async () => {
    const path = `/events/${event.id}/emails`
    const { body } = await call('GET', path)
    const before = await traceOf(`/events/${event.id}`)
    assert.equal((await call('PUT', path, body)).status, 200)
    assert.deepEqual(await traceOf(`/events/${event.id}`), before)
    await call('PUT', path, { confirmation: 0 })
    assert.equal((await traceOf(`/events/${event.id}`)).changes, before.changes + 1)
  })
})

describe('a text that is stored and longer than new ones may be', () => {
  const long = `<p>${'x'.repeat(longestHtml)}</p>`

  it('is accepted as long as it is sent unchanged, beside other changes', async () => {
    for (const [plural, id] of [
      ['events', event.id],
      ['tracks', track.id],
      ['sessions', session.id],
    ]) {
      await pool`update ${pool(plural)} set description = ${long} where id = ${id}`
      const path = `/${plural}/${id}`
      const { body: record } = await call('GET', path)
      const kept = await call('PUT', path, { ...record, name: `${record.name}!` })
      assert.deepEqual([kept.status, kept.body.description, kept.body.name], [200, long, `${record.name}!`])
      const changed = await call('PUT', path, { description: `${long}!` })
      assert.deepEqual([changed.status, changed.body[0].type], [422, 'too_long'])
    }
  })

  it('422 for a new one', async () => {
    const { status, body } = await call('POST', '/tracks/create', {
      event_id: event.id,
      name: 'Long',
      description: long,
    })
    assert.deepEqual(
      [status, body],
      [
        422,
        [{ field: 'description', message: 'Description must be at most 100 kB of HTML.', type: 'too_long' }],
      ],
    )
  })
})
