import { type Fault, mustBeValid } from '../../errors.ts'
import type { Draft, Given } from '../../http/values/draft.ts'
import { differencesOf } from './edits.ts'
import type { Members, Noun } from './queries.ts'
import type { Taken } from './report.ts'
import type { Run } from './run.ts'

/** A record as the file has it, the one that is stored, and how it is written. */
type FromFile = {
  object: Noun
  known: { id: number } | undefined
  body: Members
  /** the body as it is read */
  draft: Draft<Given<object>>
  faults?: Fault[]
  create: () => Promise<number>
  change: (id: number, body: Members) => Promise<unknown>
}

/**
 * Creates a record, or changes what differs from the file. Where edits are kept, what was edited by hand stays, and what was
 * deleted by hand stays deleted. Throws 422.
 */
export async function takeRecord({ memory, keepsEdits }: Run, record: FromFile): Promise<Taken> {
  const { object, known, body, draft, faults = [], create, change } = record
  mustBeValid([...draft.faults, ...faults])
  const given = draft.given as Members
  if (!known) {
    const deleted = memory.wasDeleted(object, given.external_id)
    if (deleted && keepsEdits) return { outcome: 'unchanged', id: null, members: [], deleted }
    const id = await create()
    memory.wrote(object, id, given)
    return { outcome: 'created', id, members: [], deleted }
  }
  const { id } = known
  const members = differencesOf(given, known, memory.lastOf(object, id), keepsEdits)
  const kept = members.flatMap(({ member, kept }) => (kept ? [member] : []))
  const changes = members.length > kept.length
  if (changes) await change(id, without(body, kept))
  memory.wrote(object, id, given, kept)
  return { outcome: changes ? 'updated' : 'unchanged', id, members, deleted: false }
}

const without = (body: Members, names: string[]): Members =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)))
