import { version } from '../../version.ts'
import {
  acronymOf,
  daysOf,
  guidOf,
  inZone,
  momentOf,
  type PublicProgramme,
  type PublicSession,
  slugOf,
} from './programme.ts'
import { durationOf, noRoom } from './schedule-json.ts'

/** schedule.xml, as Pentabarf began it and the C3VOC has defined it. */
export function scheduleXml(programme: PublicProgramme, baseUrl: string): string {
  const { event, rooms, tracks } = programme
  const days = daysOf(programme)
  const roomGuids = new Map(rooms.map(room => [room.name, guidOf(event, 'room', room)]))
  const conference = element('conference', {}, [
    element('acronym', {}, acronymOf(event)),
    element('title', {}, event.name),
    element('start', {}, event.start_date ?? days[0]?.date ?? ''),
    element('end', {}, event.end_date ?? days.at(-1)?.date ?? ''),
    element('days', {}, String(days.length)),
    element('timeslot_duration', {}, '00:05'),
    element('base_url', {}, `${baseUrl}/`),
    element('time_zone_name', {}, event.timezone),
    ...tracks.map(({ name, color }) => element('track', { name, color: hex(color) }, name)),
  ])
  const dayElements = days.map(({ date, starts_at, ends_at, sessions }, index) =>
    element(
      'day',
      { index: String(index + 1), date, start: starts_at, end: ends_at },
      [...Map.groupBy(sessions, ({ location_name }) => location_name ?? noRoom)].map(([name, held]) =>
        element(
          'room',
          { name, guid: roomGuids.get(name) },
          held.map(session => eventIn(programme, session, baseUrl)),
        ),
      ),
    ),
  )
  const root = element('schedule', {}, [
    element('generator', { name: 'Lectern', version }, ''),
    element('version', {}, event.changed_at),
    conference,
    ...dayElements,
  ])
  return `<?xml version="1.0" encoding="UTF-8"?>\n${root}\n`
}

function eventIn({ event }: PublicProgramme, session: PublicSession, baseUrl: string): string {
  const start = inZone(session.starts_at, event.timezone)
  const persons = session.speakers.map(speaker =>
    element('person', { id: String(speaker.id), guid: guidOf(event, 'speaker', speaker) }, speaker.name),
  )
  return element('event', { guid: guidOf(event, 'session', session), id: String(session.id) }, [
    element('date', {}, momentOf(start)),
    element('start', {}, start.toPlainTime().toString({ smallestUnit: 'minute' })),
    element('duration', {}, durationOf(session, 2)),
    element('room', {}, session.location_name ?? noRoom),
    element('slug', {}, slugOf(event, session)),
    element('url', {}, `${baseUrl}/sessions/${session.id}`),
    element('title', {}, session.name),
    element('subtitle', {}, ''),
    element('track', {}, session.track_name ?? ''),
    element('type', {}, 'session'),
    element('abstract', {}, ''),
    element('description', {}, session.description ?? ''),
    element('recording', {}, [element('license', {}, ''), element('optout', {}, 'false')]),
    element('persons', {}, persons),
    element('links', {}, []),
    element('attachments', {}, []),
  ])
}

const hex = (color: string | null) => (color && /^#[\da-f]{6}$/i.test(color) ? color : undefined)

/** An element with text, or with elements. */
function element(
  name: string,
  attributes: Record<string, string | undefined>,
  content: string | string[],
): string {
  const given = Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : ` ${key}="${escaped(value)}"`,
  )
  const inner = Array.isArray(content) ? content.map(child => `\n${child}`).join('') : escaped(content)
  return `<${name}${given.join('')}>${inner}</${name}>`
}

/** Characters that XML 1.0 cannot have, not even escaped, are left out; a carriage return would be read as a line feed. */
const escaped = (text: string) =>
  text
    .toWellFormed()
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll(/[&<>"\r\n\t]/g, character =>
      character === '\n' || character === '\t' ? character : `&#${character.charCodeAt(0)};`,
    )
