import type { Db, Pool } from '../../db/connection.ts'
import { GatheredWrites } from '../../db/gathered-writes.ts'
import { isUnavailable } from '../../errors.ts'
import type { SessionRow } from './queries.ts'
import { insertNewSessions, type NewSession } from './write-queries.ts'

/** How a new session is written. */
export type Insert = (db: Db, session: NewSession) => Promise<SessionRow>

/** How a session is created; an override puts everybody into an included one, whatever its capacity. */
export type Creation = { insert?: Insert; override?: boolean }

/** How a session is deleted: although people have seats in it, and whether they are told. */
export type Removal = { force: boolean; mail: boolean }

/** Writes a session by itself. */
export const insertAlone: Insert = async (db, session) => (await insertNewSessions(db, [session]))[0]!

/**
 * Writes sessions that come at the same time with one statement and one commit (docs/decisions/010). In a transaction a
 * session is written by itself.
 */
export function gatheredInsert(pool: Pool): Insert {
  const write = (sessions: NewSession[]): Promise<SessionRow[]> => insertNewSessions(pool, sessions)
  const writes = new GatheredWrites(write, error => !isUnavailable(error))
  return (db, session) => (db === pool ? writes.put(session) : insertAlone(db, session))
}
