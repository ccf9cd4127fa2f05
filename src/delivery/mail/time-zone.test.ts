import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import ICAL from 'ical.js'
import { acceptedZones } from '../../../test/support/zones.ts'
import { isPlain, timeZoneBlock } from './time-zone.ts'

const zones = await acceptedZones()

const blockOf = (zone: string, ...instants: string[]) =>
  timeZoneBlock(
    zone,
    instants.map(instant => Temporal.Instant.from(instant)),
  )

/** The moment that a calendar program takes a wall-clock time of a zone for, by a VTIMEZONE. */
function readBy(block: string, moment: Temporal.ZonedDateTime): number {
  const component = ICAL.Component.fromString(block)
  const wall = moment.toPlainDateTime().toString({ smallestUnit: 'second' })
  const time = ICAL.Time.fromString(wall, undefined as never)
  time.zone = new ICAL.Timezone({ component, tzid: moment.timeZoneId })
  return time.toUnixTime() * 1000
}

describe('a VTIMEZONE', () => {
  it('has the offset with which the year before begins, and each change of the clocks until the end of the year', () => {
    assert.equal(
      blockOf('Europe/Brussels', '2027-07-01T09:00Z'),
      [
        'BEGIN:VTIMEZONE',
        'TZID:Europe/Brussels',
        ...observance('STANDARD', '20260101T000000', '+0100', '+0100'),
        ...observance('DAYLIGHT', '20260329T020000', '+0100', '+0200'),
        ...observance('STANDARD', '20261025T030000', '+0200', '+0100'),
        ...observance('DAYLIGHT', '20270328T020000', '+0100', '+0200'),
        ...observance('STANDARD', '20271031T030000', '+0200', '+0100'),
        'END:VTIMEZONE',
      ].join('\r\n'),
    )
  })

  it('leaves out the years between sessions that are far apart', () => {
    const block = blockOf('Europe/Brussels', '2027-07-01T09:00Z', '9998-07-01T09:00Z')
    const years = new Set([...block.matchAll(/DTSTART:(\d{4})/g)].map(([, year]) => year))
    assert.deepEqual([...years], ['2026', '2027', '9997', '9998'])
    assert.match(block, /DTSTART:99970101T000000\r\nTZOFFSETFROM:\+0100\r\nTZOFFSETTO:\+0100/)
  })

  it('has STANDARD in every zone, in summer as in winter', () => {
    assert.ok(zones.length > 500, `${zones.length} zones`)
    const without = zones.flatMap(zone =>
      ['2027-01-15T12:00Z', '2027-07-15T12:00Z'].filter(
        instant => !blockOf(zone, instant).includes('BEGIN:STANDARD'),
      ),
    )
    assert.deepEqual(without, [])
  })

  it('says of every plain time, in every zone that is accepted, what the platform says, from 1900 on', () => {
    const dates = ['1900-01-01', '1911-03-11', '1911-07-01', '1945-05-08', '1972-01-07', '1999-12-31']
    const later = ['2026-03-29', '2027-01-15', '2027-07-15', '2027-10-31', '2050-06-01', '9998-12-31']
    const wrong = zones.flatMap(zone =>
      [...dates, ...later].flatMap(date =>
        ['00:30', '10:00', '23:30'].flatMap(time => {
          const moment = Temporal.PlainDateTime.from(`${date}T${time}`).toZonedDateTime(zone)
          if (!isPlain(moment)) return []
          const block = timeZoneBlock(zone, [moment.toInstant()])
          return readBy(block, moment) === moment.epochMilliseconds ? [] : [String(moment)]
        }),
      ),
    )
    assert.deepEqual(wrong, [])
  })

  it('says the same of every day of a year', () => {
    const kinds = ['Australia/Lord_Howe', 'Africa/Casablanca', 'Europe/Dublin', 'Pacific/Apia', 'Asia/Dubai']
    const days = Array.from({ length: 365 }, (_, day) => day)
    const wrong = kinds.flatMap(zone => {
      const first = Temporal.PlainDateTime.from('2027-01-01T02:30').toZonedDateTime(zone)
      const block = timeZoneBlock(zone, [first.toInstant()])
      return days
        .map(day => first.add({ days: day }))
        .filter(moment => isPlain(moment) && readBy(block, moment) !== moment.epochMilliseconds)
    })
    assert.deepEqual(wrong.map(String), [])
  })
})

describe('a plain time', () => {
  it('is shown once by the clocks, and is in years whose offsets are whole minutes', () => {
    const at = (text: string) => isPlain(Temporal.ZonedDateTime.from(text))
    assert.equal(at('2027-10-31T02:30:00+01:00[Europe/Brussels]'), false)
    assert.equal(at('2027-10-31T03:30:00+01:00[Europe/Brussels]'), true)
    assert.equal(at('1911-07-01T10:00:00[Asia/Dubai]'), false)
    assert.equal(at('1911-07-01T10:00:00[Europe/Paris]'), false)
    assert.equal(at('2027-07-01T10:00:00[Asia/Dubai]'), true)
  })
})

function observance(kind: string, onset: string, from: string, to: string): string[] {
  return [`BEGIN:${kind}`, `DTSTART:${onset}`, `TZOFFSETFROM:${from}`, `TZOFFSETTO:${to}`, `END:${kind}`]
}
