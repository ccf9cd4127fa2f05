import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { changesOf, testApp } from '../../../test/support/app.ts'
import type { Actor } from '../../http/actor.ts'
import { type ImportOptions, importSchedule, type Target } from './import.ts'
import { readSchedule } from './recognise.ts'
import type { RecordChange } from './report.ts'

const app = await testApp()
const { pool, account_id, call, make } = app
const actor: Actor = { account_id, actor_id: null, request_id: null, now: new Date() }
const village = readFileSync(new URL('./fixtures/village.xml', import.meta.url), 'utf8')

const bring = (text: string, target: Target, options?: ImportOptions) =>
  importSchedule(pool, actor, target, readSchedule(text), options)
const sessionsOf = async (event_id: number) =>
  (await call('GET', `/sessions?event_id=${event_id}&fields=*&sort=id`)).body.items
const namesOf = async (plural: string, event_id: number) =>
  (await call('GET', `/${plural}?event_id=${event_id}&sort=sort,id`)).body.items.map((item: any) => item.name)
const changesIn = async (event_id: number) =>
  (await changesOf(app)).filter(change => change.event_id === event_id).length
const tally = (created: number, updated: number, unchanged: number, rejected: number) => ({
  created,
  updated,
  unchanged,
  rejected,
})

/** A programme without a zone, of one day and one room. */
const programme = (...events: string[]) =>
  `<schedule><day date="2030-03-31"><room name="Hall">${events.join('\n')}</room></day></schedule>`
const talk = (id: number, title = `Talk ${id}`, more = '<start>10:00</start><duration>00:30</duration>') =>
  `<event id="${id}"><title>${title}</title>${more}</event>`

const person = (id: number, name: string) => `<person id="${id}">${name}</person>`
const talkBy = (id: number, ...persons: string[]) =>
  talk(
    id,
    `Talk ${id}`,
    `<start>10:00</start><duration>00:30</duration><persons>${persons.join('')}</persons>`,
  )
const speakersOf = async (event_id: number) =>
  (await call('GET', `/sessions?event_id=${event_id}&expand=speakers&fields=id&sort=id`)).body.items.map(
    (session: any) => session.speakers.map(({ name, role }: any) => `${name}, ${role}`),
  )

describe('an import of speakers', () => {
  const zone = { timezone: 'UTC' }
  const [ada, bo] = [person(1, 'Ada King Lovelace'), person(2, 'Bo')]

  it('makes one speaker of a person in several sessions, in the order of each', async () => {
    const { event_id, speaker } = await bring(
      programme(talkBy(1, ada, bo), talkBy(2, bo)),
      { new_event: 'People' },
      zone,
    )
    assert.deepEqual(speaker, tally(2, 0, 0, 0))
    assert.deepEqual(await speakersOf(event_id), [
      ['Ada King Lovelace, speaker', 'Bo, speaker'],
      ['Bo, speaker'],
    ])
    const seen = await changesIn(event_id)
    const again = await bring(programme(talkBy(1, ada, bo), talkBy(2, bo)), { event_id })
    assert.deepEqual([again.speaker, again.session], [tally(0, 0, 2, 0), tally(0, 0, 2, 0)])
    assert.equal(await changesIn(event_id), seen)
  })

  it('follows the file where it differs, keeps roles, and recognises who is called otherwise', async () => {
    const { event_id } = await bring(programme(talkBy(1, ada, bo)), { new_event: 'People moved' }, zone)
    const [session] = await sessionsOf(event_id)
    const { body } = await call('GET', `/sessions/${session.id}/speakers`)
    const ids = body.speakers.map(({ id }: any) => id)
    await call('PUT', `/sessions/${session.id}/speakers`, [
      { speaker_id: ids[0] },
      { speaker_id: ids[1], role: 'host' },
    ])
    const report = await bring(programme(talkBy(1, person(2, 'Bo Diddley'), person(3, 'Cy'))), { event_id })
    assert.deepEqual([report.speaker, report.session], [tally(1, 1, 0, 0), tally(0, 1, 0, 0)])
    assert.deepEqual(await speakersOf(event_id), [['Bo Diddley, host', 'Cy, speaker']])
    assert.deepEqual(
      report.changes
        .find(({ object }) => object === 'session')!
        .members.map(({ member, from, to }) => [member, from, to]),
      [['speakers', 'Ada King Lovelace, Bo Diddley', 'Bo Diddley, Cy']],
    )
  })

  it('keeps speakers that were edited by hand where edits are to be kept', async () => {
    const { event_id } = await bring(programme(talkBy(1, ada, bo)), { new_event: 'People kept' }, zone)
    const [session] = await sessionsOf(event_id)
    const own = await make('speakers', { event_id, name: 'Own Choice' })
    await call('PUT', `/sessions/${session.id}/speakers`, [own.id])
    const { session: kept } = await bring(programme(talkBy(1, ada)), { event_id }, { keep_edits: true })
    assert.deepEqual([kept, await speakersOf(event_id)], [tally(0, 0, 1, 0), [['Own Choice, speaker']]])
    await bring(programme(talkBy(1, ada)), { event_id })
    assert.deepEqual(await speakersOf(event_id), [['Ada King Lovelace, speaker']])
  })

  it('takes people without an id by their names, and one who was made by hand', async () => {
    const { body: event } = await call('POST', '/events', { name: 'By name', timezone: 'UTC' })
    const known = await make('speakers', { event_id: event.id, name: 'Ada Lovelace', company: 'Engines' })
    const text = programme(
      talkBy(1, '<person>Ada Lovelace</person>'),
      talkBy(2, '<person>Ada Lovelace</person>'),
    )
    const { speaker } = await bring(text, { event_id: event.id })
    assert.equal(speaker.created, 0)
    const { body } = await call('GET', `/speakers?event_id=${event.id}&fields=id,company`)
    assert.deepEqual(body.items, [{ id: known.id, company: 'Engines' }])
  })

  it('moves the speakers that earlier imports left in notes, also in notes that were edited', async () => {
    const { event_id } = await bring(programme(talkBy(1, ada), talkBy(2, bo)), { new_event: 'Notes' }, zone)
    const [one, two] = await sessionsOf(event_id)
    await pool`delete from session_speakers where event_id = ${event_id}`
    await pool`delete from imported where event_id = ${event_id} and object = 'speaker'`
    await pool`
      update imported set members = (members - 'speakers') || jsonb_build_object('notes', 'Speaker: Ada King Lovelace')
      where event_id = ${event_id} and object_id = ${one.id}`
    await call('PUT', `/sessions/${one.id}`, { notes: 'Speaker: Ada King Lovelace\nNeeds a piano' })
    await pool`
      update imported set members = (members - 'speakers') || jsonb_build_object('notes', 'Speaker: Bo')
      where event_id = ${event_id} and object_id = ${two.id}`
    await call('PUT', `/sessions/${two.id}`, { notes: 'Speaker: Bo' })
    await bring(programme(talkBy(1, ada), talkBy(2, bo)), { event_id }, { keep_edits: true })
    assert.deepEqual(
      (await sessionsOf(event_id)).map(({ notes }: any) => notes),
      ['Needs a piano', null],
    )
    assert.deepEqual(await speakersOf(event_id), [['Ada King Lovelace, speaker'], ['Bo, speaker']])
  })

  it('does not bring back who was forgotten', async () => {
    const { event_id } = await bring(programme(talkBy(1, ada)), { new_event: 'Forgotten' }, zone)
    const { body } = await call('GET', `/speakers?event_id=${event_id}`)
    await call('POST', `/speakers/${body.items[0].id}/forget`)
    await bring(programme(talkBy(1, ada)), { event_id })
    const { body: after } = await call('GET', `/speakers?event_id=${event_id}&fields=id,name`)
    assert.deepEqual(after.items, [{ id: body.items[0].id, name: '' }])
  })
})

describe('an import', () => {
  it('creates the event, and the rooms and tracks that sessions are in', async () => {
    const report = await bring(village, { new_event: 'Village' })
    const { body: event } = await call('GET', `/events/${report.event_id}`)
    const { changes, ...summary } = report
    assert.deepEqual(
      changes.map(({ object, outcome, members, deleted }) => [object, outcome, members, deleted]),
      ['location', 'track', 'track', 'speaker', 'speaker', 'session', 'session', 'session'].map(object => [
        object,
        'created',
        [],
        false,
      ]),
    )
    assert.deepEqual(summary, {
      format: 'frab XML',
      event_id: event.id,
      event_name: 'Village',
      event_status: 'draft',
      event_created: true,
      timezone: 'Europe/Brussels',
      matched_by: 'id',
      dry_run: false,
      location: tally(1, 0, 0, 0),
      track: tally(2, 0, 0, 0),
      speaker: tally(2, 0, 0, 0),
      session: tally(3, 0, 0, 0),
      not_in_file: 0,
      rejected: [],
    })
    assert.deepEqual(
      [event.name, event.timezone, event.start_date, event.end_date],
      ['Village', 'Europe/Brussels', '2030-05-04', '2030-05-05'],
    )
    assert.deepEqual(await namesOf('locations', event.id), ['Mill'])
    assert.deepEqual(await namesOf('tracks', event.id), ['Water & Mills', 'Bread'])
    const { body: tracks } = await call('GET', `/tracks?event_id=${event.id}&fields=*&sort=sort`)
    assert.deepEqual(
      tracks.items.map((track: any) => track.color),
      ['#1A7F64', null],
    )
  })

  it('creates sessions that say what the file says', async () => {
    const { event_id } = await bring(village, { new_event: 'Village told' })
    const [first, night, moment] = await sessionsOf(event_id)
    assert.deepEqual(
      [first.name, first.date, first.start_time, first.end_time, first.timezone, first.use_event_timezone],
      [' Grinding 🌾 for 初心者 ', '2030-05-04', '10:00:00', '11:30:00', 'Europe/Brussels', 1],
    )
    assert.deepEqual([first.track.name, first.location.name], ['Water & Mills', 'Mill'])
    assert.equal(first.external_id, '11111111-0000-4000-8000-000000000001')
    assert.equal(
      first.notes,
      'Type: workshop\nLanguage: en\nRecording: not allowed\nPage: https://example.org/talks/1',
    )
    assert.equal(
      first.description,
      '<p><strong>Stones &amp; sieves</strong></p>\n<p>Bring <em>flour</em>.</p>\n' +
        '<p>First line<br />second line</p>\n<p>1 &lt; 2 &amp; so on</p>\n<p>Links:</p>\n' +
        '<ul><li><a href="https://example.org/a?b=1&amp;c=2" rel="noopener noreferrer">Plans</a></li>' +
        '<li><a href="https://example.org/more" rel="noopener noreferrer">example.org/more</a></li>' +
        '<li>Trick (javascript:alert(1))</li></ul>\n<p>Attachments:</p>\n' +
        '<ul><li><a href="https://example.org/slides.pdf" rel="noopener noreferrer">Slides</a></li></ul>',
    )
    assert.deepEqual(
      [night.starts_at, night.ends_at, night.times_with_timezone],
      ['2030-05-04T21:30:00Z', '2030-05-04T22:30:00Z', '11:30 PM - 12:30 AM (CEST)'],
    )
    assert.deepEqual(
      [moment.date, moment.starts_at, moment.ends_at, moment.track],
      ['2030-05-05', '2030-05-04T22:30:00Z', '2030-05-04T22:30:00Z', null],
    )
  })

  it('changes nothing the second time, and leaves no change records', async () => {
    const { event_id } = await bring(village, { new_event: 'Village twice' })
    const before = [await sessionsOf(event_id), await changesIn(event_id)]
    const again = await bring(village, { new_event: 'Village twice' })
    assert.deepEqual(
      [again.event_id, again.event_created, again.location, again.track, again.session],
      [event_id, false, tally(0, 0, 1, 0), tally(0, 0, 2, 0), tally(0, 0, 3, 0)],
    )
    assert.deepEqual([await sessionsOf(event_id), await changesIn(event_id)], before)
  })

  it('changes what the file changed, and nothing that the file does not tell', async () => {
    const { event_id } = await bring(village, { new_event: 'Village moved' })
    const [, night] = await sessionsOf(event_id)
    await call('PUT', `/sessions/update/${night.id}`, { capacity: 12, sold_out_message: 'Full' })
    const moved = village.replace('<start>23:30</start>', '<start>22:00</start>').replaceAll('Bread', 'Rye')
    const report = await bring(moved, { event_id })
    assert.deepEqual(report.session, tally(0, 1, 2, 0))
    assert.deepEqual(report.track, tally(1, 0, 1, 0))
    const changed = (await sessionsOf(event_id))[1]
    assert.deepEqual(
      [
        changed.id,
        changed.start_time,
        changed.end_time,
        changed.track.name,
        changed.capacity,
        changed.sold_out_message,
      ],
      [night.id, '22:00:00', '23:00:00', 'Rye', 12, 'Full'],
    )
  })

  describe('that is run again after edits by hand', () => {
    const told = ({ changes }: { changes: RecordChange[] }) =>
      changes.map(({ object, outcome, name, members, deleted }) => [
        `${object} ${outcome}${deleted ? ' deleted' : ''} ${name}`,
        ...members.map(
          ({ member, from, to, edited, kept }) =>
            `${member}: ${JSON.stringify(from)} → ${JSON.stringify(to)}${edited ? ' edited' : ''}${kept ? ' kept' : ''}`,
        ),
      ])
    /** Three talks; of the first the title, of the second the time was edited, and the third was deleted. */
    async function edited() {
      const file = [talk(1), talk(2), talk(3), talk(4)]
      const { event_id } = await bring(
        programme(...file),
        { new_event: `Edited ${Math.random()}` },
        { timezone: 'UTC' },
      )
      const [one, two, three, four] = await sessionsOf(event_id)
      await call('PUT', `/sessions/${one.id}`, { name: 'By hand' })
      await call('PUT', `/sessions/${two.id}`, { start_time: '14:00', end_time: '15:00', capacity: 5 })
      await call('DELETE', `/sessions/${three.id}`)
      const later = '<start>11:00</start><duration>00:30</duration>'
      const text = programme(file[0]!, talk(2, 'Talk 2', later), file[2]!, talk(4, 'New title', later))
      return { event_id, text, one, two, four }
    }
    const wanted = (mark: string) => [
      ['session updated Talk 1', `name: "By hand" → "Talk 1" edited${mark}`],
      [
        'session updated Talk 2',
        `start_time: "14:00:00" → "11:00:00" edited${mark}`,
        `end_time: "15:00:00" → "11:30:00" edited${mark}`,
      ],
      ['session created deleted Talk 3'],
      [
        'session updated New title',
        'name: "Talk 4" → "New title"',
        'start_time: "10:00:00" → "11:00:00"',
        'end_time: "10:30:00" → "11:30:00"',
      ],
    ]

    it('names every change, and marks what was edited; a dry run says the same, and keeps nothing', async () => {
      const { event_id, text } = await edited()
      const before = await sessionsOf(event_id)
      const rehearsed = await bring(text, { event_id }, { dry_run: true })
      assert.deepEqual(await sessionsOf(event_id), before)
      assert.deepEqual(told(rehearsed), wanted(''))
      assert.equal(rehearsed.changes[2]!.id, null)
      assert.deepEqual(told(await bring(text, { event_id })), wanted(''))
      assert.deepEqual(told(await bring(text, { event_id })), [])
    })

    it('keeps edits when it is asked to, times together, and takes the rest; and again the next time', async () => {
      const { event_id, text, one, two, four } = await edited()
      const [first, second, , last] = wanted(' kept').map(change =>
        change.map(line => line.replace('session updated Talk', 'session kept Talk')),
      )
      const kept = [first, second, ['session kept deleted Talk 3']]
      const report = await bring(text, { event_id }, { keep_edits: true })
      assert.deepEqual(told(report), [...kept, last])
      assert.deepEqual(report.session, tally(0, 1, 3, 0))
      assert.deepEqual(
        (await sessionsOf(event_id)).map(({ id, name, start_time, capacity }: any) => [
          id,
          name,
          start_time,
          capacity,
        ]),
        [
          [one.id, 'By hand', '10:00:00', null],
          [two.id, 'Talk 2', '14:00:00', 5],
          [four.id, 'New title', '11:00:00', null],
        ],
      )
      assert.deepEqual(told(await bring(text, { event_id }, { keep_edits: true })), kept)
      // Whoever takes an edit back is no longer asked about it.
      await call('PUT', `/sessions/${one.id}`, { name: 'Talk 1' })
      assert.deepEqual(told(await bring(text, { event_id }, { keep_edits: true })), kept.slice(1))
      assert.equal((await bring(text, { event_id })).session.created, 1)
      assert.deepEqual(told(await bring(text, { event_id }, { keep_edits: true })), [])
    })

    it('keeps rooms and tracks that were renamed or deleted, and names where sessions are', async () => {
      const { event_id } = await bring(village, { new_event: 'Village kept' })
      const [mill] = (await call('GET', `/locations?event_id=${event_id}`)).body.items
      const [water, bread] = (await call('GET', `/tracks?event_id=${event_id}&sort=sort`)).body.items
      const attic = await make('locations', { event_id, name: 'Attic' })
      const [grinding] = await sessionsOf(event_id)
      await call('PUT', `/locations/${mill.id}`, { name: 'Old mill' })
      await call('PUT', `/tracks/${water.id}`, { color: '#000000' })
      await call('DELETE', `/tracks/${bread.id}`)
      await call('PUT', `/sessions/${grinding.id}`, { location_id: attic.id })
      const wanted = [
        ['location kept Mill', 'name: "Old mill" → "Mill" edited kept'],
        ['track kept Water & Mills', 'color: "#000000" → "#1A7F64" edited kept'],
        ['track kept deleted Bread'],
        [
          'session kept  Grinding 🌾 for 初心者 ',
          `location_id: {"id":${attic.id},"value":"Attic"} → {"id":${mill.id},"value":"Old mill"} edited kept`,
        ],
      ]
      const before = await sessionsOf(event_id)
      assert.deepEqual(told(await bring(village, { event_id }, { keep_edits: true })), wanted)
      assert.deepEqual(await sessionsOf(event_id), before)
      const { location, track, session } = await bring(village, { event_id })
      assert.deepEqual([location, track, session], [tally(0, 1, 0, 0), tally(1, 1, 0, 0), tally(0, 2, 1, 0)])
    })

    it('knows nothing of edits where no import has written', async () => {
      const { event_id } = await bring(programme(talk(1)), { new_event: 'Early' }, { timezone: 'UTC' })
      const [one] = await sessionsOf(event_id)
      await call('PUT', `/sessions/${one.id}`, { name: 'By hand' })
      await pool`delete from imported where event_id = ${event_id}`
      const report = await bring(programme(talk(1)), { event_id }, { keep_edits: true })
      assert.deepEqual(told(report), [['session updated Talk 1', 'name: "By hand" → "Talk 1"']])
    })

    it('goes with its event', async () => {
      const { event_id } = await edited()
      await call('DELETE', `/events/${event_id}`)
      assert.deepEqual([...(await pool`select from imported where event_id = ${event_id}`)], [])
    })
  })

  it('makes the event live when it is asked to', async () => {
    const draft = await bring(village, { new_event: 'Published' }, { publish: true, dry_run: true })
    assert.deepEqual([draft.event_status, draft.event_created], ['live', true])
    const { event_id, event_status } = await bring(village, { new_event: 'Published' }, { publish: true })
    assert.deepEqual([event_status, (await call('GET', `/events/${event_id}`)).body.status], ['live', 'live'])
    const seen = await changesIn(event_id)
    assert.equal((await bring(village, { event_id }, { publish: true })).event_status, 'live')
    assert.equal(await changesIn(event_id), seen)
  })

  it('leaves sessions alone that the file does not have any more, and counts them', async () => {
    const zone = { timezone: 'UTC' }
    const { event_id } = await bring(programme(talk(1), talk(2), talk(3)), { new_event: 'Shrinking' }, zone)
    await make('sessions', { event_id, name: 'By hand', date: '2030-03-31' })
    const report = await bring(programme(talk(2)), { event_id })
    assert.deepEqual([report.session, report.not_in_file], [tally(0, 0, 1, 0), 2])
    assert.equal((await sessionsOf(event_id)).length, 4)
  })

  it('keeps the other rows when some are refused, and says what is wrong with each', async () => {
    const late = '<start>10:00</start><duration>24:00</duration>'
    const skipped = '<start>02:30</start><duration>01:00</duration>'
    const text = programme(
      talk(1),
      talk(2, ''),
      talk(1, 'Same id'),
      talk(4, 'Late', late),
      talk(5, 'Skipped', skipped),
      '<event><title>Nobody</title></event>',
      talk(7, 'x'.repeat(1001), '<start>9:5</start><duration>soon</duration>'),
      talk(8),
    )
    const report = await bring(text, { new_event: 'Faulty' }, { timezone: 'Europe/Brussels' })
    assert.deepEqual(report.session, tally(2, 0, 0, 6))
    assert.deepEqual(
      report.rejected.map(({ object, where, guid, faults }) => [
        object,
        where,
        guid,
        faults.map(({ field, type }) => `${field} ${type}`),
      ]),
      [
        ['session', 'line 2', '2', ['name required']],
        ['session', 'line 3', '1', ['external_id unique']],
        ['session', 'line 4', '4', ['end_time too_long']],
        ['session', 'line 5', '5', ['start_time nonexistent_time']],
        ['session', 'line 6', null, ['external_id required']],
        ['session', 'line 7', '7', ['name too_long', 'start_time time', 'duration duration']],
      ],
    )
    assert.deepEqual(
      (await sessionsOf(report.event_id)).map((session: any) => session.name),
      ['Talk 1', 'Talk 8'],
    )
  })

  it('refuses U+0000 and rooms that cannot be, and takes their sessions without them', async () => {
    const session = (id: number, more: object) => ({ id, title: `S${id}`, date: '2030-01-01', ...more })
    const long = 'r'.repeat(256)
    const rooms = {
      Hall: [session(1, { abstract: 'a\0b' }), session(2, { title: 'a\0b' })],
      [long]: [session(3, {})],
    }
    const days = [{ date: '2030-01-01', rooms }]
    const report = await bring(
      JSON.stringify({ schedule: { conference: { time_zone_name: 'UTC', days } } }),
      {
        new_event: 'Zeroes',
      },
    )
    assert.deepEqual(
      report.rejected.map(({ object, where, faults }) => [object, where, faults.map(fault => fault.message)]),
      [
        [
          'location',
          `schedule.conference.days[0].rooms["${long}"]`,
          [
            'Name should contain at most 255 characters.',
            'External ID should contain at most 255 characters.',
          ],
        ],
        [
          'session',
          'schedule.conference.days[0].rooms["Hall"][0]',
          ['Description must not contain the character U+0000.'],
        ],
        [
          'session',
          'schedule.conference.days[0].rooms["Hall"][1]',
          ['Name must not contain the character U+0000.'],
        ],
      ],
    )
    const [kept] = await sessionsOf(report.event_id)
    assert.deepEqual([kept.name, kept.location, kept.starts_at], ['S3', null, null])
  })

  it('takes two sessions of one room at the same time, and equal titles', async () => {
    const report = await bring(
      programme(talk(1, 'Hedy'), talk(2, 'Hedy')),
      { new_event: 'Twins' },
      { timezone: 'UTC' },
    )
    assert.deepEqual([report.session, report.location], [tally(2, 0, 0, 0), tally(1, 0, 0, 0)])
  })

  it('takes over rooms and tracks of the same name that were made by hand', async () => {
    const { id: event_id } = await make('events', { name: 'Prepared', timezone: 'Europe/Brussels' })
    const hall = await make('locations', { event_id, name: 'Hall', capacity: 50 })
    const report = await bring(programme(talk(1)), { event_id })
    assert.deepEqual(report.location, tally(0, 1, 0, 0))
    const [session] = await sessionsOf(event_id)
    assert.equal(session.location_id, hall.id)
    assert.equal((await call('GET', `/locations/${hall.id}`)).body.capacity, 50)
  })

  it("uses the event's zone when the file names none, and keeps another zone of the file", async () => {
    const { id: kathmandu } = await make('events', { name: 'East', timezone: 'Asia/Kathmandu' })
    await bring(programme(talk(1)), { event_id: kathmandu })
    await bring(village, { event_id: kathmandu })
    const [talked, milled] = await sessionsOf(kathmandu)
    assert.deepEqual(
      [talked.timezone, talked.use_event_timezone, talked.starts_at],
      ['Asia/Kathmandu', 1, '2030-03-31T04:15:00Z'],
    )
    assert.deepEqual(
      [milled.timezone, milled.use_event_timezone, milled.starts_at],
      ['Europe/Brussels', 0, '2030-05-04T08:00:00Z'],
    )
  })

  it('needs a zone for a new event', async () => {
    await assert.rejects(bring(programme(talk(1)), { new_event: 'Nowhere' }), { type: 'validation_failed' })
  })

  it('does not see the events of other accounts', async () => {
    const other = await testApp()
    const { id } = await other.make('events', { name: 'Theirs' })
    await assert.rejects(bring(village, { event_id: id }), { status: 404 })
  })

  it('keeps nothing of a dry run', async () => {
    const before = (await call('GET', '/events')).body._meta.totalCount
    const report = await bring(village, { new_event: 'Rehearsal' }, { dry_run: true })
    assert.deepEqual([report.dry_run, report.session], [true, tally(3, 0, 0, 0)])
    assert.equal((await call('GET', '/events')).body._meta.totalCount, before)
  })

  it('run twice at once makes one event with one of everything', async () => {
    const reports = await Promise.all([1, 2, 3].map(() => bring(village, { new_event: 'At once' })))
    assert.equal(new Set(reports.map(report => report.event_id)).size, 1)
    assert.deepEqual(reports.map(report => report.session.created).sort(), [0, 0, 3])
    assert.equal((await sessionsOf(reports[0]!.event_id)).length, 3)
  })

  it('says how far it is', async () => {
    const seen: number[][] = []
    const onProgress = (done: number, total: number) => seen.push([done, total])
    await bring(village, { new_event: 'Watched' }, { onProgress })
    assert.deepEqual(seen, [
      [1, 3],
      [2, 3],
      [3, 3],
    ])
  })
})
