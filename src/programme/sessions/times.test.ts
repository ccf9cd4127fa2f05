import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Color, Email, Slug } from '../../http/values/forms.ts'
import {
  Decimal,
  Flag,
  Html,
  HttpUrl,
  Id,
  LocalDate,
  LocalTime,
  readValue,
  Text,
  TimeZone,
  Whole,
  Word,
} from '../../http/values/values.ts'
import { resolveTimes, type WallTimes } from './times.ts'

const resolve = (times: Partial<WallTimes>) =>
  resolveTimes({
    date: '2026-07-20',
    start_time: null,
    end_time: null,
    timezone: 'UTC',
    time_fold: 0,
    ...times,
  })
const brussels = { timezone: 'Europe/Brussels' }

describe('wall-clock times', () => {
  const cases: [string, Partial<WallTimes>, (string | null)[]][] = [
    ['none', {}, [null, null, null]],
    ['a start alone', { start_time: '09:00:00' }, ['2026-07-20T09:00:00Z', null, '09:00 AM (UTC)']],
    [
      'equal start and end',
      { start_time: '09:00:00', end_time: '09:00:00' },
      ['2026-07-20T09:00:00Z', '2026-07-20T09:00:00Z', '09:00 AM - 09:00 AM (UTC)'],
    ],
    [
      'an end earlier than the start is the next day',
      { ...brussels, start_time: '23:00:00', end_time: '00:30:00' },
      ['2026-07-20T21:00:00Z', '2026-07-20T22:30:00Z', '11:00 PM - 12:30 AM (CEST)'],
    ],
    [
      'seventeen hours',
      { start_time: '16:00:00', end_time: '09:00:00' },
      ['2026-07-20T16:00:00Z', '2026-07-21T09:00:00Z', '04:00 PM - 09:00 AM (UTC)'],
    ],
    [
      'New York in summer',
      { timezone: 'America/New_York', start_time: '10:00:00', end_time: '12:00:00' },
      ['2026-07-20T14:00:00Z', '2026-07-20T16:00:00Z', '10:00 AM - 12:00 PM (EDT)'],
    ],
    [
      'New York in winter',
      { date: '2026-01-20', timezone: 'America/New_York', start_time: '00:05:00' },
      ['2026-01-20T05:05:00Z', null, '12:05 AM (EST)'],
    ],
    [
      'Kathmandu, 5:45 ahead',
      { timezone: 'Asia/Kathmandu', start_time: '10:00:00' },
      ['2026-07-20T04:15:00Z', null, '10:00 AM (GMT+5:45)'],
    ],
    [
      'Lord Howe, half an hour of summer time',
      { timezone: 'Australia/Lord_Howe', start_time: '10:00:00', end_time: '11:00:00' },
      ['2026-07-19T23:30:00Z', '2026-07-20T00:30:00Z', null],
    ],
    [
      'the night of the gap, across it',
      { ...brussels, date: '2026-03-29', start_time: '01:30:00', end_time: '03:30:00' },
      ['2026-03-29T00:30:00Z', '2026-03-29T01:30:00Z', '01:30 AM - 03:30 AM (CET - CEST)'],
    ],
    [
      'from the evening before into the gap night',
      { ...brussels, date: '2026-03-28', start_time: '23:00:00', end_time: '03:00:00' },
      ['2026-03-28T22:00:00Z', '2026-03-29T01:00:00Z', '11:00 PM - 03:00 AM (CET - CEST)'],
    ],
    [
      'the overlap, the earlier',
      { ...brussels, date: '2026-10-25', start_time: '02:30:00' },
      ['2026-10-25T00:30:00Z', null, '02:30 AM (CEST)'],
    ],
    [
      'the overlap, the later',
      { ...brussels, date: '2026-10-25', start_time: '02:30:00', time_fold: 1 },
      ['2026-10-25T01:30:00Z', null, '02:30 AM (CET)'],
    ],
    [
      'from the overlap onwards',
      { ...brussels, date: '2026-10-25', start_time: '02:30:00', end_time: '03:30:00' },
      ['2026-10-25T00:30:00Z', '2026-10-25T02:30:00Z', '02:30 AM - 03:30 AM (CEST - CET)'],
    ],
    [
      'time_fold where nothing is ambiguous',
      { ...brussels, start_time: '10:00:00', time_fold: 1 },
      ['2026-07-20T08:00:00Z', null, '10:00 AM (CEST)'],
    ],
  ]
  for (const [what, times, [starts_at, ends_at, shown]] of cases)
    it(what, () => {
      const resolved = resolve(times)
      assert.deepEqual(resolved.faults, [])
      assert.deepEqual([resolved.times.starts_at, resolved.times.ends_at], [starts_at, ends_at])
      if (shown) assert.equal(resolved.times.times_with_timezone, shown)
    })

  it('a start before the overlap and an end inside it never run backwards', () => {
    const night = { ...brussels, date: '2026-10-25', start_time: '02:45:00', end_time: '02:50:00' }
    for (const time_fold of [0, 1]) {
      const { times } = resolve({ ...night, time_fold })
      assert.equal(Date.parse(times.ends_at!) - Date.parse(times.starts_at!), 5 * 60_000)
    }
  })

  it('an end without a start is a fault', () => {
    assert.deepEqual(
      resolve({ end_time: '10:00:00' }).faults.map(({ field, type }) => [field, type]),
      [['start_time', 'required']],
    )
  })

  it('a time in the gap is a fault that names the nearest that exist, for start and end alike', () => {
    const { faults } = resolve({
      ...brussels,
      date: '2026-03-29',
      start_time: '02:15:00',
      end_time: '02:45:00',
    })
    assert.deepEqual(
      faults.map(({ field, type, nearest }) => ({ field, type, nearest })),
      ['start_time', 'end_time'].map(field => ({
        field,
        type: 'nonexistent_time',
        nearest: ['2026-03-29 01:59:59', '2026-03-29 03:00:00'],
      })),
    )
    assert.match(faults[0]!.message, /02:15:00 does not exist on 2026-03-29 in Europe\/Brussels/)
    const lordHowe = resolve({ timezone: 'Australia/Lord_Howe', date: '2026-10-04', start_time: '02:10:00' })
    assert.deepEqual(lordHowe.faults[0]!.nearest, ['2026-10-04 01:59:59', '2026-10-04 02:30:00'])
  })

  it('a day that a zone skipped altogether is a fault', () => {
    const apia = resolve({ timezone: 'Pacific/Apia', date: '2011-12-30', start_time: '10:00:00' })
    assert.deepEqual(apia.faults[0]!.nearest, ['2011-12-29 23:59:59', '2011-12-31 00:00:00'])
  })

  it('every moment is found again from its own wall-clock time', () => {
    const zones = fc.constantFrom(
      'UTC',
      'Europe/Brussels',
      'America/New_York',
      'Asia/Kathmandu',
      'Australia/Lord_Howe',
      'Pacific/Apia',
      'America/St_Johns',
      'Africa/Casablanca',
    )
    const moments = fc.integer({ min: Date.UTC(1975, 0) / 1000, max: Date.UTC(2060, 0) / 1000 })
    fc.assert(
      fc.property(zones, moments, (timezone, seconds) => {
        const moment = Temporal.Instant.fromEpochMilliseconds(seconds * 1000)
        const wall = moment.toZonedDateTimeISO(timezone)
        const [date, start_time] = [
          wall.toPlainDate().toString(),
          wall.toPlainTime().toString({ smallestUnit: 'second' }),
        ]
        const found = [0, 1].map(
          time_fold => resolve({ timezone, date, start_time, time_fold }).times.starts_at,
        )
        assert.ok(found.includes(moment.toString({ smallestUnit: 'second' })))
      }),
      { numRuns: 300 },
    )
  })

  it('an end never comes before its start, and never more than a day and an hour later', () => {
    const time = fc
      .integer({ min: 0, max: 86_399 })
      .map(seconds => new Date(seconds * 1000).toISOString().slice(11, 19))
    const date = fc.constantFrom('2026-03-28', '2026-03-29', '2026-10-24', '2026-10-25', '2026-07-20')
    fc.assert(
      fc.property(date, time, time, fc.constantFrom(0, 1), (date, start_time, end_time, time_fold) => {
        const { times, faults } = resolve({ ...brussels, date, start_time, end_time, time_fold })
        if (faults.length > 0) return
        const length = Date.parse(times.ends_at!) - Date.parse(times.starts_at!)
        assert.ok(length >= 0 && length <= 25 * 3600_000)
      }),
      { numRuns: 500 },
    )
  })
})

describe('reading a value', () => {
  it('never throws, and never lets U+0000 or a lone surrogate through', () => {
    const kinds = [
      Id(),
      Whole(),
      Flag(),
      Text(10),
      Email(),
      Slug(),
      Html(),
      LocalDate(),
      LocalTime(),
      TimeZone(),
      HttpUrl(),
      Word(['a', 'b']),
      Decimal(),
      Color(),
    ]
    const raw = fc.oneof(
      fc.anything(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('2026-02-30', '25:61', '1e400', -1, 2 ** 63, Number.NaN),
    )
    fc.assert(
      fc.property(fc.constantFrom(...kinds), raw, (kind, value) => {
        const reading = readValue(kind, value)
        if (!('value' in reading)) return assert.match(reading.type, /^[a-z_]+$/)
        if (typeof reading.value === 'string')
          assert.ok(reading.value.isWellFormed() && !reading.value.includes('\0'))
      }),
      { numRuns: 2000 },
    )
  })
})
