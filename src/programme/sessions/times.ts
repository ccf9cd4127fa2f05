import Type from 'typebox'
import type { Fault } from '../../errors.ts'
import { abbreviationOf } from '../../http/values/zone-names.ts'

/** Times as people say them: on the wall of the session's zone. */
export type WallTimes = {
  date: string
  start_time: string | null
  end_time: string | null
  timezone: string
  /** which of two equal wall-clock times is meant: 0 the earlier, 1 the later */
  time_fold: number
}

/** The instants that wall times mean, as `YYYY-MM-DDTHH:MM:SSZ`, and how people read them. */
export type ResolvedTimes = {
  starts_at: string | null
  ends_at: string | null
  times_with_timezone: string | null
}

const nothing: ResolvedTimes = { starts_at: null, ends_at: null, times_with_timezone: null }

/**
 * Resolves wall-clock times to instants. An end earlier than the start is on the next day. A time that the clocks skip
 * is a fault naming the nearest ones that exist; one that they show twice is the earlier, unless `time_fold` is 1.
 */
export function resolveTimes(times: WallTimes): { times: ResolvedTimes; faults: Fault[] } {
  const { date, start_time, end_time, timezone, time_fold } = times
  if (!start_time) return { times: nothing, faults: end_time ? [endWithoutStart] : [] }
  const day = Temporal.PlainDate.from(date)
  const start = resolveTime('start_time', day, start_time, timezone, time_fold)
  const end = end_time
    ? resolveTime(
        'end_time',
        end_time < start_time ? day.add({ days: 1 }) : day,
        end_time,
        timezone,
        time_fold,
      )
    : undefined
  const faults = [start, end].flatMap(resolved => resolved?.fault ?? [])
  const starts = start.moment
  const ends = end?.moment
  if (faults.length > 0 || !starts) return { times: nothing, faults }
  return {
    times: {
      starts_at: instantOf(starts),
      ends_at: ends ? instantOf(ends) : null,
      times_with_timezone: describe(starts, ends),
    },
    faults,
  }
}

/** Times with their instants in the form in which rows have them. */
export function asStored<T extends Pick<ResolvedTimes, 'starts_at' | 'ends_at'>>(times: T): T {
  const stored = (instant: string | null) => instant?.slice(0, 19).replace('T', ' ') ?? null
  return { ...times, starts_at: stored(times.starts_at), ends_at: stored(times.ends_at) }
}

/** The same wall-clock times in another zone, or on another day; with what does not exist there. */
export function rezone<T extends WallTimes>(
  session: T,
  timezone: string,
): { row: T & ResolvedTimes; faults: Fault[] } {
  const { times, faults } = resolveTimes({ ...session, timezone })
  return { row: { ...session, timezone, ...times }, faults }
}

/** The date so many days later. */
export function shiftDays<D extends string | null>(date: D, days: number): D {
  return (date && Temporal.PlainDate.from(date).add({ days }).toString()) as D
}

/** What is wrong with a time on the wall of a zone: the clocks may skip it. */
export function gapAt(field: string, date: string, time: string, timezone: string): Fault[] {
  const { fault } = resolveTime(field, Temporal.PlainDate.from(date), time, timezone, 0)
  return fault ? [fault] : []
}

export const timeFields = [
  'date',
  'start_time',
  'end_time',
  'timezone',
  'use_event_timezone',
  'time_fold',
] as const

/** Resolves the times of a draft, when they could all be read; what is wrong with them is added to its faults. */
export function timesOf(
  draft: { faults: { field: string }[] },
  wish: Partial<WallTimes>,
): ResolvedTimes | undefined {
  if (draft.faults.some(fault => (timeFields as readonly string[]).includes(fault.field))) return undefined
  const { times, faults } = resolveTimes(wish as WallTimes)
  draft.faults.push(...faults)
  return times
}

const endWithoutStart: Fault = {
  field: 'start_time',
  type: 'required',
  message: 'Start Time cannot be blank when End Time is given.',
}

type Resolved = { moment?: Temporal.ZonedDateTime; fault?: Fault }

function resolveTime(
  field: string,
  day: Temporal.PlainDate,
  time: string,
  timezone: string,
  fold: number,
): Resolved {
  const wall = day.toPlainDateTime(time)
  const earlier = wall.toZonedDateTime(timezone, { disambiguation: 'earlier' })
  if (earlier.toPlainDateTime().equals(wall))
    return { moment: fold ? wall.toZonedDateTime(timezone, { disambiguation: 'later' }) : earlier }
  return { fault: gapFault(field, wall, earlier) }
}

function gapFault(field: string, wall: Temporal.PlainDateTime, before: Temporal.ZonedDateTime): Fault {
  const after = before.getTimeZoneTransition('next')!
  const nearest = [after.subtract({ seconds: 1 }), after].map(moment =>
    moment.toPlainDateTime().toString({ smallestUnit: 'second' }).replace('T', ' '),
  )
  return {
    field,
    type: 'nonexistent_time',
    nearest,
    message:
      `${wall.toPlainTime().toString({ smallestUnit: 'second' })} does not exist on ${wall.toPlainDate()} in ${before.timeZoneId}: ` +
      `the clocks skip it. The nearest times that exist are ${nearest.join(' and ')}.`,
  }
}

function instantOf(moment: Temporal.ZonedDateTime): string {
  return moment.toInstant().toString({ smallestUnit: 'second' })
}

/** `10:00 AM - 12:00 PM (EDT)`; when the clocks change in between `11:00 PM - 03:00 AM (EST - EDT)`. */
function describe(start: Temporal.ZonedDateTime, end: Temporal.ZonedDateTime | undefined): string {
  const moments = [start, ...(end ? [end] : [])]
  const names = new Set(moments.map(abbreviationOf))
  return `${moments.map(twelveHours).join(' - ')} (${[...names].join(' - ')})`
}

function twelveHours({ hour, minute }: Temporal.ZonedDateTime): string {
  return `${String(hour % 12 || 12).padStart(2, '0')}:${String(minute).padStart(2, '0')} ${hour < 12 ? 'AM' : 'PM'}`
}

/** What entries of a 422 say of a time that does not exist. */
export const timeDetails = {
  nearest: Type.Optional(
    Type.Array(Type.String(), {
      description: 'The nearest times that exist.',
      examples: [['2027-03-28 01:59:59', '2027-03-28 03:00:00']],
    }),
  ),
}
