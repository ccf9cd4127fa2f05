import type { Db, Fragment } from '../../db/connection.ts'

/**
 * Whether the registrant `alias` of a statement counts: for the capacities of event and type, for the size of a group, and
 * for sessions that are included. `maySit` of the rules, in SQL.
 */
export const counts = (db: Db, alias: string): Fragment =>
  db`${db(`${alias}.registration_status`)} in ('confirmed', 'pending', 'attended', 'no_show', 'in_progress')`
