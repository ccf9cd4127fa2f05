import type { Db } from '../../db/connection.ts'

/** Counts by state, who has an offer until when, and the line in order. */
export async function readSeats(db: Db, session_id: number) {
  const [[counts], offers, line] = await Promise.all([
    db<
      {
        session_id: number
        capacity: number | null
        selected: number
        held: number
        offered: number
        waitlisted: number
        seats_left: number | null
      }[]
    >`
      select id as session_id, capacity, selected_count as selected, held_count as held, offered_count as offered,
        waitlisted_count as waitlisted, case when capacity is not null then greatest(0, capacity - selected_count - held_count - offered_count) end as seats_left
      from sessions where id = ${session_id}`,
    db<{ registrant_id: number; until: string }[]>`
      select registrant_id, expires_at as until from selections
      where session_id = ${session_id} and state = 'offered' order by expires_at, id`,
    db<{ registrant_id: number; since: string; on_conflict: string }[]>`
      select registrant_id, created_at as since, on_conflict from selections
      where session_id = ${session_id} and state = 'waitlisted' order by id`,
  ])
  return (
    counts && {
      ...counts,
      offers: [...offers],
      line: line.map((entry, index) => ({ place: index + 1, ...entry })),
    }
  )
}

/** The seats that are left in a session, null when unlimited, and what decides whether they can be claimed. */
export type SeatsLeft = {
  id: number
  session_status: string
  starts: number | null
  seats_left: number | null
}

/** Seats left in every session of an event, in order. */
export function readSeatsLeft(db: Db, event_id: number): Promise<SeatsLeft[]> {
  return db<SeatsLeft[]>`
    select id, session_status, (extract(epoch from starts_at) * 1000)::float8 as starts,
      case when capacity is not null then greatest(0, capacity - selected_count - held_count - offered_count) end as seats_left
    from sessions where event_id = ${event_id} order by id`
}
