import type { Db } from '../../db/connection.ts'
import { counts } from './counted-queries.ts'

/**
 * The next `limit` active registrants behind the registrant `after` who are neither in a session nor wait for it, and whom
 * no organiser took out of it, in order of registration.
 */
export async function readLeftOut(
  db: Db,
  session_id: number,
  event_id: number,
  after: number,
  limit: number,
): Promise<number[]> {
  const rows = await db<{ id: number }[]>`
    select r.id from registrants r
    where r.event_id = ${event_id} and r.id > ${after} and ${counts(db, 'r')}
      and not exists (select from selections s where s.registrant_id = r.id and s.session_id = ${session_id})
      and not exists (select from removals m where m.registrant_id = r.id and m.session_id = ${session_id})
    order by r.id limit ${limit}`
  return rows.map(row => row.id)
}

/** A registrant who was taken out of an included session, or named for it again. */
export type Removal = { registrant_id: number; session_id: number; isRemoved: boolean }

/** Writes which registrants were taken out of included sessions, or named for them again. */
export async function writeRemovals(db: Db, removals: Removal[]): Promise<void> {
  const column = (isRemoved: boolean, name: 'registrant_id' | 'session_id') =>
    removals.filter(each => each.isRemoved === isRemoved).map(each => each[name])
  await Promise.all([
    db`
      insert into removals (registrant_id, session_id)
      select * from unnest(${column(true, 'registrant_id')}::bigint[], ${column(true, 'session_id')}::bigint[])
      on conflict do nothing`,
    db`
      delete from removals m using unnest(${column(false, 'registrant_id')}::bigint[], ${column(false, 'session_id')}::bigint[])
        as named (registrant_id, session_id)
      where m.registrant_id = named.registrant_id and m.session_id = named.session_id`,
  ])
}
