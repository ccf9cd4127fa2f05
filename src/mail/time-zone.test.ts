import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import ICAL from 'ical.js'
import { happensTwice, timeZoneBlock } from './time-zone.ts'

const blockOf = (zone: string, from: string, to: string) =>
  timeZoneBlock(zone, Temporal.Instant.from(from), Temporal.Instant.from(to))

describe('a VTIMEZONE', () => {
  it('has the offset at the beginning, and each change of the clocks until the end', () => {
    assert.equal(
      blockOf('Europe/Brussels', '2027-03-27T09:00Z', '2027-03-29T09:00Z'),
      [
        'BEGIN:VTIMEZONE',
        'TZID:Europe/Brussels',
        'BEGIN:STANDARD',
        'DTSTART:20261025T030000',
        'TZOFFSETFROM:+0200',
        'TZOFFSETTO:+0100',
        'END:STANDARD',
        'BEGIN:DAYLIGHT',
        'DTSTART:20270328T020000',
        'TZOFFSETFROM:+0100',
        'TZOFFSETTO:+0200',
        'END:DAYLIGHT',
        'END:VTIMEZONE',
      ].join('\r\n'),
    )
  })

  it('says of any instant that the clocks show once what the platform says, in zones of every kind', () => {
    const zones = [
      'UTC',
      'Asia/Kolkata',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
      'America/St_Johns',
      'Europe/Dublin',
      'Pacific/Apia',
      'America/Los_Angeles',
    ]
    const [from, to] = ['2027-01-15T00:00Z', '2027-12-15T00:00Z']
    const wrong = zones.flatMap(zone => {
      const component = ICAL.Component.fromString(blockOf(zone, from, to))
      const timezone = new ICAL.Timezone({ component, tzid: zone })
      const moments = Array.from({ length: 330 }, (_, day) =>
        Temporal.Instant.from(from).add({ hours: day * 24 }),
      )
      return moments.flatMap(moment => {
        if (happensTwice(moment.toZonedDateTimeISO(zone))) return []
        const local = moment.toZonedDateTimeISO(zone).toPlainDateTime()
        const time = ICAL.Time.fromString(local.toString({ smallestUnit: 'second' }), undefined as never)
        time.zone = timezone
        return time.toUnixTime() * 1000 === moment.epochMilliseconds ? [] : [`${zone} ${moment}`]
      })
    })
    assert.deepEqual(wrong, [])
  })
})
