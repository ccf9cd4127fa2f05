import type { Db, Fragment } from '../../db/connection.ts'
import type { EventRow } from './queries.ts'

/** An event with its account and what is in it; `registrants` are those who take up its capacity. */
export type EventOverview = EventRow & {
  account: string
  sessions: number
  live_sessions: number
  locations: number
  tracks: number
  registrants: number
}

/** The events of every account, or of one, in order of their ids. */
export function listEventOverviews(db: Db, account_id?: number): Promise<EventOverview[]> {
  return overviews(db, account_id === undefined ? db`` : db`where e.account_id = ${account_id}`)
}

/** An event by its id, of whichever account. */
export async function findEventOverview(db: Db, id: number): Promise<EventOverview | undefined> {
  const [event] = await overviews(db, db`where e.id = ${id}`)
  return event
}

const overviews = (db: Db, where: Fragment) => db<EventOverview[]>`
  select e.*, a.name as account, e.registrants_count as registrants,
    (select count(*)::int from sessions s where s.event_id = e.id) as sessions,
    (select count(*)::int from sessions s where s.event_id = e.id and s.session_status = 'live') as live_sessions,
    (select count(*)::int from locations l where l.event_id = e.id) as locations,
    (select count(*)::int from tracks t where t.event_id = e.id) as tracks
  from events e join accounts a on a.id = e.account_id ${where} order by e.id`
