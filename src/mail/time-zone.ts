/**
 * The VTIMEZONE of a zone (RFC 5545 §3.6.5) for the time between two instants, as the platform knows it: one observance
 * for the offset at the beginning, and one for each change of the clocks after that.
 */
export function timeZoneBlock(zone: string, from: Temporal.Instant, to: Temporal.Instant): string {
  const start = from.toZonedDateTimeISO(zone)
  const first = start.getTimeZoneTransition('previous') ?? start.with({ month: 1, day: 1 }).startOfDay()
  const observances: string[] = []
  for (
    let change: Temporal.ZonedDateTime | null = first;
    change && change.epochMilliseconds <= to.epochMilliseconds;
    change = change.getTimeZoneTransition('next')
  )
    observances.push(observanceOf(change))
  return ['BEGIN:VTIMEZONE', `TZID:${zone}`, ...observances, 'END:VTIMEZONE'].join('\r\n')
}

/** Whether the clocks show this time twice: a calendar program cannot tell which of the two is meant. */
export function happensTwice(moment: Temporal.ZonedDateTime): boolean {
  const wall = moment.toPlainDateTime()
  const [earlier, later] = (['earlier', 'later'] as const).map(disambiguation =>
    wall.toZonedDateTime(moment.timeZoneId, { disambiguation }),
  )
  return !earlier!.equals(later!)
}

function observanceOf(change: Temporal.ZonedDateTime): string {
  const before = change.subtract({ nanoseconds: 1 })
  // An onset is written in the local time of before it.
  const onset = change.toInstant().toZonedDateTimeISO(before.offset)
  const kind = isDaylight(change) ? 'DAYLIGHT' : 'STANDARD'
  return [
    `BEGIN:${kind}`,
    `DTSTART:${stamp(onset)}`,
    `TZOFFSETFROM:${offset(before)}`,
    `TZOFFSETTO:${offset(change)}`,
    `END:${kind}`,
  ].join('\r\n')
}

/** Whether the clocks are ahead of what they show at another time of that year. */
function isDaylight(moment: Temporal.ZonedDateTime): boolean {
  const others = [1, 7].map(month => moment.with({ month, day: 1 }).offsetNanoseconds)
  return moment.offsetNanoseconds > Math.min(...others)
}

const stamp = (moment: Temporal.ZonedDateTime) =>
  moment.toPlainDateTime().toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')

/** `+02:00` → `+0200` */
const offset = (moment: Temporal.ZonedDateTime) => moment.offset.replaceAll(':', '')
