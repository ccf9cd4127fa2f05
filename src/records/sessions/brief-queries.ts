import type { Db } from '../../db/connection.ts'

/** What others show of a session. */
type SessionBrief = {
  id: number
  event_id: number
  name: string
  date: string
  start_time: string | null
  end_time: string | null
  session_status: string
}

const brief = (db: Db) => db`
  id, event_id, name, date, start_time, end_time, session_status, track_id, location_id from sessions`

/** What a programme shows of its sessions, in its order. */
export function listSessionBriefs(db: Db, event_ids: number[]): Promise<SessionBrief[]> {
  return db<SessionBrief[]>`
    select ${brief(db)} where event_id = any(${event_ids}::bigint[]) order by date, start_time nulls first, id`
}

/** The same of the named sessions. */
export function listSessionBriefsByIds(db: Db, ids: number[]): Promise<SessionBrief[]> {
  return db<
    SessionBrief[]
  >`select ${brief(db)} where id = any(${ids}::bigint[]) order by date, start_time nulls first, id`
}
