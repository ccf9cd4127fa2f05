import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { insertLetters, type MovedSession } from '../../records/outbox/queries.ts'
import { insertSpeakerLetters } from '../../records/outbox/speaker-queries.ts'
import { listPlacesIn } from '../../seats/ledger/people-queries.ts'

/**
 * Writes to the registrants who have moved sessions of an event, or wait for them, when that is wanted: each gets one e-mail
 * about all of them, and so does each of their speakers. Returns how many are not written to.
 */
export async function tellOfMoves(
  db: Db,
  actor: Actor,
  event_id: number,
  moves: MovedSession[],
  mail: boolean,
): Promise<number> {
  if (moves.length === 0) return 0
  const people = await listPlacesIn(
    db,
    moves.map(({ session_id }) => session_id),
  )
  if (!mail) return people.length
  await insertSpeakerLetters(db, { id: event_id, account_id: actor.account_id }, moves, actor.now)
  const letters = people.map(({ registrant_id, session_ids }) => ({
    registrant_id,
    kind: 'rescheduled' as const,
    session_id: null,
    dropped_session_ids: [],
    moved: moves.filter(({ session_id }) => session_ids.includes(session_id)),
  }))
  const written = await insertLetters(db, { id: event_id, account_id: actor.account_id }, letters, actor.now)
  return people.length - written.length
}
