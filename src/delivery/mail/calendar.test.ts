import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import ICAL from 'ical.js'
import { acceptedZones } from '../../../test/support/zones.ts'
import type { CalendarEntry } from '../../registration/agenda/calendar-entries.ts'
import type { AgendaSession } from '../../registration/agenda/queries.ts'
import { calendarOf } from './calendar.ts'

const session = (more: Partial<AgendaSession> = {}): AgendaSession => ({
  id: 1,
  name: 'Talk',
  date: '2027-03-28',
  start_time: '10:00:00',
  end_time: '11:00:00',
  timezone: 'Europe/Brussels',
  times_with_timezone: null,
  starts_at: '2027-03-28 08:00:00',
  ends_at: '2027-03-28 09:00:00',
  location_name: null,
  webinar_url: null,
  secure_id: 's',
  custom_fields: {},
  session_status: 'live',
  is_public: true,
  version: 1,
  changed_at: '2027-01-01 10:00:00',
  ...more,
})
const entry = (more: Partial<AgendaSession> = {}, status: CalendarEntry['status'] = 'confirmed') => ({
  session: session(more),
  status,
  sequence: 7,
  changed_at: '2027-01-01 10:00:00',
})
const calendar = (...entries: CalendarEntry[]) =>
  calendarOf(
    {
      event_name: 'Summit',
      secure_id: 'secret',
      organiser: { name: 'Summit "of" hills', address: 'summit@example.org' },
      baseUrl: 'https://lectern.example',
      now: new Date('2027-02-01T00:00:00Z'),
    },
    entries,
  )
const eventsIn = (text: string | null) =>
  ICAL.Component.fromString(text!)
    .getAllSubcomponents('vevent')
    .map(component => new ICAL.Event(component))

describe('a calendar', () => {
  it('names the zone of each session and describes it', () => {
    const text = calendar(entry(), entry({ id: 2, timezone: 'America/New_York' }))!
    assert.match(text, /DTSTART;TZID=Europe\/Brussels:20270328T100000/)
    assert.match(text, /DTSTART;TZID=America\/New_York:20270328T040000/)
    assert.match(text, /BEGIN:VTIMEZONE\r\nTZID:Europe\/Brussels\r\n/)
    assert.match(text, /BEGIN:VTIMEZONE\r\nTZID:America\/New_York\r\n/)
    assert.match(text, /DTSTAMP:20270201T000000Z/)
    assert.match(text, /LAST-MODIFIED:20270101T100000Z/)
    assert.match(text, /URL;VALUE=URI:https:\/\/lectern.example\/sessions\/1\r\n/)
  })

  it('has the same UID for a session of a person in every e-mail, which does not tell the secure id', () => {
    const [before] = eventsIn(calendar(entry()))
    const [now] = eventsIn(calendar(entry({ id: 2 }), entry({}, 'cancelled'))).slice(-1)
    assert.equal(now!.uid, before!.uid)
    assert.doesNotMatch(now!.uid, /secret/)
  })

  it('names who publishes it, the status and the sequence', () => {
    const [event] = eventsIn(calendar(entry({}, 'tentative')))
    assert.equal(event!.organizer, 'mailto:summit@example.org')
    const organizer = event!.component.getFirstProperty('organizer')!
    assert.equal(organizer.getFirstParameter('cn'), "Summit 'of' hills")
    assert.equal(event!.component.getFirstPropertyValue('status'), 'TENTATIVE')
    assert.equal(event!.sequence, 7)
  })

  it('has a session without times on its day, and no end for one that is a moment', () => {
    const text = calendar(
      entry({ start_time: null, end_time: null, starts_at: null, ends_at: null }),
      entry({ id: 2, ends_at: null }),
      entry({ id: 3, ends_at: '2027-03-28 08:00:00' }),
    )!
    assert.match(text, /\r\nDTSTART;VALUE=DATE:20270328\r\n/)
    assert.doesNotMatch(text, /DTEND/)
    assert.deepEqual(
      eventsIn(text).map(({ startDate }) => startDate.isDate),
      [true, false, false],
    )
  })

  it('is written for every zone that is accepted, from 1900 on, and read as the same instants', async () => {
    for (const timezone of await acceptedZones()) {
      const dates = ['1900-01-01', '1911-07-01', '2027-01-15', '2027-07-15', '9998-12-30']
      const agenda = dates.map((date, index) =>
        entry({ id: index + 1, timezone, starts_at: `${date} 08:00:00`, ends_at: `${date} 09:30:00` }),
      )
      const read = eventsIn(calendar(...agenda)).map(({ startDate, endDate }) =>
        [startDate, endDate].map(time => time.toJSDate().toISOString()),
      )
      const expected = dates.map(date => [`${date}T08:00:00.000Z`, `${date}T09:30:00.000Z`])
      assert.deepEqual(read, expected, timezone)
    }
  })

  it('describes a zone only for the times that are written in it', () => {
    const early = entry({ id: 2, timezone: 'Asia/Dubai', starts_at: '1911-07-01 08:00:00', ends_at: null })
    const text = calendar(early, entry({ timezone: 'Asia/Dubai' }))!
    assert.match(text, /DTSTART;TZID=Asia\/Dubai:20270328T120000/)
    assert.doesNotMatch(text, /TZOFFSET\w+:[+-]\d{6}/)
  })

  it('is in UTC where the clocks show the same time twice', () => {
    const late = entry({ starts_at: '2027-10-31 01:30:00', ends_at: '2027-10-31 02:30:00' })
    const [event] = eventsIn(calendar(late))
    assert.equal(event!.startDate.toString(), '2027-10-31T01:30:00Z')
  })

  it('is absent when there is nothing to say', () => {
    assert.equal(calendar(), null)
  })

  it('escapes what texts could break out with', () => {
    const [event] = eventsIn(calendar(entry({ name: 'A;B,C\\n\r\nSTATUS:CANCELLED', location_name: 'X\nY' })))
    assert.equal(event!.summary, 'A;B,C\\n STATUS:CANCELLED')
    assert.equal(event!.location, 'X Y')
    assert.equal(event!.component.getFirstPropertyValue('status'), 'CONFIRMED')
  })
})
