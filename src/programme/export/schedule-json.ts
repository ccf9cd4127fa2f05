import { version } from '../../version.ts'
import {
  acronymOf,
  daysOf,
  guidOf,
  inZone,
  minutesOf,
  momentOf,
  type PublicProgramme,
  type PublicSession,
  slugOf,
} from './programme.ts'

/** The name of the room of sessions that have none yet. */
export const noRoom = 'TBA'

/** Zones that the schema of schedule.json knows. */
const knownZone = /^([A-Z][a-z]+\/[A-Z][a-z]+)|UTC$/

/** schedule.json, as the C3VOC has defined it: what Giggity, EventFahrplan and their kin read. */
export function scheduleJson(programme: PublicProgramme, baseUrl: string): string {
  const { event, rooms, tracks } = programme
  const days = daysOf(programme)
  return JSON.stringify({
    $schema: 'https://c3voc.de/schedule/schema.json',
    generator: { name: 'Lectern', version },
    schedule: {
      version: event.changed_at,
      base_url: `${baseUrl}/`,
      conference: {
        acronym: acronymOf(event),
        title: event.name,
        start: event.start_date ?? days[0]?.date ?? '',
        end: event.end_date ?? days.at(-1)?.date ?? '',
        daysCount: days.length,
        timeslot_duration: '00:05',
        ...(knownZone.test(event.timezone) && { time_zone_name: event.timezone }),
        rooms: rooms.map(room => ({ name: room.name, guid: guidOf(event, 'room', room) })),
        tracks: tracks.map(({ name, color }) => ({ name, ...(color && { color }) })),
        days: days.map(({ date, starts_at, ends_at, sessions }, index) => ({
          index: index + 1,
          date,
          day_start: starts_at,
          day_end: ends_at,
          rooms: Object.fromEntries(
            [...Map.groupBy(sessions, ({ location_name }) => location_name ?? noRoom)].map(([room, held]) => [
              room,
              held.map(session => eventIn(programme, session, baseUrl)),
            ]),
          ),
        })),
      },
    },
  })
}

function eventIn({ event }: PublicProgramme, session: PublicSession, baseUrl: string) {
  const start = inZone(session.starts_at, event.timezone)
  return {
    guid: guidOf(event, 'session', session),
    id: session.id,
    logo: null,
    date: momentOf(start),
    start: start.toPlainTime().toString({ smallestUnit: 'minute' }),
    duration: durationOf(session),
    room: session.location_name ?? noRoom,
    slug: slugOf(event, session),
    url: `${baseUrl}/sessions/${session.id}`,
    title: session.name,
    subtitle: null,
    track: session.track_name,
    type: 'session',
    language: null,
    abstract: null,
    description: session.description,
    recording_license: '',
    do_not_record: false,
    persons: session.speakers.map(speaker => ({
      id: speaker.id,
      guid: guidOf(event, 'speaker', speaker),
      public_name: speaker.name,
      ...(speaker.bio && { biography: speaker.bio }),
      ...(speaker.profile_picture && { avatar: speaker.profile_picture }),
    })),
    links: [],
    attachments: [],
  }
}

/** `1:30`, or `01:30` where two digits are asked for. */
export function durationOf(session: PublicSession, digits = 1): string {
  const minutes = minutesOf(session)
  return `${String(Math.floor(minutes / 60)).padStart(digits, '0')}:${String(minutes % 60).padStart(2, '0')}`
}
