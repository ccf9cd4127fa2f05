/** A time of day as people write it: `9:00`, `09:00:30`, `9am`, `2.30 p.m.`, `14h30`, `9 Uhr`, `14.00 Uhr`. */
const pattern =
  /^(?<hour>\d{1,2})(?:(?:[:.]|\s?h\s?)(?<minute>\d{2})(?:[:.](?<second>\d{2}))?)?\s*(?<half>[ap]\.?\s?m\.?)?\s*(?<unit>uhr|h|hrs?)?$/i

/** The time as `HH:MM:SS`; undefined when it is none. A bare number is none: it may be anything. */
export function readClock(text: string): string | undefined {
  const parts = pattern.exec(text.trim())?.groups
  if (!parts) return undefined
  const { minute, second = '00', half, unit } = parts
  const hour = Number(parts.hour)
  const bareHour = minute === undefined && !half && !unit && !/h$/i.test(text.trim())
  if (bareHour || hour > (half ? 12 : 23) || (half && hour === 0)) return undefined
  if (Number(minute ?? 0) > 59 || Number(second) > 59) return undefined
  const afternoon = half?.toLowerCase().startsWith('p')
  const hours = half ? (hour % 12) + (afternoon ? 12 : 0) : hour
  return `${String(hours).padStart(2, '0')}:${minute ?? '00'}:${second}`
}

/** `9:00 – 10:30`, `9-10 am`, `14:00 bis 15:00`: both times; undefined when it is no range. */
export function readClocks(text: string): { start: string; end: string } | undefined {
  const [first, last, more] = text.split(/\s*(?:[-–—~]|\b(?:to|until|bis|à|hasta|tot)\b)\s*/iu)
  if (!first || !last || more !== undefined) return undefined
  const end = readClock(last)
  if (!end) return undefined
  const half = /[ap]\.?\s?m\.?$/i.exec(last.trim())?.[0]
  const start = half && !/[ap]\.?\s?m\.?$/i.test(first.trim()) ? sameHalf(first, half, end) : readClock(first)
  return start ? { start, end } : undefined
}

/** The half of the day of an end is that of the start too, unless it would come after the end. */
function sameHalf(text: string, half: string, end: string): string | undefined {
  const start = readClock(`${text}${half}`)
  if (!start || start < end) return start
  return readClock(`${text}${half.toLowerCase().startsWith('p') ? 'am' : 'pm'}`)
}

/** A length as `H:MM`: of minutes (`45`, `45 min`), hours (`1.5 h`, `1h30`, `2 hours`), `1:30`, or ISO 8601 (`PT1H30M`); else the text. */
export function readLength(text: string): string {
  const plain = text.trim().toLowerCase()
  if (/^\d{1,3}:\d{2}$/.test(plain)) return plain
  const clock = /^0?(\d{1,2}:\d{2}):00$/.exec(plain)?.[1]
  if (clock) return clock
  const iso = /^pt(?:(\d+)h)?(?:(\d+)m)?$/.exec(plain)
  const words =
    /^(?:(\d+(?:[.,]\d+)?)\s*(?:h|hr|hrs|hours?|std\.?|stunden?|heures?|horas?|uur)\s*)?(?:(\d+)\s*(?:'|m|min|mins|minutes?|minuten|minutos)?\.?)?$/.exec(
      plain,
    )
  const [, hours, minutes] = iso ?? words ?? []
  if (hours === undefined && minutes === undefined) return text
  const total = Math.round(Number((hours ?? '0').replace(',', '.')) * 60) + Number(minutes ?? 0)
  return `${Math.floor(total / 60)}:${String(total % 60).padStart(2, '0')}`
}
