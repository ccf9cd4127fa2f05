import type { StoredValues } from '../custom-values/values.ts'
import type { Db } from '../db/connection.ts'

export type PublicSession = {
  account_id: number
  name: string
  description: string | null
  date: string
  times_with_timezone: string | null
  webinar_url: string | null
  secure_id: string
  custom_fields: StoredValues
  event_name: string
  track_name: string | null
  location_name: string | null
}

/** A live session of an event that is live or closed: what anybody may see. */
export async function findPublicSession(db: Db, id: number): Promise<PublicSession | undefined> {
  const [session] = await db<PublicSession[]>`
    select s.account_id, s.name, s.description, s.date, s.times_with_timezone, s.webinar_url, s.secure_id, s.custom_fields, e.name as event_name,
      t.name as track_name, l.name as location_name
    from sessions s join events e on e.id = s.event_id
    left join tracks t on t.id = s.track_id left join locations l on l.id = s.location_id
    where s.id = ${id} and s.session_status = 'live' and e.status in ('live', 'closed')`
  return session
}
