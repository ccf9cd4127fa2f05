import type { Db } from '../../db/connection.ts'

/** The next `limit` who wait for a session, in order, behind the selection `after`. */
export function readWaitlist(
  db: Db,
  session_id: number,
  after: number,
  limit: number,
): Promise<{ id: number; registrant_id: number }[]> {
  return db<{ id: number; registrant_id: number }[]>`
    select id, registrant_id from selections where session_id = ${session_id} and state = 'waitlisted' and id > ${after}
    order by id limit ${limit}`
}

/** The sessions of an event that have a waitlist. */
export async function readWaitedFor(db: Db, event_id: number): Promise<number[]> {
  const rows = await db<
    { id: number }[]
  >`select id from sessions where event_id = ${event_id} and waitlisted_count > 0 order by id`
  return rows.map(row => row.id)
}

/** Registrants who have an offer in an event. */
export async function readOffered(db: Db, event_id: number): Promise<number[]> {
  const rows = await db<{ registrant_id: number }[]>`
    select distinct registrant_id from selections
    where session_id in (select id from sessions where event_id = ${event_id} and offered_count > 0) and state = 'offered'`
  return rows.map(row => row.registrant_id)
}
