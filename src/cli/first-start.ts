import { createAccount, createCredential, type NewCredential } from '../access/accounts/accounts.ts'
import { listAccounts } from '../access/accounts/queries.ts'
import { type Db, transaction } from '../db/connection.ts'
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

export type FirstStart = { credential: NewCredential; event_id: number | undefined }

/** Any constant: two processes that start together must not both be the first. */
const firstStartLock = 5_327_838

/** On an empty database: an account, a credential, and a sample event unless told otherwise. Later: undefined. */
export function prepareFirstStart(db: Db, withSample: boolean, now: Date): Promise<FirstStart | undefined> {
  return transaction(db, async tx => {
    await tx`select pg_advisory_xact_lock(${firstStartLock})`
    if ((await listAccounts(tx)).length > 0) return undefined
    const account = await createAccount(tx, 'Main')
    const credential = await createCredential(tx, account.id, 'First credential', ['read', 'write'])
    const actor: Actor = { account_id: account.id, credential_id: null, request_id: null, now }
    return { credential, event_id: withSample ? await createSample(tx, actor) : undefined }
  })
}

/** The speakers of the sample; sessions name them by their places. */
const people = [
  { name: 'Ada Lovelace', company: 'Analytical Engines', job_title: 'Programmer' },
  { name: 'Mary Poole', company: 'Poole & Daughters', job_title: 'Planner' },
  { name: 'Amir', job_title: 'Organiser' },
]

type SampleSession = Record<string, unknown> & { by?: { who: number; role?: string }[] }

/** A day of five sessions, three weeks from now, with those who speak in them. */
async function createSample(db: Db, actor: Actor): Promise<number> {
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
      capacity: 20,
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
  }
  return event_id
}

/** What the terminal shows after the first start: lines that work when pasted, none longer than 80 columns. */
export function describeFirstStart(url: string, { credential, event_id }: FirstStart): string {
  return `The API is described at ${url}/docs

An account was created, with one credential. Its secret is shown only now:

  key     ${credential.key}
  secret  ${credential.secret}

Get a token (it lives 30 minutes), then create a session:

KEY=${credential.key}
SECRET=${credential.secret}
URL=${url}/api/v1

TOKEN=$(curl -s -u $KEY:$SECRET -d grant_type=client_credentials \\
  $URL/oauth2/token | grep -o '"access_token":"[^"]*' | cut -d'"' -f4)
${event_id ? createSessionLines(event_id) : createEventLines}
`
}

const createSessionLines = (event_id: number) => `
curl -H "Authorization: Bearer $TOKEN" -d event_id=${event_id} -d date=2027-06-01 \\
  -d name='My first session' -d start_time=10:00 $URL/sessions/create
`
const createEventLines = `
curl -H "Authorization: Bearer $TOKEN" -d name='My event' -d timezone=UTC \\
  $URL/events/create

curl -H "Authorization: Bearer $TOKEN" -d event_id=1 -d date=2027-06-01 \\
  -d name='My first session' -d start_time=10:00 $URL/sessions/create
`
