import type { Fault } from '../../errors.ts'
import { readDate, readTime } from '../../http/values/wall-time.ts'
import { resolveTimes } from '../sessions/times.ts'
import type { Row } from './schedule.ts'

/** What a row wishes for the times of its session, in the words of the API. */
export type TimesWish = {
  date: string | null
  start_time: string | null
  end_time: string | null
  time_fold: number
}
export type RowTimes = Pick<Row, 'day' | 'date' | 'start' | 'duration'> &
  Partial<Pick<Row, 'day_start' | 'day_end' | 'end'>>

/**
 * The wall-clock times of a row in a zone. A date with an offset is a moment, and wins; otherwise the start is on the
 * day that the row is listed under, or on the next one when it is before that day of the programme starts, or before
 * `dayChange`. What cannot be read is handed on as it is, for the rules of sessions to refuse.
 */
export function readTimes(
  row: RowTimes,
  zone: string,
  dayChange: string | null,
): { wish: TimesWish; faults: Fault[] } {
  const start = startOf(row, zone, dayChange)
  const seconds = row.duration === null ? null : secondsIn(row.duration)
  const faults = seconds === undefined ? [durationFault(row.duration)] : []
  if (!start)
    return {
      wish: { date: row.date ?? row.day, start_time: row.start, end_time: null, time_fold: 0 },
      faults,
    }
  const { wall, moment } = start
  const { date, time: start_time } = partsOf(wall)
  const time_fold = moment && isLaterOfTwo(moment) ? 1 : 0
  const open = { date, start_time, end_time: null, time_fold }
  if (seconds === undefined) return { wish: open, faults }
  if (seconds === null && !row.end) return { wish: open, faults }
  const end = seconds === null ? endOf(row.end!, start, zone) : (moment ?? wall).add({ seconds })
  if (!end) return { wish: { ...open, end_time: row.end! }, faults }
  if (seconds === null && isBefore(end, start)) return { wish: open, faults: [endFault(row.end!)] }
  // What ends as it starts is a moment.
  if (seconds === null && !isBefore(wall, { wall: plain(end) })) return { wish: open, faults }
  const wish = { date, start_time, end_time: partsOf(end).time, time_fold }
  return { wish, faults: end instanceof Temporal.ZonedDateTime && moment ? endFaults(wish, moment, end) : [] }
}

type Wall = Temporal.PlainDateTime | Temporal.ZonedDateTime

const plain = (time: Wall) => (time instanceof Temporal.ZonedDateTime ? time.toPlainDateTime() : time)

const isBefore = (time: Wall, { wall, moment }: Pick<Start, 'wall'> & Partial<Start>) =>
  moment && time instanceof Temporal.ZonedDateTime
    ? Temporal.ZonedDateTime.compare(time, moment) < 0
    : Temporal.PlainDateTime.compare(plain(time), wall) < 0

/** The end that a row says by itself: a date and a time, or a time of day, which is the next one after the start. */
function endOf(text: string, start: Start, zone: string): Wall | undefined {
  const said = startOf({ day: null, date: text, start: null, duration: null }, zone, null)
  if (said) return said.moment ?? said.wall
  const time = readTime(text)
  if (!time) return undefined
  const sameDay = start.wall.toPlainDate().toPlainDateTime(time)
  const end = Temporal.PlainDateTime.compare(sameDay, start.wall) < 0 ? sameDay.add({ days: 1 }) : sameDay
  return startOn(end, zone).moment ?? end
}

const endFault = (end: string): Fault => ({
  field: 'end_time',
  type: 'end_before_start',
  message: `The end, ${end}, is before the start.`,
})

/** A start on the wall; without a moment when the clocks skip it. */
type Start = { wall: Temporal.PlainDateTime; moment: Temporal.ZonedDateTime | undefined }

const withOffset = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?(Z|[+-]\d{2}:?\d{2})$/
const withoutOffset = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)$/

function startOf(row: RowTimes, zone: string, dayChange: string | null): Start | undefined {
  try {
    for (const text of [row.date, row.start]) {
      const [, date, time, offset] = withOffset.exec(text ?? '') ?? withoutOffset.exec(text ?? '') ?? []
      if (offset) return startAt(Temporal.Instant.from(`${date}T${time}${offset}`), zone)
      if (date) return startOn(Temporal.PlainDateTime.from(`${date}T${time}`), zone)
    }
  } catch {
    return undefined
  }
  const day = readDate(row.date ?? row.day ?? '')
  const time = readTime(row.start ?? '')
  if (!day || !time) return undefined
  const wall = Temporal.PlainDate.from(day).toPlainDateTime(time)
  return startOn(isAfterMidnight(wall, row, zone, dayChange) ? wall.add({ days: 1 }) : wall, zone)
}

/**
 * Whether a time belongs to the night after its day: it is before the start of the day, and a day later not after its end.
 * What the day itself does not tell, the change of days tells.
 */
function isAfterMidnight(
  wall: Temporal.PlainDateTime,
  row: RowTimes,
  zone: string,
  dayChange: string | null,
): boolean {
  const opens = boundIn(row.day_start, zone)
  const closes = boundIn(row.day_end, zone)
  const { compare } = Temporal.PlainDateTime
  if (opens && compare(wall, opens) >= 0) return false
  if (opens && closes && compare(wall.add({ days: 1 }), closes) <= 0) return true
  return String(wall.toPlainTime()) < (readTime(dayChange ?? '') ?? '')
}

/** When a day of the programme starts or ends, on the wall; undefined when that cannot be read. */
function boundIn(text: string | null | undefined, zone: string): Temporal.PlainDateTime | undefined {
  return text ? startOf({ day: null, date: text, start: null, duration: null }, zone, null)?.wall : undefined
}

function startAt(instant: Temporal.Instant, zone: string): Start {
  const moment = instant.toZonedDateTimeISO(zone)
  return { wall: moment.toPlainDateTime(), moment }
}

function startOn(wall: Temporal.PlainDateTime, zone: string): Start {
  const moment = wall.toZonedDateTime(zone, { disambiguation: 'earlier' })
  return { wall, moment: moment.toPlainDateTime().equals(wall) ? moment : undefined }
}

function isLaterOfTwo(moment: Temporal.ZonedDateTime): boolean {
  const earlier = moment.toPlainDateTime().toZonedDateTime(moment.timeZoneId, { disambiguation: 'earlier' })
  return !earlier.equals(moment)
}

function partsOf(time: Temporal.PlainDateTime | Temporal.ZonedDateTime): { date: string; time: string } {
  return {
    date: time.toPlainDate().toString(),
    time: time.toPlainTime().toString({ smallestUnit: 'second' }),
  }
}

/** `HH:MM`, of any number of hours. Three parts are days, hours and minutes to some programs, and seconds last to others. */
function secondsIn(duration: string): number | undefined {
  const [, hours, minutes] = /^(\d{1,4}):(\d{1,2})$/.exec(duration) ?? []
  return hours === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60
}

const durationFault = (duration: string | null): Fault => ({
  field: 'duration',
  type: 'duration',
  message: /^\d+:\d+:\d+$/.test(duration ?? '')
    ? `Duration must be hours and minutes, as HH:MM; "${duration}" may be days, hours and minutes, or hours, minutes and seconds.`
    : `Duration must be hours and minutes, as HH:MM; it is "${duration}".`,
})

/** An end is a time of day, so not every moment can be one (docs/contract.md §6): it must mean the moment that is meant. */
function endFaults(wish: TimesWish, start: Temporal.ZonedDateTime, end: Temporal.ZonedDateTime): Fault[] {
  const dayLater = start.toPlainDateTime().add({ hours: 24 })
  if (Temporal.PlainDateTime.compare(dayLater, end.toPlainDateTime()) <= 0)
    return [
      {
        field: 'end_time',
        type: 'too_long',
        message: 'A session must end less than 24 hours after its start.',
      },
    ]
  const { times, faults } = resolveTimes({ ...wish, date: wish.date!, timezone: start.timeZoneId })
  // What is wrong with the times by themselves the rules of sessions say.
  if (faults.length > 0 || times.ends_at === end.toInstant().toString({ smallestUnit: 'second' })) return []
  return [
    {
      field: 'end_time',
      type: 'ambiguous_time',
      message: `The end cannot be told apart: the clocks of ${start.timeZoneId} go back during the session.`,
    },
  ]
}
