import type { Db } from '../../db/connection.ts'
import { gathering } from '../../db/gathered.ts'
import { notFound } from '../../errors.ts'
import { findSessions } from './list-queries.ts'
import type { SessionRow } from './queries.ts'

const findGathered = gathering(findSessions)

/** The session for an answer: those that are asked for at the same time are read with one statement. Throws 404. */
export async function mustFindAnswered(db: Db, account_id: number, id: number): Promise<SessionRow> {
  const session = await findGathered(db, id)
  if (session?.account_id !== account_id) throw notFound('Session', id)
  return session
}
