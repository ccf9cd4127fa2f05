import type { Db } from '../../db/connection.ts'
import {
  type ChangeRow,
  type Cursor,
  listHeldBack,
  readChanges,
  start,
} from '../../records/changes/queries.ts'
import { listAccountIds, type StoredSelection, selectionsInParts } from './integrity-queries.ts'

/** A selection whose stored state is not the one that the change feed leads to. */
export type Disagreement = Omit<StoredSelection, 'id' | 'state'> & {
  stored: string | null
  recorded: string | null
}

/**
 * Selections that are not what the change feed says to a client that reads it from its start, page by page and cursor by
 * cursor. Sees one moment, in a transaction that is a snapshot.
 */
export async function listUnrecorded(db: Db): Promise<Disagreement[]> {
  const believed = new Map<number, StoredSelection>()
  for (const account_id of await listAccountIds(db))
    for await (const changes of feedOf(db, account_id))
      for (const change of changes) believe(believed, change)
  const wrong: Disagreement[] = []
  for await (const part of selectionsInParts(db))
    for (const { id, state, ...pair } of part) {
      const recorded = believed.get(id)?.state ?? null
      if (recorded !== state) wrong.push({ ...pair, stored: state, recorded })
      believed.delete(id)
    }
  const gone = [...believed.values()].map(({ id: _id, state, ...pair }) => ({
    ...pair,
    stored: null,
    recorded: state,
  }))
  return [...wrong, ...gone].sort((a, b) => a.registrant_id - b.registrant_id || a.session_id - b.session_id)
}

const limit = { changes: 1000, bytes: 4_000_000 }

/** What the feed gives, and last what it still holds back because an older transaction runs. */
async function* feedOf(db: Db, account_id: number): AsyncGenerator<ChangeRow[]> {
  const filter = { event_id: undefined, objects: ['selection'] }
  for (let since: Cursor | undefined = start; since; ) {
    const { changes, hasMore } = await readChanges(db, account_id, since, filter, limit)
    yield changes
    since = hasMore ? changes.at(-1) : undefined
  }
  yield await listHeldBack(db, account_id, filter)
}

function believe(
  believed: Map<number, StoredSelection>,
  { object_id: id, event_id, after }: ChangeRow,
): void {
  if (!after) return void believed.delete(id)
  const { registrant_id, session_id, state } = after as Omit<StoredSelection, 'id'>
  believed.set(id, { id, event_id: event_id!, registrant_id, session_id, state })
}
