import { hash } from 'node:crypto'
import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator'
import { type AgendaEntry, instantOf, linksOf } from '../agenda/agenda.ts'
import type { AgendaSession } from '../agenda/queries.ts'
import type { LetterFacts } from './letter.ts'
import { oneLine } from './prose.ts'
import { isPlain, timeZoneBlock } from './time-zone.ts'

/** Sequence numbers count seconds from here, so that they fit into 31 bits until 2088. */
const sequenceStart = Date.UTC(2020, 0, 1)

/**
 * The calendar of a letter: what the person has, has been offered (tentative), and has given up (cancelled). A session of
 * a person has the same UID in every letter, and a sequence number that never falls. Null when no session has a time.
 */
export function calendarOf(facts: LetterFacts, secure_id: string, now: Date): string | null {
  const entries = [
    ...facts.agenda.flatMap(entry =>
      statuses[entry.state] ? [{ entry, status: statuses[entry.state]! }] : [],
    ),
    ...facts.dropped.map(entry => ({ entry, status: ICalEventStatus.CANCELLED })),
  ].filter(({ entry }) => entry.starts_at)
  if (entries.length === 0) return null
  const instants = entries.flatMap(({ entry }) =>
    [startOf(entry), endOf(entry)].map(moment => moment.toTemporalInstant()),
  )
  const calendar = ical({
    name: oneLine(facts.event_name),
    prodId: { company: 'Lectern', product: 'Lectern' },
    method: ICalCalendarMethod.PUBLISH,
    timezone: {
      // A zone of the whole calendar would take the moments of DTSTAMP and LAST-MODIFIED out of UTC.
      name: null,
      generator: zone => timeZoneBlock(zone, instants),
    },
  })
  for (const { entry, status } of entries) {
    const [link] = linksOf(entry, facts.baseUrl)
    const span = [startOf(entry), endOf(entry)].map(moment =>
      moment.toTemporalInstant().toZonedDateTimeISO(entry.timezone),
    )
    const timezone = span.every(isPlain) ? entry.timezone : 'UTC'
    calendar.createEvent({
      id: uidOf(secure_id, entry.id),
      start: span[0]!,
      end: span[1]!,
      timezone,
      summary: oneLine(entry.name),
      status,
      sequence: Math.max(0, Math.floor((now.getTime() - sequenceStart) / 1000)),
      stamp: now,
      lastModified: instantOf(entry.updated_at),
      ...(entry.location_name && { location: oneLine(entry.location_name) }),
      ...(link && { url: link.href }),
    })
  }
  return calendar.toString()
}

const statuses: Partial<Record<AgendaEntry['state'], ICalEventStatus>> = {
  selected: ICalEventStatus.CONFIRMED,
  held: ICalEventStatus.CONFIRMED,
  offered: ICalEventStatus.TENTATIVE,
}

const startOf = ({ starts_at }: AgendaSession) => instantOf(starts_at!)
const endOf = ({ starts_at, ends_at }: AgendaSession) => instantOf(ends_at ?? starts_at!)

/** Nobody can tell from it which secure id it was made from. */
const uidOf = (secure_id: string, session_id: number) =>
  `${hash('sha256', `${secure_id} ${session_id}`).slice(0, 32)}@lectern`
