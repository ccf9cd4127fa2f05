import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { insertLetters } from '../../records/outbox/queries.ts'
import { type Listed, listPeopleOf } from '../../seats/ledger/queries.ts'
import { takesPlace } from '../../seats/rules/state.ts'

type Told = { id: number; event_id: number; account_id: number; session_status: string }

/**
 * The registrants who have a session, or wait for it, and have to be told what comes of it. When it does not take place any
 * more: all of them, when it has been live until now; otherwise those to whom that has not been written yet. When it does:
 * those who got an e-mail that said that it would not.
 */
export async function peopleToTell(db: Db, session: Told, isOn: boolean): Promise<number[]> {
  const wasOn = takesPlace(session)
  if (wasOn && isOn) return []
  const people = await listPeopleOf(db, session.id)
  const mustKnow = ({ told, is_waiting }: Listed) =>
    isOn ? told === 'withdrawn' && !is_waiting : wasOn || told !== 'withdrawn'
  return people.filter(mustKnow).map(({ id }) => id)
}

/**
 * Writes to these people that a session does not take place, or does after all, when that is wanted; returns how many are not
 * written to.
 */
export async function tellOfSession(
  db: Db,
  actor: Actor,
  session: Told,
  people: number[],
  { isOn, mail }: { isOn: boolean; mail: boolean },
): Promise<number> {
  if (!mail) return people.length
  const letters = people.map(registrant_id => ({
    registrant_id,
    kind: isOn ? ('restored' as const) : ('withdrawn' as const),
    session_id: session.id,
    dropped_session_ids: [],
  }))
  const event = { id: session.event_id, account_id: session.account_id }
  const written = await insertLetters(db, event, letters, actor.now)
  return people.length - written.length
}
