import type { Db } from '../db/connection.ts'
import {
  type AgendaSelection,
  type AgendaSession,
  listAgendaSelections,
  listAgendaSessions,
} from './queries.ts'

export type AgendaEntry = AgendaSession & Pick<AgendaSelection, 'state' | 'expires_at' | 'place'>

/** What people have and wait for, in order, and sessions by their id. */
export type Agendas = {
  of: (registrant_id: number) => AgendaEntry[]
  sessions: Map<number, AgendaSession>
}

/** Reads the agendas of registrants, with other sessions that are to be spoken of, in two statements. */
export async function readAgendas(
  db: Db,
  registrant_ids: number[],
  session_ids: number[] = [],
): Promise<Agendas> {
  const selections = await listAgendaSelections(db, registrant_ids)
  const ids = [...session_ids, ...selections.map(selection => selection.session_id)]
  const listed = await listAgendaSessions(db, [...new Set(ids)])
  const selectionsOf = Map.groupBy(selections, selection => selection.registrant_id)
  return {
    sessions: new Map(listed.map(session => [session.id, session])),
    of: registrant_id => {
      const own = new Map(
        selectionsOf.get(registrant_id)?.map(selection => [selection.session_id, selection]),
      )
      return listed.flatMap(session => {
        const selection = own.get(session.id)
        if (!selection) return []
        const { state, expires_at, place } = selection
        return [{ ...session, state, expires_at, place }]
      })
    },
  }
}

type Held = { state?: AgendaEntry['state'] | null }

export const hasSeat = ({ state }: Held) => state === 'selected' || state === 'held'

const day = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeZone: 'UTC' })

/** `Monday, 14 September 2026, 10:00 AM - 12:00 PM (CEST, Europe/Brussels)` */
export function whenOf({ date, times_with_timezone, timezone }: AgendaSession): string {
  const on = day.format(new Date(`${date}T00:00:00Z`))
  if (!times_with_timezone) return on
  const names = times_with_timezone.endsWith(`(${timezone})`)
    ? times_with_timezone
    : times_with_timezone.replace(/\)$/, `, ${timezone})`)
  return `${on}, ${names}`
}

/** The moment of a timestamp in a zone: `Monday, 14 September 2026 at 10:00 CEST`. */
export function momentIn(timestamp: string, timezone: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'full',
    timeStyle: 'long',
    timeZone: timezone,
  }).format(instantOf(timestamp))
}

/** A timestamp of the database, which is in UTC. */
export function instantOf(timestamp: string): Date {
  return new Date(`${timestamp.slice(0, 10)}T${timestamp.slice(11, 19)}Z`)
}

/** The links of a session: its page, and for whoever has a seat the way into the webinar. */
export function linksOf(
  session: AgendaSession & Held,
  baseUrl: string | null,
): { text: string; href: string }[] {
  const { id, is_public, webinar_url, secure_id } = session
  const page = baseUrl && is_public ? `${baseUrl}/sessions/${id}` : null
  const webinar = webinar_url && (page ? `${page}/virtual/${secure_id}` : webinar_url)
  return [
    ...(page ? [{ text: 'About the session', href: page }] : []),
    ...(webinar && hasSeat(session) ? [{ text: 'Join online', href: webinar }] : []),
  ]
}
