import { createHash } from 'node:crypto'
import type { Db, Fragment } from '../../db/connection.ts'

/** A programme as everybody may see it: an event that is live or closed, and what takes place in it at a time that is known. */
export type PublicProgramme = {
  event: PublicEvent
  rooms: PublicPlace[]
  tracks: (PublicPlace & { color: string | null })[]
  sessions: PublicSession[]
}

export type PublicEvent = {
  id: number
  name: string
  url: string | null
  timezone: string
  start_date: string | null
  end_date: string | null
  created_at: string
  /** when anything of it was written last */
  changed_at: string
}
export type PublicPlace = { id: number; name: string; external_id: string | null }
export type PublicSession = {
  id: number
  name: string
  description: string | null
  starts_at: string
  ends_at: string | null
  timezone: string
  location_id: number | null
  location_name: string | null
  track_id: number | null
  track_name: string | null
  external_id: string | null
  version: number
  created_at: string
  updated_at: string
  speakers: PublicSpeaker[]
}
export type PublicSpeaker = {
  id: number
  name: string
  first_name: string | null
  last_name: string | null
  company: string | null
  job_title: string | null
  bio: string | null
  profile_picture: string | null
  external_id: string | null
}

/** The last record of what was written about an event; `isSettled`: whether nothing that began before it can still be added. */
export type PublicState = { last: string; isSettled: boolean }

/** As long as the last record of an event stays, and was settled, so does its programme. Undefined for an event that is not public. */
export async function findPublicState(db: Db, event_id: number): Promise<PublicState | undefined> {
  const [state] = await db<PublicState[]>`
    select coalesce(c.tx::text || '.' || c.id, '0') as last,
      coalesce(c.tx < pg_snapshot_xmin(pg_current_snapshot()), false) as "isSettled"
    from events e left join lateral (
      select tx, id from changes where event_id = e.id order by tx desc, id desc limit 1) c on true
    where e.id = ${event_id} and e.status in ('live', 'closed')`
  return state
}

/** A moment as `2030-05-04T09:00:00Z`. */
const inUtc = (db: Db, moment: Fragment) =>
  db`to_char(${moment} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`

/** Undefined for an event that is not public. */
export async function readPublicProgramme(db: Db, event_id: number): Promise<PublicProgramme | undefined> {
  const [event] = await db<PublicEvent[]>`
    select e.id, e.name, e.url, e.timezone, e.start_date, e.end_date, e.created_at, greatest(e.updated_at,
      (select max(updated_at) from sessions where event_id = e.id), (select max(updated_at) from speakers where event_id = e.id)) as changed_at
    from events e where e.id = ${event_id} and e.status in ('live', 'closed')`
  if (!event) return undefined
  const [rooms, tracks, sessions] = await Promise.all([
    db<
      PublicPlace[]
    >`select id, name, external_id from locations where event_id = ${event_id} order by sort, id`,
    db<(PublicPlace & { color: string | null })[]>`
      select id, name, external_id, color from tracks where event_id = ${event_id} order by sort, id`,
    db<PublicSession[]>`
      select s.id, s.name, s.description, ${inUtc(db, db`s.starts_at`)} as starts_at, ${inUtc(db, db`s.ends_at`)} as ends_at, s.timezone, s.location_id, l.name as location_name, s.track_id, t.name as track_name,
        s.external_id, s.version, s.created_at, s.updated_at, coalesce((
          select jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'first_name', p.first_name, 'last_name', p.last_name, 'company', p.company, 'job_title', p.job_title,
            'bio', p.bio, 'profile_picture', p.profile_picture, 'external_id', p.external_id) order by a.sort, a.id)
          from session_speakers a join speakers p on p.id = a.speaker_id
          where a.session_id = s.id and p.forgotten_at is null), '[]') as speakers
      from sessions s left join tracks t on t.id = s.track_id left join locations l on l.id = s.location_id
      where s.event_id = ${event_id} and s.session_status = 'live' and s.starts_at is not null
      order by s.starts_at, s.id`,
  ])
  return { event, rooms: [...rooms], tracks: [...tracks], sessions: [...sessions] }
}

/** What a programme can be narrowed by. */
export const choices = ['track', 'location', 'session', 'speaker'] as const

/** Ids of what is wanted, by kind; of a kind that is not named, everything. */
export type Choice = Partial<Record<(typeof choices)[number], (number | undefined)[]>>

/** The programme with the sessions that are of everything that is named. */
export function narrow(
  programme: PublicProgramme,
  { track, location, session, speaker }: Choice,
): PublicProgramme {
  const isOf = (ids: (number | undefined)[] | undefined, id: number | null) =>
    !ids || (id !== null && ids.includes(id))
  const sessions = programme.sessions.filter(
    ({ id, track_id, location_id, speakers }) =>
      isOf(track, track_id) &&
      isOf(location, location_id) &&
      isOf(session, id) &&
      (!speaker || speakers.some(person => speaker.includes(person.id))),
  )
  return { ...programme, sessions }
}

/** The event of a session, speaker or location that is public; undefined for one that is not. */
export async function findEventOf(
  db: Db,
  plural: 'sessions' | 'speakers' | 'locations',
  id: number,
): Promise<number | undefined> {
  const isPublic = {
    sessions: db`session_status = 'live'`,
    speakers: db`forgotten_at is null and exists (
      select from session_speakers a join sessions s on s.id = a.session_id and s.session_status = 'live' where a.speaker_id = o.id)`,
    locations: db`true`,
  }[plural]
  const [row] = await db<
    { event_id: number }[]
  >`select event_id from ${db(plural)} o where id = ${id} and ${isPublic}`
  return row?.event_id
}

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i

/**
 * What a record is called in every programme of the world: the id that it came with when that is a UUID, else one that is made
 * of what never changes of it (RFC 9562, version 8).
 */
export function guidOf(
  { id, created_at }: PublicEvent,
  kind: 'session' | 'speaker' | 'room',
  record: { id: number; external_id: string | null },
): string {
  if (record.external_id && uuid.test(record.external_id)) return record.external_id.toLowerCase()
  const hex = createHash('sha256').update([id, created_at, kind, record.id].join('\n')).digest('hex')
  const variant = '89ab'[Number.parseInt(hex[16]!, 16) % 4]
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}

/** A day of the programme starts at four in the morning: what is before belongs to the night of the day before. */
const dayChange = 4

export type ProgrammeDay = { date: string; starts_at: string; ends_at: string; sessions: PublicSession[] }

/** The days of the event on which something takes place, in its zone. */
export function daysOf({ event, sessions }: PublicProgramme): ProgrammeDay[] {
  const byDay = Map.groupBy(sessions, ({ starts_at }) =>
    inZone(starts_at, event.timezone).subtract({ hours: dayChange }).toPlainDate().toString(),
  )
  return [...byDay]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([date, sessions]) => {
      const begin = Temporal.PlainDate.from(date).toZonedDateTime({
        timeZone: event.timezone,
        plainTime: { hour: dayChange },
      })
      const end = begin.add({ days: 1 }).subtract({ minutes: 1 })
      return { date, starts_at: momentOf(begin), ends_at: momentOf(end), sessions }
    })
}

export const inZone = (instant: string, zone: string) =>
  Temporal.Instant.from(instant).toZonedDateTimeISO(zone)

/** `2030-05-04T09:00:00+02:00` */
export const momentOf = (time: Temporal.ZonedDateTime) =>
  time.toString({ timeZoneName: 'never', smallestUnit: 'second' })

/** Minutes from start to end; none when it has no end. */
export function minutesOf({ starts_at, ends_at }: PublicSession): number {
  return ends_at === null ? 0 : Math.round((Date.parse(ends_at) - Date.parse(starts_at)) / 60_000)
}

/** Lower case letters, digits and `_`, at least four: what schedules call an event. */
export function acronymOf({ url, name }: PublicEvent): string {
  return wordOf(url ?? name, '_').padEnd(4, '_')
}

export function slugOf(event: PublicEvent, { id, name }: PublicSession): string {
  return `${acronymOf(event)}-${id}-${wordOf(name, '-') || 'session'}`
}

const wordOf = (text: string, mark: string) =>
  text
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, mark)
    .replaceAll(new RegExp(`^${mark}+|${mark}+$`, 'g'), '')
    .slice(0, 60)
    .replace(new RegExp(`${mark}+$`), '')
