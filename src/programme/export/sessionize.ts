import { asHtml } from '../../http/html.ts'
import { plainText } from '../../registration/agenda/visible-values.ts'
import {
  daysOf,
  guidOf,
  inZone,
  type PublicProgramme,
  type PublicSession,
  type PublicSpeaker,
} from './programme.ts'

/** How times are written: on the wall of the event without an offset, as Sessionize does unless it is told otherwise, or in UTC. */
type Clock = 'local' | 'utc'

/** The views of Sessionize's API v2, which websites embed, by their names in lower case. */
export const sessionizeViews: Record<string, (programme: PublicProgramme, clock: Clock) => unknown> = {
  all: allOf,
  sessions: groupsOf,
  speakers: speakersOf,
  speakerwall: speakerWallOf,
  gridsmart: gridOf,
}

/** What Lectern has no equivalent of is what it is for most sessions at Sessionize. */
const usual = {
  isServiceSession: false,
  isPlenumSession: false,
  liveUrl: null,
  recordingUrl: null,
  status: 'Accepted',
  isInformed: true,
  isConfirmed: true,
  questionAnswers: [],
}

/** The one category: the tracks. */
const category = { id: 1, name: 'Track', sort: 0 }

function sessionOf({ event }: PublicProgramme, session: PublicSession, clock: Clock) {
  const timeOf = (instant: string | null) => {
    if (instant === null) return null
    return clock === 'utc'
      ? instant
      : inZone(instant, event.timezone).toPlainDateTime().toString({ smallestUnit: 'second' })
  }
  return {
    ...usual,
    id: String(session.id),
    title: session.name,
    description: session.description && plainText(asHtml(session.description)),
    startsAt: timeOf(session.starts_at),
    endsAt: timeOf(session.ends_at),
    roomId: session.location_id,
  }
}

/** A session with the names of what it refers to. */
function namedSession(programme: PublicProgramme, session: PublicSession, clock: Clock) {
  const { track_id: id, track_name: name } = session
  return {
    ...sessionOf(programme, session, clock),
    speakers: session.speakers.map(speaker => ({
      id: guidOf(programme.event, 'speaker', speaker),
      name: speaker.name,
    })),
    categories: id === null ? [] : [{ ...category, categoryItems: [{ id, name }] }],
    room: session.location_name,
  }
}

function personOf({ event }: PublicProgramme, speaker: PublicSpeaker) {
  return {
    id: guidOf(event, 'speaker', speaker),
    firstName: speaker.first_name ?? '',
    lastName: speaker.last_name ?? '',
    fullName: speaker.name,
    tagLine: [speaker.job_title, speaker.company].filter(Boolean).join(', '),
    profilePicture: speaker.profile_picture,
    isTopSpeaker: false,
  }
}

/** Everybody who appears, by name, and in which sessions. */
function castOf({ sessions }: PublicProgramme): { speaker: PublicSpeaker; held: PublicSession[] }[] {
  const cast = new Map<number, { speaker: PublicSpeaker; held: PublicSession[] }>()
  for (const session of sessions)
    for (const speaker of session.speakers) {
      const known = cast.get(speaker.id)
      if (known) known.held.push(session)
      else cast.set(speaker.id, { speaker, held: [session] })
    }
  return [...cast.values()].sort(
    (a, b) => a.speaker.name.localeCompare(b.speaker.name) || a.speaker.id - b.speaker.id,
  )
}

function allOf(programme: PublicProgramme, clock: Clock) {
  const { event, sessions, tracks, rooms } = programme
  const inOrder = ({ id, name }: { id: number; name: string }, sort: number) => ({ id, name, sort })
  return {
    sessions: sessions.map(session => ({
      ...sessionOf(programme, session, clock),
      speakers: session.speakers.map(speaker => guidOf(event, 'speaker', speaker)),
      categoryItems: session.track_id === null ? [] : [session.track_id],
    })),
    speakers: castOf(programme).map(({ speaker, held }) => ({
      ...personOf(programme, speaker),
      bio: speaker.bio,
      links: [],
      sessions: held.map(({ id }) => id),
      categoryItems: [],
      questionAnswers: [],
    })),
    questions: [],
    categories:
      tracks.length === 0
        ? []
        : [{ id: category.id, title: category.name, items: tracks.map(inOrder), sort: 0, type: 'session' }],
    rooms: rooms.map(inOrder),
  }
}

/** One group: embedding pages take the first. */
function groupsOf(programme: PublicProgramme, clock: Clock) {
  if (programme.sessions.length === 0) return []
  const sessions = programme.sessions.map(session => namedSession(programme, session, clock))
  return [{ groupId: null, groupName: 'All', sessions, isDefault: true }]
}

function speakersOf(programme: PublicProgramme) {
  return castOf(programme).map(({ speaker, held }) => ({
    ...personOf(programme, speaker),
    bio: speaker.bio,
    links: [],
    sessions: held.map(({ id, name }) => ({ id, name })),
    categories: [],
    questionAnswers: [],
  }))
}

function speakerWallOf(programme: PublicProgramme) {
  return castOf(programme).map(({ speaker }) => personOf(programme, speaker))
}

/** By day, room and start. Sessions without a room are in none, so they are in no grid. */
function gridOf(programme: PublicProgramme, clock: Clock) {
  return daysOf(programme).map(({ date, sessions }, index) => {
    const rooms = programme.rooms
      .map(({ id, name }) => ({ id, name, held: sessions.filter(({ location_id }) => location_id === id) }))
      .filter(({ held }) => held.length > 0)
    const starts = [...new Set(rooms.flatMap(({ held }) => held.map(({ starts_at }) => starts_at)))].sort()
    return {
      date: `${date}T00:00:00`,
      isDefault: index === 0,
      rooms: rooms.map(({ id, name, held }) => ({
        id,
        name,
        sessions: held.map(session => namedSession(programme, session, clock)),
        hasOnlyPlenumSessions: false,
      })),
      timeSlots: starts.map(start => ({
        slotStart: inZone(start, programme.event.timezone).toPlainTime().toString({ smallestUnit: 'second' }),
        rooms: rooms.flatMap(({ id, name, held }, place) =>
          held
            .filter(({ starts_at }) => starts_at === start)
            .map(session => ({ id, name, session: namedSession(programme, session, clock), index: place })),
        ),
      })),
    }
  })
}
