import type { Db } from '../../db/connection.ts'

/** Where the event of an object is found, by the first part of its path. */
const tables: Record<string, string> = {
  sessions: 'sessions',
  tracks: 'tracks',
  locations: 'locations',
  speakers: 'speakers',
  sponsors: 'sponsors',
  registrants: 'registrants',
  'reg-types': 'reg_types',
  'registrant-groups': 'registrant_groups',
  'event-questions': 'event_questions',
  'session-attendances': 'session_attendances',
  outbox: 'outbox',
  'cfs-contacts': 'cfs_contacts',
  'cfs-submissions': 'sessions',
  'cfs-reviews': 'cfs_reviews',
  'schedule-changes': 'schedule_changes',
}

/** The events of objects of an account; undefined when nothing is known of objects of this path. */
export async function findEventsOf(
  db: Db,
  account_id: number,
  plural: string,
  ids: number[],
): Promise<number[] | undefined> {
  const table = tables[plural]
  if (!table) return undefined
  const rows = await db<{ event_id: number }[]>`
    select distinct event_id from ${db(table)} where account_id = ${account_id} and id = any(${ids}::bigint[])`
  return rows.map(({ event_id }) => event_id)
}
