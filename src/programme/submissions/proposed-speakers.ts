import type { Db } from '../../db/connection.ts'
import type { Fault } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { isBlank } from '../../http/values/draft.ts'
import { namesIn } from '../speakers/speakers.ts'
import {
  deleteProposedByIds,
  insertProposed,
  listProposed,
  type Person,
  type ProposedRow,
  updateProposed,
} from './proposed-queries.ts'
import type { ProposedInput } from './schema.ts'

const members = ['first_name', 'last_name', 'email', 'company', 'job_title', 'bio'] as const

/** What is wrong with those who are to speak: each has a name. */
export function faultsOfPeople(people: ProposedInput[] = []): Fault[] {
  return people.flatMap((given, place) =>
    given.first_name || given.last_name || !isBlank(given.name)
      ? []
      : [
          {
            field: `speakers.${place}.first_name`,
            type: 'required',
            message: 'A speaker has a first name or a last name.',
          },
        ],
  )
}

/**
 * Gives a submission that is locked these speakers, in this order, and no others; returns whether that changed anything. One
 * who is named by id, or is the same as before, stays who they are, also when they became a speaker of the event.
 */
export async function replaceProposed(
  db: Db,
  actor: Actor,
  { id, event_id }: { id: number; event_id: number },
  people: ProposedInput[],
): Promise<boolean> {
  const current = await listProposed(db, [id])
  const left = new Set(current)
  const wanted = people.map((given, place) => ({ given, person: personOf(given), sort: place + 1 }))
  const take = (row: ProposedRow | undefined) => {
    if (row) left.delete(row)
    return row
  }
  const named = wanted.map(({ given }) => take(current.find(row => left.has(row) && row.id === given.id)))
  const known = wanted.map(
    ({ person }, place) =>
      named[place] ?? take(current.find(row => left.has(row) && members.every(m => row[m] === person[m]))),
  )
  let hasChanged = left.size > 0
  await deleteProposedByIds(
    db,
    actor,
    [...left].map(row => row.id),
  )
  const added: (Person & { session_id: number; sort: number })[] = []
  for (const [place, { person, sort }] of wanted.entries()) {
    const row = known[place]
    if (!row) added.push({ ...person, session_id: id, sort })
    else if (row.sort !== sort || members.some(member => row[member] !== person[member])) {
      await updateProposed(db, actor, row.id, { ...person, sort })
      hasChanged = true
    }
  }
  await insertProposed(db, actor, event_id, added)
  return hasChanged || added.length > 0
}

function personOf(given: ProposedInput): Person {
  const { first_name = null, last_name = null, name } = given
  const names = first_name || last_name || isBlank(name) ? { first_name, last_name } : namesIn(name!)
  const { email = null, company = null, job_title = null, bio = null } = given
  return { ...names, email, company, job_title, bio }
}

/** Somebody who is to speak, as they leave. */
export const showProposed = ({ session_id: _session, sort: _sort, speaker_id, ...person }: ProposedRow) => ({
  ...person,
  name: [person.first_name, person.last_name].filter(Boolean).join(' '),
  speaker_id,
})
