import type { Db } from '../../db/connection.ts'
import type { StoredValues } from '../../records/custom-fields/values.ts'
import { sessionsThatWere } from '../../registration/agenda/queries.ts'

export type PublicSession = {
  account_id: number
  name: string
  description: string | null
  date: string
  start_time: string | null
  end_time: string | null
  timezone: string
  times_with_timezone: string | null
  session_status: string
  webinar_url: string | null
  secure_id: string
  custom_fields: StoredValues
  event_name: string
  track_name: string | null
  location_name: string | null
  speakers: { name: string; company: string | null; role: string }[]
}

/**
 * A session of an event that is live or closed, as anybody may see it: one that is live, or that people have or wait for,
 * or had and waited for when it was deleted. It was public once, and they have its address.
 */
export async function findPublicSession(db: Db, id: number): Promise<PublicSession | undefined> {
  const [session] = await db<PublicSession[]>`
    select s.account_id, s.name, s.description, s.date, s.start_time, s.end_time, s.timezone, s.times_with_timezone,
      s.session_status, s.webinar_url, s.secure_id, s.custom_fields, e.name as event_name,
      t.name as track_name, l.name as location_name, coalesce((
        select jsonb_agg(jsonb_build_object('name', p.name, 'company', p.company, 'role', a.role) order by a.sort, a.id)
        from session_speakers a join speakers p on p.id = a.speaker_id
        where a.session_id = s.id and p.forgotten_at is null), '[]') as speakers
    from ${sessionsThatWere(db, [id])} s join events e on e.id = s.event_id
    left join tracks t on t.id = s.track_id left join locations l on l.id = s.location_id
    where e.status in ('live', 'closed') and (s.session_status = 'live'
      or s.selected_count + s.held_count + s.offered_count + s.waitlisted_count > 0)`
  return session
}
