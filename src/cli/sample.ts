import type { Db } from '../db/connection.ts'
import { type Fault, mustBeValid } from '../errors.ts'
import type { Actor } from '../http/actor.ts'
import { readNew } from '../http/values/draft.ts'
import { createEvent } from '../programme/events/events.ts'
import { EventInput } from '../programme/events/schema.ts'
import { locations } from '../programme/locations/locations.ts'
import { LocationInput } from '../programme/locations/schema.ts'
import { createSession } from '../programme/sessions/sessions.ts'
import { replaceSpeakers } from '../programme/speakers/appearances.ts'
import { createSpeaker } from '../programme/speakers/speakers.ts'
import { TrackInput } from '../programme/tracks/schema.ts'
import { tracks } from '../programme/tracks/tracks.ts'
import { carryOut } from '../registration/desk/registration.ts'
import { IdBlock } from '../registration/registrants/ids.ts'
import { register } from '../registration/registrants/registrants.ts'
import { emptyWish } from '../seats/rules/wish.ts'

/** The speakers of the sample; sessions name them by their places. */
const people = [
  { name: 'Ada Lovelace', company: 'Analytical Engines', job_title: 'Programmer' },
  { name: 'Mary Poole', company: 'Poole & Daughters', job_title: 'Planner' },
  { name: 'Amir', job_title: 'Organiser' },
]

type SampleSession = Record<string, unknown> & { by?: { who: number; role?: string }[] }

/** A day of five sessions, three weeks from now, with those who speak in them and those who come. */
export async function createSample(db: Db, actor: Actor): Promise<number> {
  const date = Temporal.Instant.fromEpochMilliseconds(actor.now.getTime())
    .toZonedDateTimeISO('UTC')
    .toPlainDate()
    .add({ weeks: 3 })
    .toString()
  const event = await createEvent(
    db,
    actor,
    readNew(EventInput, {
      name: 'Sample Event',
      status: 'live',
      timezone: 'Europe/Brussels',
      start_date: date,
      end_date: date,
    }),
  )
  const event_id = event.id
  const hall = await locations.create(
    db,
    actor,
    readNew(LocationInput, { event_id, name: 'Great Hall', capacity: 200 }),
  )
  const room = await locations.create(
    db,
    actor,
    readNew(LocationInput, { event_id, name: 'Room 2', capacity: 20, sort: 1 }),
  )
  const practice = await tracks.create(
    db,
    actor,
    readNew(TrackInput, { event_id, name: 'Practice', color: '#1A7F64' }),
  )
  const ideas = await tracks.create(
    db,
    actor,
    readNew(TrackInput, { event_id, name: 'Ideas', color: '#8A3FB0', sort: 1 }),
  )
  const sessions: SampleSession[] = [
    {
      name: 'Opening',
      start_time: '09:00',
      end_time: '09:30',
      location_id: hall.id,
      selection_control: 'included',
      by: [{ who: 2, role: 'host' }],
    },
    {
      name: 'A programme people can follow',
      start_time: '09:45',
      end_time: '10:45',
      location_id: hall.id,
      track_id: ideas.id,
      by: [{ who: 0 }],
    },
    {
      name: 'Hands on: your first schedule',
      start_time: '10:00',
      end_time: '12:00',
      location_id: room.id,
      track_id: practice.id,
      capacity: 3,
      prevent_session_conflicts: 1,
      sold_out_message: 'This workshop is full.',
      by: [{ who: 1 }],
    },
    {
      name: 'Waitlists that people trust',
      start_time: '11:00',
      end_time: '12:00',
      location_id: hall.id,
      track_id: practice.id,
      by: [
        { who: 0, role: 'panelist' },
        { who: 1, role: 'panelist' },
        { who: 2, role: 'moderator' },
      ],
    },
    { name: 'Closing', start_time: '16:30', end_time: '17:00', location_id: hall.id, selected_by_default: 1 },
  ]
  const ids: number[] = []
  for (const [sort, person] of people.entries())
    ids.push((await createSpeaker(db, actor, { ...person, event_id, event_sort: sort + 1 })).id)
  for (const { by = [], ...session } of sessions) {
    const { id } = await createSession(db, actor, [], { ...session, event_id, date })
    const appearing = by.map(({ who, role }) => ({ speaker_id: ids[who], role }))
    await replaceSpeakers(db, actor, id, appearing)
    if (session.capacity) await fill(db, actor, event_id, id)
  }
  return event_id
}

/** The registrants of the sample: as many as fill its workshop, and one more, who waits for it. */
const crowd = ['Ines', 'Noor', 'Paul', 'Sofia']

/** Fills a session with registrants; the last of them waits. */
async function fill(db: Db, actor: Actor, event_id: number, session_id: number): Promise<void> {
  const tools = {
    db,
    desk: { mustBeFaultless: async (_db: Db, faults: Fault[]) => mustBeValid(faults) },
    ids: new IdBlock(),
    questionsOf: async () => [],
  }
  for (const [place, first_name] of crowd.entries()) {
    const waits = place === crowd.length - 1
    const body = { event_id, first_name, email: `${first_name.toLowerCase()}@example.com` }
    const session_ids = waits ? [] : [session_id]
    const order = await register(tools, actor, { ...body, session_ids }, { override: false, mail: false })
    await carryOut(db, event_id, [order], actor.now)
    const { registrant_id } = order.wish
    const line = {
      ...emptyWish,
      by: 'organiser' as const,
      registrant_id,
      waitFor: [{ session_id, on_conflict: undefined }],
    }
    if (waits) await carryOut(db, event_id, [{ actor, wish: line }], actor.now)
  }
}
