import { hash } from 'node:crypto'
import type { Db } from '../../db/connection.ts'
import type { Answer } from '../../http/answer.ts'
import type { Call } from '../../http/operation.ts'
import { CountParameter, isAsked, readId } from '../../http/query.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { type FoundConflict, listConflictsOf, withPeople } from '../conflicts/conflicts.ts'
import { mustFindSession } from '../sessions/sessions.ts'
import { type Beginning, digestOfMoves, listEffects, noteBeginning } from './effects-queries.ts'
import { type EffectKind, effectKinds, mostNamed, type Outlook } from './schema.ts'

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
): Promise<(people_after: number, wanted?: unknown) => Promise<Outlook>> {
  const beginning = await noteBeginning(db, event_id, session_ids)
  const before = await listConflictsOf(db, event_id, session_ids)
  return async (people_after, wanted) => {
    const after = await listConflictsOf(db, event_id, session_ids)
    const made = newIn(after, before)
    const resolved = newIn(before, after)
    const named = await listEffects(db, beginning, people_after)
    return {
      conflicts: { made: await firstOf(db, made), resolved: await firstOf(db, resolved) },
      people: peopleOf(named),
      basis: basisOf(beginning, [...made, ...resolved], named, [wanted, await digestOfMoves(db, beginning)]),
    }
  }
}

type Named = Awaited<ReturnType<typeof listEffects>>

const firstOf = async (db: Db, found: FoundConflict[]) => ({
  count: found.length,
  items: await withPeople(db, found.slice(0, mostNamed)),
})

/** The conflicts of a list that the other has not. */
function newIn(conflicts: FoundConflict[], others: FoundConflict[]): FoundConflict[] {
  const keys = new Set(others.map(({ key }) => key))
  return conflicts.filter(({ key }) => !keys.has(key))
}

function peopleOf(named: Named): Outlook['people'] {
  const of = (kind: EffectKind) => {
    const { count = 0, ids = [] } = named.find(each => each.kind === kind) ?? {}
    return { count, ids }
  }
  return Object.fromEntries(effectKinds.map(kind => [kind, of(kind)])) as Outlook['people']
}

/** A digest of what a change starts from, of what is wanted, and of everything that it does. */
function basisOf({ before }: Beginning, conflicts: FoundConflict[], named: Named, more: unknown[]): string {
  const state = [
    before.map(({ id, version }) => [id, version]),
    conflicts.map(({ key }) => key).sort(),
    named.map(({ kind, digest }) => [kind, digest]),
    ...more,
  ]
  return hash('sha256', JSON.stringify(state), 'base64url')
}
