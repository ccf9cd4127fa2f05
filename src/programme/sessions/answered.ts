import type { Db } from '../../db/connection.ts'
import { gathering } from '../../db/gathered.ts'
import { notFound } from '../../errors.ts'
import type { Answer } from '../../http/answer.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { findSessions } from './list-queries.ts'
import type { SessionRow } from './queries.ts'
import type { Written } from './sessions.ts'
import { showSession } from './view.ts'

const findGathered = gathering(findSessions)

/** The session for an answer: those that are asked for at the same time are read with one statement. Throws 404. */
export async function mustFindAnswered(db: Db, account_id: number, id: number): Promise<SessionRow> {
  const session = await findGathered(db, id)
  if (session?.account_id !== account_id) throw notFound('Session', id)
  return session
}

/** What the answer to a write needs besides the session: the definitions of its custom fields, and where links begin. */
export type Context = { fields: SessionFieldRow[]; baseUrl: string }

/** The answer to a session that was created. */
export function created(row: Written, context: Context): Answer {
  return { ...updated(row, context), status: 201, location: `/api/v1/sessions/${row.id}` }
}

/** The answer to a session that was changed. */
export function updated(row: Written, { fields, baseUrl }: Context): Answer {
  const { not_included, new_conflicts, people_not_told } = row
  return {
    status: 200,
    body: {
      ...showSession(row, fields, baseUrl),
      ...(not_included && { not_included }),
      ...(new_conflicts && { new_conflicts }),
      ...(people_not_told && { people_not_told }),
    },
    version: row.version,
  }
}
