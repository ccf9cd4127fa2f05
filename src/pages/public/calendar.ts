import ical, { ICalEventStatus } from 'ical-generator'
import { oneLine } from '../../delivery/mail/prose.ts'
import { timeZoneBlock } from '../../delivery/mail/time-zone.ts'
import { asHtml } from '../../http/html.ts'
import { instantOf } from '../../http/values/timestamps.ts'
import { guidOf, inZone, type PublicProgramme } from '../../programme/export/programme.ts'
import { plainText } from '../../registration/agenda/visible-values.ts'

/** From which moment on sequence numbers count seconds. */
const sequenceStart = Date.UTC(2020, 0, 1)

/**
 * The programme as a calendar to subscribe to (RFC 5545). It has no METHOD, and every stamp in it is that of the last change, so
 * its bytes stay while nothing changes. A session without an end is a moment.
 */
export function programmeCalendar({ event, sessions }: PublicProgramme, baseUrl: string): string {
  const instants = sessions.flatMap(({ starts_at, ends_at }) =>
    [starts_at, ends_at ?? starts_at].map(moment => Temporal.Instant.from(moment)),
  )
  const calendar = ical({
    name: oneLine(event.name),
    prodId: { company: 'Lectern', product: 'event' },
    scale: 'GREGORIAN',
    ttl: 3600,
    source: `${baseUrl}/public/events/${event.id}/schedule.ics`,
    timezone: { name: null, generator: zone => timeZoneBlock(zone, instants) },
  })
  for (const session of sessions) {
    const changed = instantOf(session.updated_at)
    const names = session.speakers.map(({ name }) => name).join(', ')
    const text = session.description ? plainText(asHtml(session.description)) : ''
    calendar.createEvent({
      id: `session-${guidOf(event, 'session', session)}@lectern`,
      start: inZone(session.starts_at, event.timezone),
      end: inZone(session.ends_at ?? session.starts_at, event.timezone),
      timezone: event.timezone,
      summary: oneLine(session.name),
      status: ICalEventStatus.CONFIRMED,
      sequence: Math.max(0, Math.floor((changed.getTime() - sequenceStart) / 1000)) + session.version,
      stamp: changed,
      lastModified: changed,
      url: `${baseUrl}/sessions/${session.id}`,
      ...(session.location_name && { location: oneLine(session.location_name) }),
      ...(session.track_name && { categories: [{ name: oneLine(session.track_name) }] }),
      ...((names || text) && { description: { plain: [names, text].filter(Boolean).join('\n\n') } }),
    })
  }
  return calendar.toString()
}
