import { instantOf } from '../../http/values/timestamps.ts'
import { abbreviationOf } from '../../http/values/zone-names.ts'
import type { AgendaSession } from './queries.ts'

/** How people read days and times, wherever they do: in e-mails and on pages. */
const locale = 'en-GB'
const day = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' } as const
const time = { hour: '2-digit', minute: '2-digit' } as const
// Wall-clock times are what was said and what is stored: they are written as if they were UTC.
const wall = { timeZone: 'UTC' } as const
const dayFormat = new Intl.DateTimeFormat(locale, { ...wall, ...day })
const timeFormat = new Intl.DateTimeFormat(locale, { ...wall, ...time })
const dayAndTimeFormat = new Intl.DateTimeFormat(locale, { ...wall, ...day, ...time })

export type WallTimes = Pick<
  AgendaSession,
  'date' | 'start_time' | 'end_time' | 'timezone' | 'times_with_timezone'
>

/** `Monday, 14 September 2026` */
export const dayInWords = (date: string) => dayFormat.format(momentOf(date, '00:00:00'))

/** `Monday, 14 September 2026, 10:00–12:00 (CEST, Europe/Brussels)`; an end on the next day has its day. */
export function whenOf(session: WallTimes): string {
  const span = spanOf(session)
  if (!span) return dayInWords(session.date)
  const zone = abbreviationIn(session)
  const names = [zone, ...(zone === session.timezone ? [] : [session.timezone])].filter(Boolean)
  return `${dayAndTimeFormat.formatRange(...span)} (${names.join(', ')})`
}

/** `10:00–12:00 (CEST)`, below a heading that names the day; an end on the next day has its day. Null without times. */
export function timesOf(session: WallTimes): string | null {
  const span = spanOf(session)
  if (!span) return null
  const [start, end] = span
  const isOvernight = dayFormat.format(start) !== dayFormat.format(end)
  const times = isOvernight
    ? `${timeFormat.format(start)} – ${dayAndTimeFormat.format(end)}`
    : timeFormat.formatRange(start, end)
  const zone = abbreviationIn(session)
  return zone ? `${times} (${zone})` : times
}

/** A timestamp in a zone, down to the minute: `Monday, 14 September 2026 at 10:00 CEST`. */
export function momentIn(timestamp: string, timezone: string): string {
  const moment = instantOf(timestamp).toTemporalInstant().toZonedDateTimeISO(timezone)
  const words = dayAndTimeFormat.format(momentOf(String(moment.toPlainDate()), String(moment.toPlainTime())))
  return `${words} ${abbreviationOf(moment)}`
}

const momentOf = (date: string, clock: string) => new Date(`${date}T${clock}Z`)

/** Start and end on the wall; of a session without an end, the start twice. */
function spanOf({ date, start_time, end_time }: WallTimes): [Date, Date] | undefined {
  if (!start_time) return undefined
  const start = momentOf(date, start_time)
  if (!end_time) return [start, start]
  const end = momentOf(date, end_time)
  return [start, end < start ? new Date(end.getTime() + 86_400_000) : end]
}

/** What the zone is called at that time: in the form of the wire it stands at the end, in brackets. */
const abbreviationIn = ({ times_with_timezone }: WallTimes) =>
  /\(([^()]*)\)$/.exec(times_with_timezone ?? '')?.[1] ?? ''
