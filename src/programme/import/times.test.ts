import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { resolveTimes } from '../sessions/times.ts'
import { type RowTimes, readTimes } from './times.ts'

const brussels = 'Europe/Brussels'
const read = (row: Partial<RowTimes>, dayChange: string | null = null, zone = brussels) =>
  readTimes({ day: null, date: null, start: null, duration: null, ...row }, zone, dayChange)
const wish = (date: string | null, start_time: string | null, end_time: string | null, time_fold = 0) => ({
  wish: { date, start_time, end_time, time_fold },
  faults: [],
})

describe('the times of a row', () => {
  it('are those of its day, start and duration', () => {
    assert.deepEqual(
      read({ day: '2030-05-04', start: '10:00', duration: '01:30' }),
      wish('2030-05-04', '10:00:00', '11:30:00'),
    )
  })

  it('end on the next day past midnight', () => {
    assert.deepEqual(
      read({ day: '2030-05-04', start: '23:30', duration: '1:00' }),
      wish('2030-05-04', '23:30:00', '00:30:00'),
    )
  })

  it('are on the next day before the day changes', () => {
    const night = { day: '2030-05-04', start: '05:59', duration: '00:30' }
    assert.deepEqual(read(night, '06:00:00'), wish('2030-05-05', '05:59:00', '06:29:00'))
    assert.deepEqual(read({ ...night, start: '06:00' }, '06:00'), wish('2030-05-04', '06:00:00', '06:30:00'))
  })

  it('are on the next day between the start of their day and its end in the night', () => {
    const at = (start: string, bounds: object = {}, dayChange: string | null = null) =>
      read(
        {
          day: '2030-05-04',
          start,
          duration: '00:30',
          day_start: '2030-05-04T09:00:00+02:00',
          day_end: '2030-05-05T02:00:00',
          ...bounds,
        },
        dayChange,
      ).wish.date
    assert.deepEqual(
      ['00:30', '02:00', '02:01', '08:59', '09:00', '23:59'].map(start => at(start)),
      ['2030-05-05', '2030-05-05', '2030-05-04', '2030-05-04', '2030-05-04', '2030-05-04'],
    )
    // What the day does not tell, the change of days tells; a day that has started is not over.
    assert.deepEqual(
      [at('02:01', {}, '06:00'), at('09:00', {}, '10:00'), at('00:30', { day_end: 'late' })],
      ['2030-05-05', '2030-05-04', '2030-05-04'],
    )
  })

  it('are those of a date with an offset, whatever day and start say', () => {
    const row = { day: '2030-05-04', start: '12:00', date: '2030-05-05T01:00:00+02:00', duration: '00:45' }
    assert.deepEqual(read(row, '06:00:00'), wish('2030-05-05', '01:00:00', '01:45:00'))
  })

  it('are converted from an offset that is not of the zone', () => {
    const row = { date: '2030-05-04T22:30:00Z', duration: '00:30' }
    assert.deepEqual(read(row), wish('2030-05-05', '00:30:00', '01:00:00'))
  })

  it('are those of a date without an offset in the zone', () => {
    assert.deepEqual(read({ date: '2030-05-04 09:15' }), wish('2030-05-04', '09:15:00', null))
  })

  it('of a moment have no minutes', () => {
    const row = { day: '2030-05-04', start: '10:00', duration: '00:00' }
    assert.deepEqual(read(row), wish('2030-05-04', '10:00:00', '10:00:00'))
  })

  it('tell by their offset which of two equal times is meant', () => {
    const at = (offset: string) => read({ date: `2030-10-27T02:30:00${offset}`, duration: '00:15' })
    assert.deepEqual(at('+02:00'), wish('2030-10-27', '02:30:00', '02:45:00', 0))
    assert.deepEqual(at('+01:00'), wish('2030-10-27', '02:30:00', '02:45:00', 1))
  })

  it('are a fault when the end cannot be told apart while the clocks go back', () => {
    const { faults } = read({ date: '2030-10-27T02:30:00+02:00', duration: '01:00' })
    assert.deepEqual(
      faults.map(({ field, type }) => [field, type]),
      [['end_time', 'ambiguous_time']],
    )
  })

  it('are handed on when the clocks skip them, for the rules of sessions to refuse', () => {
    const row = { day: '2030-03-31', start: '02:30', duration: '00:15' }
    assert.deepEqual(read(row), wish('2030-03-31', '02:30:00', '02:45:00'))
  })

  it('are handed on as they are when they cannot be read', () => {
    const row = { day: '2030-02-30', start: '25:61', duration: '00:15' }
    assert.deepEqual(read(row), wish('2030-02-30', '25:61', null))
    assert.deepEqual(
      read({ date: '2030-02-30T10:00:00+01:00' }),
      wish('2030-02-30T10:00:00+01:00', null, null),
    )
  })

  it('are a fault when the duration cannot be read or a day is too short for it', () => {
    const faultsOf = (duration: string) =>
      read({ day: '2030-05-04', start: '10:00', duration }).faults.map(fault => fault.type)
    assert.deepEqual(faultsOf('soon'), ['duration'])
    assert.deepEqual(faultsOf('1:00:00'), ['duration'])
    assert.deepEqual(faultsOf('00:45:00'), ['duration'])
    assert.deepEqual(faultsOf('23:59'), [])
    assert.deepEqual(faultsOf('24:00'), ['too_long'])
    assert.deepEqual(faultsOf('9999:00'), ['too_long'])
  })

  it('mean the moments that the file means, or are a fault', () => {
    const minutes = fc.integer({ min: 0, max: 60 * 30 })
    const moments = fc.date({ min: new Date('2026-01-01'), max: new Date('2032-01-01'), noInvalidDate: true })
    const zones = fc.constantFrom(brussels, 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Kathmandu')
    fc.assert(
      fc.property(moments, minutes, zones, (moment, length, timezone) => {
        const start = `${moment.toISOString().slice(0, 17)}00Z`
        const duration = `${Math.floor(length / 60)}:${String(length % 60).padStart(2, '0')}`
        const { wish, faults } = read({ date: start, duration }, null, timezone)
        if (faults.length > 0) return
        const { times } = resolveTimes({ ...wish, date: wish.date!, timezone })
        const end = Temporal.Instant.from(start).add({ minutes: length })
        assert.deepEqual([times.starts_at, times.ends_at], [start, end.toString({ smallestUnit: 'second' })])
      }),
      // Too long, and the clocks skip the end that it would have a day earlier.
      { numRuns: 2000, examples: [[new Date('2029-03-11T02:00:00Z'), 1590, 'America/St_Johns']] },
    )
  })
})
