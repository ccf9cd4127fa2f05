import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readSchedule } from './recognise.ts'

const calendar = (...lines: string[]) =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR'].join('\r\n')
const event = (...lines: string[]) => ['BEGIN:VEVENT', ...lines, 'END:VEVENT'].join('\r\n')
const rowsOf = (...lines: string[]) => readSchedule(calendar(...lines)).rows
const timesOf = (...lines: string[]) => rowsOf(...lines).map(({ date, end }) => [date, end])

describe('a calendar', () => {
  it('has its texts, with folded lines, escapes and ends of lines of any kind', () => {
    const text = calendar(
      'X-WR-CALNAME:Days',
      event(
        'UID:1',
        'SUMMARY:Bread\\, water',
        'DESCRIPTION:one\\ntw',
        ' o',
        'LOCATION:Hall\\, left',
        'CATEGORIES:Food,Drink',
      ),
    )
    for (const written of [text, text.replaceAll('\r\n', '\n')]) {
      const schedule = readSchedule(written)
      const { guid, title, description, room, track, where } = schedule.rows[0]!
      assert.deepEqual(
        [schedule.format, schedule.title, guid, title, description, room, track, where],
        ['iCalendar', 'Days', '1', 'Bread, water', 'one\ntwo', 'Hall, left', 'Food', 'VEVENT 1'],
      )
    }
  })

  it('has moments in UTC, in IANA zones, in those of Outlook and in those that it defines itself; days and floating times stay', () => {
    const zone = [
      'BEGIN:VTIMEZONE',
      'TZID:Ours',
      'BEGIN:STANDARD',
      'DTSTART:19700101T000000',
      'TZOFFSETFROM:+0300',
      'TZOFFSETTO:+0300',
      'END:STANDARD',
      'END:VTIMEZONE',
    ]
    const cases: [string, string | null, string | null][] = [
      ['DTSTART:20300504T090000Z\r\nDTEND:20300504T100000Z', '2030-05-04T09:00:00Z', '2030-05-04T10:00:00Z'],
      [
        'DTSTART;TZID=Europe/Berlin:20300504T090000\r\nDURATION:PT45M',
        '2030-05-04T07:00:00Z',
        '2030-05-04T07:45:00Z',
      ],
      ['DTSTART;TZID=W. Europe Standard Time:20300504T090000', '2030-05-04T07:00:00Z', null],
      ['DTSTART;TZID="Eastern Standard Time":20300504T090000', '2030-05-04T13:00:00Z', null],
      ['DTSTART;TZID=/mozilla.org/20070129_1/Europe/Berlin:20300504T090000', '2030-05-04T07:00:00Z', null],
      ['DTSTART;TZID=Ours:20300504T090000', '2030-05-04T06:00:00Z', null],
      ['DTSTART:20300504T090000', '2030-05-04T09:00:00', null],
      ['DTSTART;VALUE=DATE:20300504\r\nDTEND;VALUE=DATE:20300505', '2030-05-04', null],
      ['SUMMARY:no start', null, null],
    ]
    for (const [lines, date, end] of cases)
      assert.deepEqual(timesOf(...zone, event('UID:1', lines)), [[date, end]], lines)
  })

  it('has every repetition as a session, without the exceptions, with those that were moved, and at the same time of day across a change of clocks', () => {
    const rows = rowsOf(
      event(
        'UID:w',
        'SUMMARY:Yoga',
        'DTSTART;TZID=Europe/Berlin:20300330T080000',
        'DURATION:PT1H',
        'RRULE:FREQ=DAILY;COUNT=4',
        'EXDATE;TZID=Europe/Berlin:20300401T080000',
      ),
      event(
        'UID:w',
        'SUMMARY:Yoga outside',
        'RECURRENCE-ID;TZID=Europe/Berlin:20300402T080000',
        'DTSTART;TZID=Europe/Berlin:20300402T100000',
        'DURATION:PT1H',
      ),
    )
    assert.deepEqual(
      rows.map(({ title, date, end }) => [title, date, end]),
      [
        ['Yoga', '2030-03-30T07:00:00Z', '2030-03-30T08:00:00Z'],
        ['Yoga', '2030-03-31T06:00:00Z', '2030-03-31T07:00:00Z'],
        ['Yoga outside', '2030-04-02T08:00:00Z', '2030-04-02T09:00:00Z'],
      ],
    )
    assert.equal(new Set(rows.map(({ guid }) => guid)).size, 3)
  })

  it('has one that was moved also when the file has nothing that it repeats', () => {
    const moved = event('UID:w', 'RECURRENCE-ID:20300402T080000Z', 'DTSTART:20300402T100000Z')
    const [row, ...more] = rowsOf(moved)
    assert.deepEqual([row!.guid, row!.date, more], ['w#2030-04-02T08:00:00Z', '2030-04-02T10:00:00Z', []])
  })

  it('leaves out what is cancelled, and refuses what repeats without end', () => {
    assert.deepEqual(rowsOf(event('UID:1', 'DTSTART:20300504T090000Z', 'STATUS:CANCELLED')), [])
    const [row] = rowsOf(event('UID:1', 'DTSTART:20300504T090000Z', 'RRULE:FREQ=DAILY'))
    assert.deepEqual(
      row!.faults?.map(({ type }) => type),
      ['endless'],
    )
    assert.throws(
      () => rowsOf(event('UID:1', 'DTSTART:20300504T090000Z', 'RRULE:FREQ=SECONDLY;COUNT=100000')),
      {
        message: /repeats more than 1100 times/,
      },
    )
  })

  it('names its zone: the one it says, else the only one of its times, and not the UTC of exporters', () => {
    const zoneOf = (...lines: string[]) => readSchedule(calendar(...lines)).timezone
    assert.equal(zoneOf('X-WR-TIMEZONE:Europe/Paris', event('UID:1')), 'Europe/Paris')
    assert.equal(zoneOf('X-WR-TIMEZONE:UTC', event('UID:1', 'DTSTART:20300504T090000Z')), null)
    assert.equal(zoneOf(event('UID:1', 'DTSTART;TZID=Europe/Berlin:20300504T090000')), 'Europe/Berlin')
  })
})
