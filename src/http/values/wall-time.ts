import { LRUCache } from 'lru-cache'

/* What people write of days, times of day and zones, in the one form in which it is kept. */

/** Years whose days are kept: every calculation with a day of them is one with days that the database has too. */
const years = { first: 1900, last: 9998 }
export const dateRange = `from ${years.first}-01-01 to ${years.last}-12-31`

/** The date in its own form, undefined when the calendar has no such day, or it is out of range. */
export function readDate(text: string): string | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text)?.map(Number) ?? []
  if (!year || year < years.first || year > years.last) return undefined
  const date = new Date(Date.UTC(year, month! - 1, day))
  return date.getUTCMonth() === month! - 1 && date.getUTCDate() === day ? text : undefined
}

/** The time of day as `HH:MM:SS`, undefined when no clock shows it. */
export function readTime(text: string): string | undefined {
  const [, hour, minute, second = '00'] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text) ?? []
  if (!hour || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  return `${hour.padStart(2, '0')}:${minute}:${second}`
}

/** By what was written; bounded, because it is filled from outside. */
const zones = new LRUCache<string, { name: string | undefined }>({ max: 2000 })

/** The zone's name in its usual letter case, undefined when the platform does not know it. */
export function readTimeZone(text: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z0-9/_+-]{0,63}$/.test(text)) return undefined
  const known = zones.get(text)
  if (known) return known.name
  const name = findTimeZone(text)
  zones.set(text, { name })
  return name
}

function findTimeZone(text: string): string | undefined {
  try {
    // Temporal keeps the name that was given; Intl answers Asia/Calcutta to Asia/Kolkata.
    return new Temporal.ZonedDateTime(0n, text).timeZoneId
  } catch {
    return undefined
  }
}
