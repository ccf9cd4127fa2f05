import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { Ajv } from 'ajv'
import draft6 from 'ajv/dist/refs/json-schema-draft-06.json' with { type: 'json' }
import formats from 'ajv-formats'
import ICAL from 'ical.js'
import { XmlDocument, XsdValidator } from 'libxml2-wasm'
import { type Json, testApp } from '../../../test/support/app.ts'
import { importSchedule } from '../../programme/import/import.ts'
import { readProgramme } from '../../programme/import/recognise.ts'

const app = await testApp()
const { call, make, pool, account_id } = app
const schema = (name: string) => new URL(`../../../test/schemas/${name}`, import.meta.url)

const get = (event: Json, file: string, headers: Json = {}, method: 'GET' | 'HEAD' = 'GET') =>
  app.app.inject({ method, url: `/public/events/${event.id}/${file}`, headers })
const text = async (event: Json, file: string) => (await get(event, file)).body

/** An event with everything that a programme can have, in two zones and over a change of the clocks. */
async function programme() {
  const event = await make('events', { name: 'Frühlings-Tage', timezone: 'Europe/Berlin', status: 'live' })
  const hall = await make('locations', { event_id: event.id, name: 'Hall "A" & B' })
  const track = await make('tracks', { event_id: event.id, name: 'Brot <gut>', color: '#1A7F64' })
  const ada = await make('speakers', {
    event_id: event.id,
    name: 'Ada King',
    email: 'ada@example.org',
    bio: 'Bakes',
  })
  const session = (
    name: string,
    date: string,
    start_time: string,
    end_time: string | null,
    more: Json = {},
  ) => make('sessions', { event_id: event.id, name, date, start_time, end_time, ...more })
  const bread = await session('Bread & <b>water</b>', '2030-03-30', '10:00', '11:30', {
    description: '<p>How to <em>bake</em></p>',
    location_id: hall.id,
    track_id: track.id,
    notes: 'secret notes',
    webinar_url: 'https://video.example.org/secret',
    external_id: '11111111-0000-4000-8000-000000000001',
  })
  await call('PUT', `/sessions/${bread.id}/speakers`, [{ speaker_id: ada.id }])
  await session('Night', '2030-03-31', '01:30', '04:00')
  await session('=1+1', '2030-04-01', '23:30', '00:30', { location_id: hall.id })
  await session('Moment 🌾', '2030-04-01', '09:00', null)
  await session('Not yet', '2030-04-01', '09:00', '10:00', { session_status: 'submitted' })
  return { event, bread }
}

describe('the public programme of an event', () => {
  it('is schedule.json by its schema', async () => {
    const { event } = await programme()
    const ajv = new Ajv({ strict: false })
    ajv.addMetaSchema(draft6)
    formats.default(ajv)
    const validate = ajv.compile(JSON.parse(readFileSync(schema('c3voc-schedule.schema.json'), 'utf8')))
    const document: Json = JSON.parse(await text(event, 'schedule.json'))
    const isValid = validate(document)
    assert.ok(isValid, JSON.stringify(validate.errors))
    const { conference } = document.schedule
    assert.deepEqual(
      conference.days.map(({ date, rooms }: Json) => [
        date,
        Object.entries(rooms).map(([room, held]) => [
          room,
          (held as Json[]).map(({ title, date, duration }) => [title, date, duration]),
        ]),
      ]),
      [
        [
          '2030-03-30',
          [
            ['Hall "A" & B', [['Bread & <b>water</b>', '2030-03-30T10:00:00+01:00', '1:30']]],
            ['TBA', [['Night', '2030-03-31T01:30:00+01:00', '1:30']]],
          ],
        ],
        [
          '2030-04-01',
          [
            ['TBA', [['Moment 🌾', '2030-04-01T09:00:00+02:00', '0:00']]],
            ['Hall "A" & B', [['=1+1', '2030-04-01T23:30:00+02:00', '1:00']]],
          ],
        ],
      ],
    )
    const [bread] = conference.days[0].rooms['Hall "A" & B']
    assert.deepEqual(
      [bread.guid, bread.persons[0].public_name, bread.track],
      ['11111111-0000-4000-8000-000000000001', 'Ada King', 'Brot <gut>'],
    )
  })

  it('is schedule.xml by its schema', async () => {
    const { event } = await programme()
    const xsd = XsdValidator.fromDoc(XmlDocument.fromBuffer(readFileSync(schema('c3voc-schedule.xsd'))))
    const document = XmlDocument.fromString(await text(event, 'schedule.xml'))
    xsd.validate(document)
    assert.equal(document.find('//event').length, 4)
    document.dispose()
    xsd.dispose()
  })

  it('is a calendar without METHOD, with the zone and the texts, whose bytes stay while nothing changes', async () => {
    const { event } = await programme()
    const first = await text(event, 'schedule.ics')
    assert.doesNotMatch(first, /METHOD/)
    const calendar = new ICAL.Component(ICAL.parse(first))
    const events = calendar.getAllSubcomponents('vevent').map(each => new ICAL.Event(each))
    assert.deepEqual(
      events.map(({ summary, startDate, location }) => [summary, startDate.toString(), location]),
      [
        ['Bread & <b>water</b>', '2030-03-30T10:00:00', 'Hall "A" & B'],
        ['Night', '2030-03-31T01:30:00', null],
        ['Moment 🌾', '2030-04-01T09:00:00', null],
        ['=1+1', '2030-04-01T23:30:00', 'Hall "A" & B'],
      ],
    )
    assert.match(events[0]!.description, /^Ada King\n\nHow to bake/)
    assert.equal(calendar.getFirstSubcomponent('vtimezone')?.getFirstPropertyValue('tzid'), 'Europe/Berlin')
    assert.equal(await text(event, 'schedule.ics'), first)
  })

  it('has no formula in CSV, and none in a workbook', async () => {
    const { event } = await programme()
    const csv = await text(event, 'sessions.csv')
    assert.match(csv, /^\ufeffID,Title,Date,Start,End,Time zone,Room,Track,Speakers,Description\r\n/)
    assert.match(csv, /,'=1\+1,2030-04-01,23:30,00:30,Europe\/Berlin,"Hall ""A"" & B"/)
    const { rows } = await readProgramme((await get(event, 'sessions.xlsx')).rawPayload, 'x')
    assert.deepEqual(
      rows.map(({ title }) => title),
      ['Bread & <b>water</b>', 'Night', 'Moment 🌾', '=1+1'],
    )
  })

  it('says nothing that is not public', async () => {
    const { event, bread } = await programme()
    for (const file of ['schedule.json', 'schedule.xml', 'schedule.ics', 'sessions.csv'])
      for (const secret of ['secret', 'ada@example.org', bread.secure_id, 'Not yet'])
        assert.ok(!(await text(event, file)).includes(secret), `${file} has ${secret}`)
  })

  it('304 until something changes, 200 as soon as it does; to every origin, also by HEAD, whatever the Authorization', async () => {
    const { event, bread } = await programme()
    const first = await get(event, 'schedule.json', {
      origin: 'https://any.example',
      authorization: 'Bearer x',
    })
    const { etag, 'last-modified': modified } = first.headers
    assert.deepEqual([first.statusCode, first.headers['access-control-allow-origin']], [200, '*'])
    const again = async () => (await get(event, 'schedule.json', { 'if-none-match': etag })).statusCode
    assert.equal(await again(), 304)
    assert.equal((await get(event, 'schedule.json', { 'if-modified-since': modified })).statusCode, 304)
    await make('registrants', { event_id: event.id, email: 'someone@example.com', session_ids: [bread.id] })
    assert.equal(await again(), 304)
    await call('PUT', `/sessions/${bread.id}`, { name: 'Bread' })
    assert.equal(await again(), 200)
    const head = await get(event, 'schedule.ics', {}, 'HEAD')
    assert.deepEqual([head.statusCode, head.body], [200, ''])
  })

  it('has what a transaction brings that began before the last record and ends after it', async () => {
    const { event, bread } = await programme()
    const early = await pool.reserve()
    await early`begin`
    await early`select pg_current_xact_id()`
    await early`update sessions set name = 'Late bread' where id = ${bread.id}`
    await early`insert into changes (account_id, event_id, object, object_id, action, created_at) values (${account_id}, ${event.id}, 'session', ${bread.id}, 'update', now())`
    await call('PUT', `/events/${event.id}`, { name: 'Renamed' })
    assert.doesNotMatch(await text(event, 'schedule.json'), /Late bread/)
    await early`commit`
    early.release()
    assert.match(await text(event, 'schedule.json'), /Late bread/)
  })

  it('404 for an event that is not public, does not exist, or is no number; an empty one is empty', async () => {
    const draft = await make('events', { name: 'Draft', timezone: 'UTC' })
    for (const id of [draft.id, 999_999_999, 'x', -1])
      assert.equal((await get({ id }, 'schedule.json')).statusCode, 404)
    const empty = await make('events', { name: 'Empty', timezone: 'UTC', status: 'live' })
    for (const file of ['schedule.json', 'schedule.ics', 'sessions.csv', 'sessions.xlsx'])
      assert.equal((await get(empty, file)).statusCode, 200, file)
  })

  for (const file of ['schedule.json', 'schedule.xml', 'schedule.ics', 'sessions.csv', 'sessions.xlsx'])
    it(`goes out as ${file}, and comes in as it was`, async () => {
      const { event } = await programme()
      const written = await get(event, file)
      const actor = { account_id, actor_id: null, request_id: null, now: new Date() }
      const target = await make('events', { name: event.name, timezone: event.timezone, status: 'live' })
      const report = await importSchedule(
        pool,
        actor,
        { event_id: target.id },
        await readProgramme(written.rawPayload, file),
      )
      assert.deepEqual([report.rejected, report.session.created], [[], 4])
      const sessions = async (id: number) =>
        (await call('GET', `/sessions?event_id=${id}&fields=*&expand=speakers&sort=starts_at,id`)).body.items
          .filter(({ session_status }: Json) => session_status === 'live')
          .map(({ name, starts_at, ends_at, location, track, speakers }: Json) => [
            name,
            starts_at,
            ends_at ?? starts_at,
            file.startsWith('sessions') || file.endsWith('ics') ? location?.name : (location?.name ?? 'TBA'),
            track?.name,
            file.endsWith('ics') ? [] : speakers.map((speaker: Json) => speaker.name),
          ])
      const found = await sessions(target.id)
      const wanted = await sessions(event.id)
      assert.deepEqual(found, wanted)
    })
})

describe('a calendar', () => {
  const namesIn = (text: string) => [...text.matchAll(/^SUMMARY:(.*)\r$/gm)].map(([, name]) => name)
  const calendar = async (path: string) => {
    const { statusCode, body } = await app.app.inject({ method: 'GET', url: `/public/${path}` })
    return { status: statusCode, names: namesIn(body) }
  }

  it('is of a track, a location or sessions of an event', async () => {
    const { event, bread } = await programme()
    const own = `events/${event.id}/schedule.ics`
    assert.deepEqual((await calendar(`${own}?track=${bread.track_id}`)).names, ['Bread & <b>water</b>'])
    assert.equal((await calendar(`${own}?location=${bread.location_id}`)).names.length, 2)
    assert.equal((await calendar(`${own}?session=${bread.id},999999999`)).names.length, 1)
    assert.deepEqual(await calendar(`${own}?track=999999999`), { status: 200, names: [] })
    assert.equal((await calendar(`${own}?track=x`)).status, 400)
  })

  it('is of one session, one speaker or one location', async () => {
    const { event, bread } = await programme()
    const [speaker] = (await call('GET', `/speakers?event_id=${event.id}`)).body.items
    assert.deepEqual((await calendar(`sessions/${bread.id}.ics`)).names, ['Bread & <b>water</b>'])
    assert.deepEqual((await calendar(`speakers/${speaker.id}.ics`)).names, ['Bread & <b>water</b>'])
    assert.equal((await calendar(`locations/${bread.location_id}.ics`)).names.length, 2)
    const hidden = await make('sessions', {
      event_id: event.id,
      name: 'H',
      date: '2030-04-01',
      session_status: 'submitted',
    })
    const silent = await make('speakers', { event_id: event.id, name: 'Nobody' })
    for (const path of [
      `sessions/${hidden.id}.ics`,
      `speakers/${silent.id}.ics`,
      'sessions/x.ics',
      `sessions/${bread.id}`,
      'locations/999999999.ics',
    ])
      assert.equal((await calendar(path)).status, 404, path)
  })
})

describe('the views of Sessionize', () => {
  const view = async (event: Json, name: string) => {
    const { statusCode, body, headers } = await app.app.inject({
      method: 'GET',
      url: `/public/sessionize/${event.id}/view/${name}`,
    })
    return { status: statusCode, headers, body: JSON.parse(body) }
  }

  it('have the members that embedding websites read', async () => {
    const { event, bread } = await programme()
    const all = (await view(event, 'All')).body
    const [first] = all.sessions
    assert.deepEqual(
      [
        first.id,
        first.title,
        first.startsAt,
        first.endsAt,
        first.status,
        all.rooms[0].name,
        all.categories[0].items[0].name,
      ],
      [
        String(bread.id),
        'Bread & <b>water</b>',
        '2030-03-30T10:00:00',
        '2030-03-30T11:30:00',
        'Accepted',
        'Hall "A" & B',
        'Brot <gut>',
      ],
    )
    assert.deepEqual(
      all.speakers.map(({ id, fullName, firstName, lastName, bio, sessions }: Json) => [
        id === first.speakers[0],
        fullName,
        firstName,
        lastName,
        bio,
        sessions,
      ]),
      [[true, 'Ada King', 'Ada', 'King', 'Bakes', [bread.id]]],
    )
    const [group] = (await view(event, 'sessions?utc=1')).body
    assert.deepEqual(
      [
        group.isDefault,
        group.sessions.length,
        group.sessions[0].startsAt,
        group.sessions[0].speakers[0].name,
        group.sessions[0].room,
      ],
      [true, 4, '2030-03-30T09:00:00Z', 'Ada King', 'Hall "A" & B'],
    )
    const [day] = (await view(event, 'GridSmart')).body
    assert.deepEqual([day.date, day.isDefault, day.rooms.length], ['2030-03-30T00:00:00', true, 1])
    assert.deepEqual(
      [day.timeSlots[0].slotStart, day.timeSlots[0].rooms[0].session.id],
      ['10:00:00', String(bread.id)],
    )
    assert.equal((await view(event, 'Speakers')).body[0].sessions[0].name, 'Bread & <b>water</b>')
    assert.equal((await view(event, 'SpeakerWall')).body[0].fullName, 'Ada King')
  })

  it('come in again', async () => {
    const { event } = await programme()
    for (const [name, count] of [
      ['All', 4],
      ['Sessions', 4],
      ['GridSmart', 2],
    ] as const) {
      const { rows } = await readProgramme(Buffer.from(JSON.stringify((await view(event, name)).body)), name)
      assert.deepEqual(
        [rows.length, rows[0]!.persons[0]?.name, rows[0]!.track],
        [count, 'Ada King', 'Brot <gut>'],
      )
    }
  })

  it('404 for another view; empty ones without sessions', async () => {
    const empty = await make('events', { name: 'Empty', timezone: 'UTC', status: 'live' })
    assert.equal((await view(empty, 'constructor')).status, 404)
    for (const name of ['Sessions', 'GridSmart', 'Speakers'])
      assert.deepEqual((await view(empty, name)).body, [])
  })
})
