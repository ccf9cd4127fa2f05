import { hash } from 'node:crypto'
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator'
import { instantOf } from '../../http/values/timestamps.ts'
import { linksOf } from '../../registration/agenda/agenda.ts'
import type { CalendarEntry } from '../../registration/agenda/calendar-entries.ts'
import type { AgendaSession } from '../../registration/agenda/queries.ts'
import { oneLine } from './prose.ts'
import type { Sender } from './smtp.ts'
import { isPlain, timeZoneBlock } from './time-zone.ts'

/** Whose calendar it is, and who sends it. */
export type CalendarFacts = {
  event_name: string
  /** of the registrant: nobody can tell from a UID which secure id it was made from */
  secure_id: string
  organiser: Sender
  baseUrl: string | null
  now: Date
}

/**
 * The calendar of an e-mail. A session of a person has the same UID in every e-mail. One without times lasts its day; one
 * without an end, or of no length, is a moment. Null when there is nothing to say.
 */
export function calendarOf(
  { event_name, secure_id, organiser, baseUrl, now }: CalendarFacts,
  entries: CalendarEntry[],
): string | null {
  if (entries.length === 0) return null
  const spans = entries.map(({ session }) => spanOf(session))
  const instantsIn = (zone: string) =>
    spans.flatMap(({ start, end, timezone }) =>
      [start, end ?? start].flatMap(moment =>
        timezone === zone && moment instanceof Temporal.ZonedDateTime ? [moment.toInstant()] : [],
      ),
    )
  const calendar = ical({
    name: oneLine(event_name),
    prodId: { company: 'Lectern', product: 'Lectern' },
    method: ICalCalendarMethod.PUBLISH,
    timezone: {
      // A zone of the whole calendar would take the moments of DTSTAMP and LAST-MODIFIED out of UTC.
      name: null,
      generator: zone => timeZoneBlock(zone, instantsIn(zone)),
    },
  })
  for (const [index, { session, status, sequence, changed_at }] of entries.entries()) {
    const [link] = linksOf(session, baseUrl)
    calendar.createEvent({
      id: uidOf(secure_id, session.id),
      ...spans[index]!,
      summary: oneLine(session.name),
      status: statuses[status],
      sequence,
      stamp: now,
      lastModified: instantOf(changed_at),
      organizer: { name: parameterOf(organiser.name) || organiser.address, email: organiser.address },
      ...(session.location_name && { location: oneLine(session.location_name) }),
      ...(link && { url: link.href }),
    })
  }
  return calendar.toString()
}

const statuses = {
  confirmed: ICalEventStatus.CONFIRMED,
  tentative: ICalEventStatus.TENTATIVE,
  cancelled: ICalEventStatus.CANCELLED,
}

type Span = {
  start: Temporal.ZonedDateTime | Temporal.PlainDate
  end?: Temporal.ZonedDateTime
  timezone?: string
  allDay?: boolean
}

function spanOf({ date, starts_at, ends_at, timezone }: AgendaSession): Span {
  if (!starts_at) return { start: Temporal.PlainDate.from(date), allDay: true }
  const [start, end] = [starts_at, ends_at ?? starts_at].map(moment =>
    instantOf(moment).toTemporalInstant().toZonedDateTimeISO(timezone),
  )
  return {
    start: start!,
    // DTEND must be later than DTSTART (RFC 5545 §3.8.2.2).
    ...(!end!.equals(start!) && { end: end! }),
    timezone: [start!, end!].every(isPlain) ? timezone : 'UTC',
  }
}

/** A value of a parameter stands in quotes, and can have none (RFC 5545 §3.2). */
const parameterOf = (text: string) => oneLine(text).replaceAll('"', "'")

const uidOf = (secure_id: string, session_id: number) =>
  `${hash('sha256', `${secure_id} ${session_id}`).slice(0, 32)}@lectern`
