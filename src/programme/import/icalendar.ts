import ICAL from 'ical.js'
import { findIana } from 'windows-iana'
import { ApiError } from '../../errors.ts'
import { readTimeZone } from '../../http/values/wall-time.ts'
import { nameIn, type Row, rowOf, type Schedule, scheduleOf, unreadable } from './schedule.ts'

/** Most sessions that one rule of repetition makes: three years of every day. */
const mostRepetitions = 1100

/** Whether this is iCalendar (RFC 5545). */
export const isCalendar = (text: string) => /^BEGIN:VCALENDAR\b/i.test(text.trimStart())

/**
 * Reads iCalendar. Every repetition is a session of its own; cancelled ones are left out. Times in a zone that the
 * file or the world knows are moments, also with the names that Outlook gives zones; the others are times of day of the event.
 */
export function readCalendar(text: string): Schedule {
  try {
    return scheduleIn(parse(text))
  } catch (error) {
    // ical.js throws errors of every kind, also when a value is asked for.
    if (error instanceof ApiError) throw error
    throw unreadable(`The calendar cannot be read: ${(error as Error).message.replaceAll(/\s+/g, ' ')}.`)
  }
}

function scheduleIn(calendars: ICAL.Component[]): Schedule {
  const zones = new Zones(calendars)
  const events = calendars.flatMap(calendar => calendar.getAllSubcomponents('vevent'))
  const repeated = new Set(events.filter(repeats).map(event => textIn(event, 'uid')))
  const overrides = events.filter(
    event => event.hasProperty('recurrence-id') && repeated.has(textIn(event, 'uid')),
  )
  const numbers = new Map(events.map((event, index) => [event, index + 1]))
  const rows = events
    .filter(event => !overrides.includes(event))
    .flatMap(event => rowsOf(event, overrides, `VEVENT ${numbers.get(event)}`, zones))
  const whole = (name: string) => nameIn(textIn(calendars[0], name))
  const timezone = whole('x-wr-timezone')
  return scheduleOf('iCalendar', rows, {
    title: whole('x-wr-calname') ?? whole('name'),
    // Exporters write UTC here when they do not know.
    timezone: timezone && readTimeZone(timezone) && timezone.toUpperCase() !== 'UTC' ? timezone : zones.only,
  })
}

function parse(text: string): ICAL.Component[] {
  const parsed = ICAL.parse(text.trimStart()) as unknown[]
  const several = Array.isArray(parsed[0]) ? (parsed as unknown[][]) : [parsed]
  return several.map(
    calendar => new ICAL.Component(calendar as ConstructorParameters<typeof ICAL.Component>[0]),
  )
}

function rowsOf(component: ICAL.Component, overrides: ICAL.Component[], where: string, zones: Zones): Row[] {
  const uid = nameIn(textIn(component, 'uid'))
  if (isCancelled(component)) return []
  const start = component.getFirstProperty('dtstart')
  const tzid = tzidOf(start)
  if (!start || !repeats(component)) {
    // One that was moved, and stands in the file without what it repeats.
    const moved = component.getFirstPropertyValue('recurrence-id')
    return [readRow(component, where, moved && uid ? `${uid}#${moved}` : uid, timesOf(component, zones))]
  }
  const rule = component.getFirstPropertyValue('rrule') as ICAL.Recur | null
  if (rule && !rule.count && !rule.until)
    return [
      {
        ...readRow(component, where, uid, timesOf(component, zones)),
        faults: [
          {
            field: 'date',
            type: 'endless',
            message: 'It repeats without end (RRULE has neither COUNT nor UNTIL).',
          },
        ],
      },
    ]
  const event = new ICAL.Event(component, { strictExceptions: false, exceptions: [] })
  for (const override of overrides) if (textIn(override, 'uid') === uid) event.relateException(override)
  return repetitionsOf(event).flatMap(occurrence => {
    const { item, startDate, endDate, recurrenceId } = event.getOccurrenceDetails(occurrence)
    if (isCancelled(item.component)) return []
    const own = item.component === component ? tzid : tzidOf(item.component.getFirstProperty('dtstart'))
    const times = { ...zones.startOf(startDate, own), ...endIn(startDate, endDate, own, zones) }
    return [readRow(item.component, where, uid && `${uid}#${recurrenceId.toString()}`, times)]
  })
}

function repetitionsOf(event: ICAL.Event): ICAL.Time[] {
  const times: ICAL.Time[] = []
  const iterator = event.iterator()
  for (let time = iterator.next(); time; time = iterator.next()) {
    times.push(time)
    if (times.length > mostRepetitions)
      throw unreadable(
        `A session of the calendar repeats more than ${mostRepetitions} times: "${event.summary}".`,
      )
  }
  return times
}

type Times = Pick<Row, 'date' | 'end'>

function timesOf(component: ICAL.Component, zones: Zones): Times {
  const start = component.getFirstProperty('dtstart')
  const value = start?.getFirstValue()
  if (!(value instanceof ICAL.Time)) return { date: null, end: null }
  const end = component.getFirstProperty('dtend')
  const endDate = end?.getFirstValue() ?? lastingIn(component, value)
  const endZone = end ? tzidOf(end) : tzidOf(start)
  return {
    ...zones.startOf(value, tzidOf(start)),
    ...(endDate instanceof ICAL.Time ? endIn(value, endDate, endZone, zones) : { end: null }),
  }
}

function lastingIn(component: ICAL.Component, start: ICAL.Time): ICAL.Time | null {
  const duration = component.getFirstPropertyValue('duration')
  if (!(duration instanceof ICAL.Duration)) return null
  const end = start.clone()
  end.addDuration(duration)
  return end
}

/** A day as a whole has no time at which it ends. */
function endIn(start: ICAL.Time, end: ICAL.Time, tzid: string | null, zones: Zones): Pick<Row, 'end'> {
  return { end: start.isDate ? null : zones.startOf(end, tzid).date }
}

function readRow(component: ICAL.Component, where: string, guid: string | null, times: Times): Row {
  const markup = component
    .getAllProperties('x-alt-desc')
    .find(({ jCal }) => /html/i.test(String((jCal[1] as Record<string, unknown>).fmttype ?? '')))
  const categories = component
    .getAllProperties('categories')
    .flatMap(property => property.getValues().map(String))
  return rowOf(where, {
    guid,
    title: textIn(component, 'summary'),
    description: markup ? String(markup.getFirstValue()) : textIn(component, 'description'),
    ...times,
    room: nameIn(textIn(component, 'location')),
    track: categories.map(nameIn).find(name => name !== null) ?? null,
    url: nameIn(textIn(component, 'url')),
  })
}

const repeats = (component: ICAL.Component) => ['rrule', 'rdate'].some(name => component.hasProperty(name))

const isCancelled = (component: ICAL.Component) =>
  /^cancelled$/i.test(textIn(component, 'status')?.trim() ?? '')

function textIn(component: ICAL.Component | undefined, name: string): string | null {
  const value = component?.getFirstPropertyValue(name)
  return value === null || value === undefined ? null : String(value)
}

function tzidOf(property: ICAL.Property | null | undefined): string | null {
  const tzid = property?.getParameter('tzid')
  return typeof tzid === 'string' ? tzid : null
}

/** The zones of a file: by their IANA names, by Outlook's, or as the file itself defines them. */
class Zones {
  readonly #defined = new Map<string, ICAL.Timezone>()
  readonly #used = new Set<string>()

  constructor(calendars: ICAL.Component[]) {
    for (const calendar of calendars)
      for (const component of calendar.getAllSubcomponents('vtimezone')) {
        const tzid = textIn(component, 'tzid')
        if (tzid) this.#defined.set(tzid, new ICAL.Timezone({ component, tzid }))
      }
  }

  /** The zone of all times that have one, when it is one. */
  get only(): string | null {
    return this.#used.size === 1 ? [...this.#used][0]! : null
  }

  /** A date, or a date and a time, with `Z` when the moment is known. */
  startOf(time: ICAL.Time, tzid: string | null): { date: string } {
    const date = [String(time.year).padStart(4, '0'), two(time.month), two(time.day)].join('-')
    if (time.isDate) return { date }
    const wall = `${date}T${two(time.hour)}:${two(time.minute)}:${two(time.second)}`
    if (time.zone === ICAL.Timezone.utcTimezone) return { date: `${wall}Z` }
    if (tzid === null) return { date: wall }
    const zone = nameOfZone(tzid)
    if (zone) {
      this.#used.add(zone)
      const moment = Temporal.PlainDateTime.from(wall).toZonedDateTime(zone)
      return { date: moment.toInstant().toString({ smallestUnit: 'second' }) }
    }
    const defined = this.#defined.get(tzid)
    if (!defined) return { date: wall }
    const placed = time.clone()
    placed.zone = defined
    return { date: new Date(placed.toUnixTime() * 1000).toISOString().replace('.000Z', 'Z') }
  }
}

/** `Europe/Berlin`, `/mozilla.org/20070129_1/Europe/Berlin`, or `W. Europe Standard Time`. */
function nameOfZone(tzid: string): string | undefined {
  const bare = tzid.trim().replaceAll(/^"|"$/g, '')
  const tail = /^\/.*?([A-Za-z_]+\/[A-Za-z_]+(?:\/[A-Za-z_]+)?)$/.exec(bare)?.[1]
  return readTimeZone(tail ?? bare) ?? readTimeZone(findIana(bare)[0] ?? '')
}

const two = (number: number) => String(number).padStart(2, '0')
