import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { insertLetters, type Letter } from '../../records/outbox/queries.ts'
import { type Listed, listPeopleOf } from '../../seats/ledger/people-queries.ts'
import { takesPlace } from '../../seats/rules/state.ts'

type Told = { id: number; session_status: string }

/**
 * What registrants who have sessions, or wait for them, have to be told of what comes of these. When one does not take place
 * any more: all of them, when it has been live until now; otherwise those to whom that has not been written yet. When it
 * does: those who got an e-mail that said that it would not. `isOn` says whether a session takes place after the change.
 */
export async function peopleToTell(
  db: Db,
  sessions: Told[],
  isOn: (session_id: number) => boolean,
): Promise<Letter[]> {
  const wasOn = new Map(sessions.map(session => [session.id, takesPlace(session)]))
  const switched = sessions.filter(({ id }) => !wasOn.get(id) || !isOn(id))
  if (switched.length === 0) return []
  const people = await listPeopleOf(
    db,
    switched.map(({ id }) => id),
  )
  const mustKnow = ({ session_id, told, is_waiting }: Listed) =>
    isOn(session_id) ? told === 'withdrawn' && !is_waiting : wasOn.get(session_id) || told !== 'withdrawn'
  return people.filter(mustKnow).map(({ registrant_id, session_id }) => ({
    registrant_id,
    kind: isOn(session_id) ? ('restored' as const) : ('withdrawn' as const),
    session_id,
    dropped_session_ids: [],
  }))
}

/** Writes to these people of an event, when that is wanted; returns how many are not written to. */
export async function tellOf(
  db: Db,
  actor: Actor,
  event_id: number,
  letters: Letter[],
  mail: boolean,
): Promise<number> {
  if (!mail) return new Set(letters.map(({ registrant_id }) => registrant_id)).size
  const written = await insertLetters(db, { id: event_id, account_id: actor.account_id }, letters, actor.now)
  return letters.length - written.length
}
