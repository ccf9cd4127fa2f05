import type { Db } from '../../db/connection.ts'

/** A person of a session, what was written to them last of whether it takes place, and whether that still waits. */
export type Listed = {
  registrant_id: number
  session_id: number
  told: 'withdrawn' | 'restored' | null
  is_waiting: boolean
}

/** The registrants who have a seat in sessions, were offered one, or wait for them, apart from those who are forgotten. */
export function listPeopleOf(db: Db, session_ids: number[]): Promise<Listed[]> {
  return db<Listed[]>`
    select s.registrant_id, s.session_id, last.kind as told, coalesce(last.state = 'waiting', false) as is_waiting
    from selections s join registrants r on r.id = s.registrant_id left join lateral (
      select o.kind, o.state from outbox o where o.registrant_id = r.id and o.session_id = s.session_id
        and o.kind in ('withdrawn', 'restored') and o.state not in ('dropped', 'failed')
      order by o.id desc limit 1) last on true
    where s.session_id = any(${session_ids}::bigint[]) and r.forgotten_at is null order by s.session_id, r.id`
}

/** The same registrants, each with those of the sessions that they have or wait for. */
export function listPlacesIn(
  db: Db,
  session_ids: number[],
): Promise<{ registrant_id: number; session_ids: number[] }[]> {
  return db<{ registrant_id: number; session_ids: number[] }[]>`
    select s.registrant_id, array_agg(s.session_id::int order by s.session_id) as session_ids
    from selections s join registrants r on r.id = s.registrant_id
    where s.session_id = any(${session_ids}::bigint[]) and r.forgotten_at is null
    group by s.registrant_id order by s.registrant_id`
}

/** How many people have a session of an event that takes place, or wait for one. */
export async function countPeopleIn(db: Db, event_id: number): Promise<number> {
  const [row] = await db<{ people: number }[]>`
    select count(distinct x.registrant_id)::int as people
    from sessions s join selections x on x.session_id = s.id
    join registrants r on r.id = x.registrant_id and r.forgotten_at is null
    where s.event_id = ${event_id} and s.session_status = 'live'`
  return row!.people
}
