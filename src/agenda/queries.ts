import type { Db } from '../db/connection.ts'

/** A session as its attendees see it. */
export type AgendaSession = {
  id: number
  name: string
  date: string
  timezone: string
  times_with_timezone: string | null
  starts_at: string | null
  ends_at: string | null
  location_name: string | null
  webinar_url: string | null
  secure_id: string
  /** whether it has a page that anybody may see */
  is_public: boolean
  updated_at: string
}

/** The named sessions, in the order in which they take place. */
export function listAgendaSessions(db: Db, ids: number[]): Promise<AgendaSession[]> {
  return db<AgendaSession[]>`
    select s.id, s.name, s.date, s.timezone, s.times_with_timezone, s.starts_at, s.ends_at, l.name as location_name,
      s.webinar_url, s.secure_id, s.session_status = 'live' and e.status in ('live', 'closed') as is_public, s.updated_at
    from sessions s join events e on e.id = s.event_id left join locations l on l.id = s.location_id
    where s.id = any(${ids}::bigint[]) order by s.date, s.start_time nulls first, s.id`
}

/** A registrant in a session: with a seat, with an offer until `expires_at`, or at a place in the line. */
export type AgendaSelection = {
  registrant_id: number
  session_id: number
  state: 'selected' | 'held' | 'offered' | 'waitlisted'
  expires_at: string | null
  place: number | null
}

/** Everything that these registrants have and wait for. */
export function listAgendaSelections(db: Db, registrant_ids: number[]): Promise<AgendaSelection[]> {
  return db<AgendaSelection[]>`
    select s.registrant_id, s.session_id, s.state, s.expires_at, case when s.state = 'waitlisted' then (
      select count(*)::int from selections w where w.session_id = s.session_id and w.state = 'waitlisted' and w.id <= s.id
    ) end as place
    from selections s where s.registrant_id = any(${registrant_ids}::bigint[]) order by s.id`
}
