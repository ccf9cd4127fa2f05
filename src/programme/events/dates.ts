import type { Fault } from '../../errors.ts'
import type { Given } from '../../http/values/draft.ts'
import { dateRange, readDate } from '../../http/values/wall-time.ts'
import type { SessionRow } from '../sessions/queries.ts'
import { gapAt, rezone, shiftDays } from '../sessions/times.ts'
import type { EventRow } from './queries.ts'
import type { EventInput } from './schema.ts'

type Dates = Pick<
  Given<EventInput>,
  'start_date' | 'start_time' | 'end_date' | 'end_time' | 'close_date' | 'close_time' | 'timezone'
>
const moments = ['start', 'end', 'close'] as const

/** What is wrong with the dates and times of an event. What is `stored` already may stay as it is. */
export function faultsOfDates(dates: Dates, stored: Partial<Dates> = {}): Fault[] {
  const isNew = (fields: readonly (keyof Dates)[]) => fields.some(field => dates[field] !== stored[field])
  const faults = moments.flatMap(moment =>
    isNew([`${moment}_date`, `${moment}_time`, 'timezone']) ? faultsOfMoment(moment, dates) : [],
  )
  return [...faults, ...faultsOfOrder(dates)]
}

/** A time that the clocks skip is no moment; a closing time without its day would close nothing. */
function faultsOfMoment(moment: (typeof moments)[number], dates: Dates): Fault[] {
  const date = dates[`${moment}_date`]
  const time = dates[`${moment}_time`]
  if (!time) return []
  if (date) return gapAt(`${moment}_time`, date, time, dates.timezone ?? 'UTC')
  return moment === 'close' && date === null ? [closingWithoutDay] : []
}

const closingWithoutDay: Fault = {
  field: 'close_date',
  type: 'required',
  message: 'Close Date cannot be blank when Close Time is given.',
}

function faultsOfOrder({ start_date, start_time, end_date, end_time }: Dates): Fault[] {
  if (!start_date || !end_date) return []
  const isBackwards = `${start_date} ${start_time ?? '00:00:00'}` > `${end_date} ${end_time ?? '23:59:59'}`
  return isBackwards
    ? [{ field: 'end_date', type: 'end_before_start', message: 'End Date must not be before Start Date.' }]
    : []
}

/** How many days later an event is to start; what has no date has nothing that could be later. */
export function daysUntil(start_date: string, event: EventRow, sessions: SessionRow[]): number {
  const first = event.start_date ?? sessions.map(session => session.date).sort()[0]
  return first ? Temporal.PlainDate.from(first).until(start_date, { largestUnit: 'day' }).days : 0
}

/** The dates of an event so many days later, and what is wrong with them there. */
export function shiftEvent(event: EventRow, days: number) {
  const shifted = Object.fromEntries(
    moments.map(moment => [`${moment}_date`, shiftDays(event[`${moment}_date`], days)]),
  ) as Pick<EventRow, 'start_date' | 'end_date' | 'close_date'>
  const outside = Object.values(shifted).flatMap(date => faultsOfRange(date))
  const faults = outside.length > 0 ? outside : faultsOfDates({ ...event, ...shifted }, event)
  return { shifted, faults: faults.map(fault => ({ ...fault, field: 'start_date' })) }
}

/** A session so many days later, and what is wrong with it there. */
export function shiftSession(session: SessionRow, days: number): { row: SessionRow; faults: Fault[] } {
  const date = shiftDays(session.date, days)
  const faults = faultsOfRange(date)
  return faults.length > 0 ? { row: session, faults } : rezone({ ...session, date }, session.timezone)
}

function faultsOfRange(date: string | null): Fault[] {
  if (!date || readDate(date)) return []
  return [{ field: 'start_date', type: 'date', message: `${date} is out of range; dates are ${dateRange}.` }]
}
