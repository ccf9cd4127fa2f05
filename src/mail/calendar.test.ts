import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import ICAL from 'ical.js'
import { acceptedZones } from '../../test/support/zones.ts'
import type { AgendaEntry } from '../agenda/agenda.ts'
import { calendarOf } from './calendar.ts'

const entry = (more: Partial<AgendaEntry>): AgendaEntry => ({
  id: 1,
  name: 'Talk',
  date: '2027-03-28',
  timezone: 'Europe/Brussels',
  times_with_timezone: null,
  starts_at: '2027-03-28 08:00:00',
  ends_at: '2027-03-28 09:00:00',
  location_name: null,
  webinar_url: null,
  secure_id: 's',
  is_public: true,
  updated_at: '2027-01-01 10:00:00',
  state: 'selected',
  expires_at: null,
  place: null,
  ...more,
})
const calendar = (
  agenda: AgendaEntry[],
  dropped: AgendaEntry[] = [],
  now = new Date('2027-02-01T00:00:00Z'),
) =>
  calendarOf(
    {
      kind: 'modified',
      name: 'Ada',
      registration_status: 'confirmed',
      event_name: 'Summit',
      event_timezone: 'UTC',
      session: undefined,
      dropped,
      agenda,
      baseUrl: 'https://lectern.example',
      ownPage: null,
    },
    'secret',
    now,
  )
const eventsIn = (text: string | null) =>
  ICAL.Component.fromString(text!)
    .getAllSubcomponents('vevent')
    .map(component => new ICAL.Event(component))

describe('a calendar', () => {
  it('names the zone of each session and describes it', () => {
    const text = calendar([entry({}), entry({ id: 2, timezone: 'America/New_York' })])!
    assert.match(text, /DTSTART;TZID=Europe\/Brussels:20270328T100000/)
    assert.match(text, /DTSTART;TZID=America\/New_York:20270328T040000/)
    assert.match(text, /BEGIN:VTIMEZONE\r\nTZID:Europe\/Brussels\r\n/)
    assert.match(text, /BEGIN:VTIMEZONE\r\nTZID:America\/New_York\r\n/)
    assert.match(text, /DTSTAMP:20270201T000000Z/)
    assert.match(text, /LAST-MODIFIED:20270101T100000Z/)
    assert.match(text, /URL;VALUE=URI:https:\/\/lectern.example\/sessions\/1\r\n/)
  })

  it('has the same UID for a session in every letter, and a sequence that rises', () => {
    const [before] = eventsIn(calendar([entry({})]))
    const [now] = eventsIn(calendar([], [entry({})], new Date('2027-02-01T00:00:01Z')))
    assert.equal(now!.uid, before!.uid)
    assert.equal(now!.sequence, before!.sequence + 1)
    assert.doesNotMatch(now!.uid, /secret/)
  })

  it('is written for every zone that is accepted, from 1900 on, and read as the same instants', async () => {
    for (const timezone of await acceptedZones()) {
      const dates = ['1900-01-01', '1911-07-01', '2027-01-15', '2027-07-15', '9998-12-30']
      const agenda = dates.map((date, index) =>
        entry({ id: index + 1, timezone, starts_at: `${date} 08:00:00`, ends_at: `${date} 09:30:00` }),
      )
      const read = eventsIn(calendar(agenda)).map(({ startDate, endDate }) =>
        [startDate, endDate].map(time => time.toJSDate().toISOString()),
      )
      const expected = dates.map(date => [`${date}T08:00:00.000Z`, `${date}T09:30:00.000Z`])
      assert.deepEqual(read, expected, timezone)
    }
  })

  it('is in UTC where the clocks show the same time twice', () => {
    const late = entry({ starts_at: '2027-10-31 01:30:00', ends_at: '2027-10-31 02:30:00' })
    const [event] = eventsIn(calendar([late]))
    assert.equal(event!.startDate.toString(), '2027-10-31T01:30:00Z')
  })

  it('says what an offer is, leaves out who waits, and is absent when there is nothing with a time', () => {
    const text = calendar([entry({ state: 'offered' }), entry({ id: 2, state: 'waitlisted' })])
    assert.deepEqual(
      eventsIn(text).map(event => event.component.getFirstPropertyValue('status')),
      ['TENTATIVE'],
    )
    assert.equal(calendar([entry({ starts_at: null, ends_at: null })]), null)
  })

  it('escapes what texts could break out with', () => {
    const [event] = eventsIn(
      calendar([entry({ name: 'A;B,C\\n\r\nSTATUS:CANCELLED', location_name: 'X\nY' })]),
    )
    assert.equal(event!.summary, 'A;B,C\\n STATUS:CANCELLED')
    assert.equal(event!.location, 'X Y')
    assert.equal(event!.component.getFirstPropertyValue('status'), 'CONFIRMED')
  })
})
