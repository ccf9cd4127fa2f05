import { LRUCache } from 'lru-cache'

/**
 * The VTIMEZONE of a zone (RFC 5545 §3.6.5) for these instants, as the platform knows it: of each instant's year, and of
 * the one before, every change of the clocks; before them the offset with which these years begin. A zone that puts its
 * clocks forward thereby has both STANDARD and DAYLIGHT, which Outlook wants.
 */
export function timeZoneBlock(zone: string, instants: Temporal.Instant[]): string {
  const own = instants.map(instant => instant.toZonedDateTimeISO(zone).year)
  const years = new Set(own.flatMap(year => [year - 1, year]))
  const observances = [...years]
    .sort((a, b) => a - b)
    .flatMap(year => {
      const { beginning, changes } = observancesIn(zone, year)
      return years.has(year - 1) ? changes : [beginning, ...changes]
    })
  return ['BEGIN:VTIMEZONE', `TZID:${zone}`, ...observances, 'END:VTIMEZONE'].join('\r\n')
}

type Observances = { beginning: string; changes: string[] }

/** By zone and year: asking the platform takes milliseconds, and the sessions of an event ask for the same. */
const known = new LRUCache<string, Observances>({ max: 5000 })

function observancesIn(zone: string, year: number): Observances {
  const key = `${zone} ${year}`
  const found = known.get(key)
  if (found) return found
  const [begin, end] = [year, year + 1].map(each =>
    new Temporal.PlainDate(each, 1, 1).toZonedDateTime({ timeZone: zone }),
  )
  const observances = {
    beginning: observanceAt(begin!, begin!),
    changes: changesBetween(begin!, end!).map(observanceOf),
  }
  known.set(key, observances)
  return observances
}

/** The changes of the clocks after the one moment, up to and including the other. */
function changesBetween(from: Temporal.ZonedDateTime, to: Temporal.ZonedDateTime): Temporal.ZonedDateTime[] {
  const changes: Temporal.ZonedDateTime[] = []
  for (
    let change = from.getTimeZoneTransition('next');
    change && change.epochMilliseconds <= to.epochMilliseconds;
    change = change.getTimeZoneTransition('next')
  )
    changes.push(change)
  return changes
}

/**
 * Whether calendar programs understand a time of this zone: not one that the clocks show twice, and not where an offset has
 * seconds, as most had around 1900. Outlook refuses such a zone, and others leave the seconds out.
 */
export function isPlain(moment: Temporal.ZonedDateTime): boolean {
  const block = timeZoneBlock(moment.timeZoneId, [moment.toInstant()])
  return !happensTwice(moment) && !/^TZOFFSET\w+:[+-]\d{6}$/m.test(block)
}

/** Whether the clocks show this time twice: a calendar program cannot tell which of the two is meant. */
function happensTwice(moment: Temporal.ZonedDateTime): boolean {
  const wall = moment.toPlainDateTime()
  const [earlier, later] = (['earlier', 'later'] as const).map(disambiguation =>
    wall.toZonedDateTime(moment.timeZoneId, { disambiguation }),
  )
  return !earlier!.equals(later!)
}

const observanceOf = (change: Temporal.ZonedDateTime) =>
  observanceAt(change, change.subtract({ nanoseconds: 1 }))

/** The offset from a moment on. Its onset is written in the local time of before it. */
function observanceAt(moment: Temporal.ZonedDateTime, before: Temporal.ZonedDateTime): string {
  const onset = moment
    .toPlainDateTime()
    .add({ nanoseconds: before.offsetNanoseconds - moment.offsetNanoseconds })
  const kind = isDaylight(moment) ? 'DAYLIGHT' : 'STANDARD'
  return [
    `BEGIN:${kind}`,
    `DTSTART:${stamp(onset)}`,
    `TZOFFSETFROM:${offset(before)}`,
    `TZOFFSETTO:${offset(moment)}`,
    `END:${kind}`,
  ].join('\r\n')
}

/** Whether the clocks are ahead of what they show at another time of that year. */
function isDaylight(moment: Temporal.ZonedDateTime): boolean {
  const others = [1, 7].map(month => moment.with({ month, day: 1 }).offsetNanoseconds)
  return moment.offsetNanoseconds > Math.min(...others)
}

const stamp = (moment: Temporal.PlainDateTime) =>
  moment.toString({ smallestUnit: 'second' }).replaceAll(/[-:]/g, '')

/** `+02:00` → `+0200` */
const offset = (moment: Temporal.ZonedDateTime) => moment.offset.replaceAll(':', '')
