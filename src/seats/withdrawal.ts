import type { Db } from '../db/connection.ts'
import type { Actor } from '../http/actor.ts'
import { insertLetters } from '../mail/queries.ts'
import { takesPlace } from './books.ts'
import { listPeopleOf } from './queries.ts'

type Withdrawn = { id: number; event_id: number; account_id: number; session_status: string }

/**
 * The registrants who have a session, or wait for it, and have to be told that it does not take place any more: all of them
 * when it has been live until now; otherwise those to whom that has not been written yet.
 */
export async function peopleToTell(db: Db, session: Withdrawn): Promise<number[]> {
  const people = await listPeopleOf(db, session.id)
  return people.filter(({ is_told }) => takesPlace(session) || !is_told).map(({ id }) => id)
}

/** Writes to these people that a session does not take place, when that is wanted; returns how many are not written to. */
export async function tellOfWithdrawal(
  db: Db,
  actor: Actor,
  session: Withdrawn,
  people: number[],
  mail: boolean,
): Promise<number> {
  if (!mail) return people.length
  const letters = people.map(registrant_id => ({
    registrant_id,
    kind: 'withdrawn' as const,
    session_id: session.id,
    dropped_session_ids: [],
  }))
  const event = { id: session.event_id, account_id: session.account_id }
  const written = await insertLetters(db, event, letters, actor.now)
  return people.length - written.length
}
