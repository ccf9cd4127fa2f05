import { hash } from 'node:crypto'
import type { Db } from '../../db/connection.ts'
import type { Answer } from '../../http/answer.ts'
import type { Call } from '../../http/operation.ts'
import { CountParameter, isAsked, readId } from '../../http/query.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { listConflictsAmong } from '../conflicts/conflicts.ts'
import { mustFindSession } from '../sessions/sessions.ts'
import { type Beginning, listEffects, noteBeginning } from './effects-queries.ts'
import { type EffectKind, effectKinds, type Outlook } from './schema.ts'

/** Query parameter of every call that can be rehearsed. */
export const rehearsalQuery = {
  people_after: CountParameter({
    description:
      'With `validate_only`: names the registrants behind this id, of each kind. Repeat the request with the largest id of an answer to see the next.',
    examples: [987],
  }),
}

/**
 * Carries out a change of a session. When it is a rehearsal (`validate_only`) the answer says as well which
 * conflicts it makes and resolves, and what it does to whom.
 */
export async function rehearsing<P>(
  call: Call<P>,
  session_id: number,
  work: () => Promise<Answer>,
): Promise<Answer> {
  if (!isAsked(call, 'validate_only')) return work()
  const { db, account_id, query } = call
  const { event_id } = await mustFindSession(db, account_id, session_id)
  await lockEventSeats(db, event_id)
  const outlook = await lookAhead(db, event_id, [session_id])
  const answer = await work()
  return { ...answer, body: { ...answer.body, ...(await outlook(readId(query.people_after) ?? 0)) } }
}

/**
 * Takes note of how things stand before a change of these sessions, under the lock of their event; what is returned says,
 * after it, what it comes to.
 */
export async function lookAhead(
  db: Db,
  event_id: number,
  session_ids: number[],
): Promise<(people_after: number) => Promise<Outlook>> {
  const beginning = await noteBeginning(db, event_id, session_ids)
  const before = await listConflictsAmong(db, event_id, session_ids)
  return async people_after => {
    const after = await listConflictsAmong(db, event_id, session_ids)
    return outlookOf(beginning, { before, after }, await listEffects(db, beginning, people_after))
  }
}

type Conflicts = Awaited<ReturnType<typeof listConflictsAmong>>
type Named = Awaited<ReturnType<typeof listEffects>>

function outlookOf(
  { before: sessions }: Beginning,
  { before, after }: { before: Conflicts; after: Conflicts },
  named: Named,
): Outlook {
  const notIn = (others: Conflicts) => {
    const keys = new Set(others.map(({ key }) => key))
    return ({ key }: Conflicts[number]) => !keys.has(key)
  }
  const conflicts = { made: after.filter(notIn(before)), resolved: before.filter(notIn(after)) }
  const of = (kind: EffectKind) => named.find(each => each.kind === kind)
  const people = Object.fromEntries(
    effectKinds.map(kind => [kind, { count: of(kind)?.count ?? 0, ids: of(kind)?.ids ?? [] }]),
  ) as Outlook['people']
  const state = [
    sessions.map(({ id, version }) => [id, version]),
    [...conflicts.made, ...conflicts.resolved].map(({ key }) => key),
    effectKinds.map(kind => of(kind)?.digest ?? null),
  ]
  return { conflicts, people, basis: hash('sha256', JSON.stringify(state), 'base64url') }
}
