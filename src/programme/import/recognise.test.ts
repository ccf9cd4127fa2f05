import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { readProgramme, readSchedule } from './recognise.ts'

const village = readFileSync(new URL('./fixtures/village.xml', import.meta.url), 'utf8')
const empty = { color: undefined, guid: null }

describe('a programme in frab XML', () => {
  const schedule = readSchedule(village)

  it('has its zone, days, rooms and tracks', () => {
    const { rows: _rows, ...rest } = schedule
    assert.deepEqual(rest, {
      format: 'frab XML',
      title: 'Village Days 2030',
      timezone: 'Europe/Brussels',
      start_date: '2030-05-04',
      end_date: '2030-05-05',
      day_change: '06:00:00',
      rooms: [
        { ...empty, where: 'line 19', name: 'Empty Shed' },
        { ...empty, where: 'line 20', name: 'Mill', guid: '5f2c7a1e-0000-4000-8000-000000000001' },
      ],
      tracks: [
        { ...empty, where: 'line 14', name: 'Water & Mills', color: '#1A7F64' },
        { ...empty, where: 'line 15', name: 'Bread' },
        { ...empty, where: 'line 16', name: 'Nobody comes' },
      ],
    })
  })

  it('has a row for each session, with its line and its texts as they are', () => {
    assert.deepEqual(
      schedule.rows.map(({ where, guid, title, room, track }) => [where, guid, title, room, track]),
      [
        [
          'line 21',
          '11111111-0000-4000-8000-000000000001',
          ' Grinding 🌾 for 初心者 ',
          'Mill',
          'Water & Mills',
        ],
        ['line 51', '2', 'Night shift', 'Mill', 'Bread'],
        ['line 57', '3', 'Moment of silence', 'Mill', null],
      ],
    )
  })

  it('has people, links and attachments', () => {
    const { persons, links, attachments, do_not_record, license, url } = schedule.rows[0]!
    assert.deepEqual(persons, [
      { name: 'Ada Miller', id: '7', biography: null, picture: null },
      { name: 'Weis, Bo', id: '8', biography: null, picture: null },
    ])
    assert.deepEqual(links, [
      { url: 'https://example.org/a?b=1&c=2', title: 'Plans' },
      { url: 'example.org/more', title: '' },
      { url: 'javascript:alert(1)', title: 'Trick' },
    ])
    assert.deepEqual(attachments, [{ url: 'https://example.org/slides.pdf', title: 'Slides' }])
    assert.deepEqual([do_not_record, license, url], [true, 'CC BY', 'https://example.org/talks/1'])
  })
})

describe('a programme in frab JSON', () => {
  const programme = (days: unknown, more: object = {}) =>
    JSON.stringify({
      schedule: { base_url: 'https://example.org/', conference: { title: 'J', days, ...more } },
    })

  it('has its rooms, tracks and sessions, with the path of each', () => {
    const session = {
      id: 5,
      guid: 'g-5',
      title: 'Tea',
      date: '2030-05-04T10:00:00+02:00',
      duration: '0:30',
      room: 'Hall',
      persons: [{ public_name: 'Ada' }, { name: 'Bo', code: 'B7', avatar: '/bo.png' }, 7, { id: 3 }],
      links: ['https://example.org/l', { url: 'https://example.org/m', title: 'M' }, {}],
      attachments: [{ url: '/files/a.pdf', title: 'A' }],
    }
    const schedule = readSchedule(
      programme([{ date: '2030-05-04', rooms: { Hall: [session] } }], {
        time_zone_name: 'Europe/Berlin',
        rooms: [{ name: 'Hall', guid: 'r-1', capacity: 40 }],
        tracks: [{ name: 'Drinks', color: '#00ff00' }],
      }),
    )
    assert.deepEqual(
      [
        schedule.format,
        schedule.timezone,
        schedule.rooms[0]?.guid,
        schedule.rooms[0]?.capacity,
        schedule.rooms.length,
      ],
      ['frab JSON', 'Europe/Berlin', 'r-1', 40, 1],
    )
    const [row] = schedule.rows
    assert.equal(row!.where, 'schedule.conference.days[0].rooms["Hall"][0]')
    assert.deepEqual([row!.guid, row!.title], ['g-5', 'Tea'])
    assert.deepEqual(row!.persons, [
      { name: 'Ada', id: null, biography: null, picture: null },
      { name: 'Bo', id: 'B7', biography: null, picture: null },
    ])
    assert.deepEqual(row!.links, [
      { url: 'https://example.org/l', title: '' },
      { url: 'https://example.org/m', title: 'M' },
    ])
    assert.deepEqual(row!.attachments, [{ url: 'https://example.org/files/a.pdf', title: 'A' }])
  })

  it('may hold anything anywhere: what is not of the expected kind is absent', () => {
    const events = [null, 7, 'x', [], { title: {}, persons: 'x', links: { a: 1 }, guid: [] }]
    const days = [null, 3, { rooms: [] }, { rooms: { '': events, R: null } }]
    const schedule = readSchedule(programme(days, { rooms: [null, 'R', {}], tracks: 'x' }))
    assert.deepEqual(
      schedule.rows.map(row => [row.title, row.guid, row.persons.length, row.links.length]),
      events.map(() => [null, null, 0, 0]),
    )
  })
})

describe('a programme with texts by language', () => {
  it('has the English ones, else the first that is not blank', () => {
    const event = (title: unknown, more: object = {}) => ({ id: 1, title, date: '2030-05-04', ...more })
    const events = [
      event({ de: 'Mühle', en: 'Mill' }, { track: { de: 'Wasser' }, room: { 'en-GB': 'Hall', de: 'Saal' } }),
      event({ en: ' ', 'pt-BR': 'Moinho', de: null }),
      event({}),
      event({ en: { text: 'Mill' } }),
      event({ 'not a language': 'Mill' }),
    ]
    const days = [{ date: '2030-05-04', rooms: { Saal: events } }]
    const conference = { title: { de: 'Tage', en: 'Days' }, days, tracks: [{ name: { de: 'Wasser' } }] }
    const schedule = readSchedule(JSON.stringify({ schedule: { conference } }))
    assert.deepEqual(
      schedule.rows.map(row => row.title),
      ['Mill', 'Moinho', null, null, null],
    )
    assert.deepEqual(
      [schedule.title, schedule.rows[0]!.track, schedule.rows[0]!.room, schedule.tracks[0]!.name],
      ['Days', 'Wasser', 'Hall', 'Wasser'],
    )
  })
})

describe('a day', () => {
  it('has its bounds, in XML and in JSON, and dates the event when the conference does not', () => {
    const xml = readSchedule(
      '<schedule><day date="2030-05-05" start="a" end="b"><room name="R"><event id="1"/></room></day>' +
        '<day date="2030-05-04"><room name="R"/></day></schedule>',
    )
    const days = [{ date: '2030-05-05', day_start: 'a', day_end: 'b', rooms: { R: [{ id: 1 }] } }]
    const json = readSchedule(JSON.stringify({ schedule: { conference: { days } } }))
    for (const { rows } of [xml, json]) assert.deepEqual([rows[0]!.day_start, rows[0]!.day_end], ['a', 'b'])
    assert.deepEqual([xml.start_date, xml.end_date], ['2030-05-04', '2030-05-05'])
    assert.deepEqual([json.start_date, json.end_date], ['2030-05-05', '2030-05-05'])
  })
})

describe('a file that is no programme', () => {
  const cases: [string, string, RegExp][] = [
    [
      'something else',
      'Hello',
      /^This is no programme that Lectern can read: it is text of another kind\. Lectern takes /,
    ],
    ['an empty list', '[]', /it is JSON, but an empty list\./],
    ['a list of lists', '[{"a": {"b": 1}}]', /it is JSON, but a list of objects that are not flat\./],
    [
      'a calendar with a broken date',
      'BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nDTSTART:x\nEND:VEVENT\nEND:VCALENDAR',
      /^The calendar cannot be read: invalid date-time value/,
    ],
    ['a broken calendar', 'BEGIN:VCALENDAR\nBEGIN:VEVENT\nX', /^The calendar cannot be read: /],
    [
      'a table without titles',
      'Room,Date\nMill,2030-05-04\n',
      /^The table has no column of titles\. Its columns are "Room", "Date"; say which one it is, such as --map "Room=name"\./,
    ],
    [
      'JSON without days',
      '{"schedule":{"conference":{}}}',
      /it is JSON, but without schedule\.conference\.days\./,
    ],
    ['an HTML page', '<!doctype html><html><br></html>', /it is a web page \(HTML\)\./],
    ['other XML', '<rss><channel/></rss>', /it is XML, but its root is <rss> without/],
    ['a deep nest of brackets', '['.repeat(200_000) + ']'.repeat(200_000), /^This is no programme/],
    ['half a nest of brackets', '['.repeat(200_000), /^The file is not JSON: /],
    ['truncated JSON', '{"schedule":{"conference":', /^The file is not JSON: /],
    ['truncated XML', village.slice(0, 900), /^Line \d+: the XML is broken: unclosed tag: /],
    [
      'a wrong end tag',
      '<schedule>\n<day>\n</room></schedule>',
      /^Line 3: the XML is broken: unexpected close tag/,
    ],
    ['U+0000', '<schedule>\n<day>\0</day></schedule>', /^Line 2: the XML is broken: disallowed character/],
    [
      'an entity that the file declares',
      '<!DOCTYPE schedule [<!ENTITY a "b">]>\n<schedule><day>&a;</day></schedule>',
      /^Line 2: the XML is broken: undefined entity/,
    ],
    ['XML a thousand deep', '<schedule>'.repeat(1000), /^Line 1: elements are nested more than 32 deep\.$/],
  ]
  for (const [what, text, message] of cases)
    it(`is refused when it is ${what}`, () => {
      assert.throws(() => readSchedule(text), { type: 'unreadable_file', message })
    })

  it('is refused when it has a million elements', () => {
    assert.throws(() => readSchedule(`<schedule>${'<a/>'.repeat(1_000_000)}</schedule>`), {
      message: /^Line 1: there are more than 1000000 elements\.$/,
    })
  })
})

describe('the bytes of a file', () => {
  const refusals: [string, Buffer, RegExp][] = [
    ['empty', Buffer.from(' \n'), /^The file is empty\.$/],
    ['binary', Buffer.from([0xfe, 0x50, 0xff, 0]), /^The file is not a text file\.$/],
    [
      'an image',
      Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff]),
      /^The file is not a text file but an image \(PNG\)\.$/,
    ],
    ['half an archive', Buffer.from('PK\x03\x04\xff', 'latin1'), /^The workbook cannot be opened: /],
  ]
  for (const [what, bytes, message] of refusals)
    it(`are refused when they are ${what}`, async () => {
      await assert.rejects(readProgramme(bytes, 'The file'), { type: 'unreadable_file', message })
    })
})
