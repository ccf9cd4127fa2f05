import Type from 'typebox'
import { ApiError, badRequest } from '../../errors.ts'
import type { Operation } from '../../http/operation.ts'
import { CountParameter, readId, TextParameter, wordsOf } from '../../http/query.ts'
import { Id } from '../../http/values/values.ts'
import { type ChangeRow, type Cursor, isKnown, readChanges, start } from './queries.ts'
import { ChangePage, objectKinds } from './schema.ts'

const mostChanges = 1000
const fewestChanges = 100
/** Records before and after that one answer has, in bytes; a single change may be larger. */
const mostBytes = 4_000_000

export const changeOperations: Operation[] = [
  {
    spellings: ['GET /changes'],
    id: 'listChanges',
    tag: 'Changes',
    summary: 'Read what changed since a cursor',
    description:
      'Every creation, update and deletion in the order of commits, none skipped. Keep the `cursor` of the answer and send it as `since`; without `since` the feed starts at the beginning. A cursor of an earlier version, or of another database, is 410: read again from the start.',
    query: {
      since: TextParameter({ description: 'The cursor of the last answer.' }),
      event_id: Type.Optional(Id({ description: 'Only changes in this event.', examples: [67890] })),
      object: TextParameter({
        description: `Comma-separated kinds: ${objectKinds.join(', ')}.`,
        examples: ['session,selection'],
      }),
      'per-page': CountParameter({
        description: `Items of an answer: ${fewestChanges} unless given, at most ${mostChanges}. An answer has fewer when their records take more than ${mostBytes / 1_000_000} MB.`,
        examples: [fewestChanges],
      }),
    },
    success: { 200: ChangePage },
    failures: [404, 410],
    isList: true,
    handler: async ({ db, query, account_id }) => {
      const since = readCursor(query.since)
      const limit = readLimit(query['per-page'])
      const filter = { event_id: readEvent(query.event_id), objects: readObjects(query.object) }
      const [known, { changes, hasMore }] = await Promise.all([
        isKnown(db, account_id, since),
        readChanges(db, account_id, since, filter, { changes: limit, bytes: mostBytes }),
      ])
      if (!known) throw unknownCursor()
      const items = changes.map(toChange)
      return { items, cursor: items.at(-1)?.cursor ?? writeCursor(since), has_more: hasMore }
    },
  },
]

const unknownCursor = () =>
  new ApiError(
    410,
    'unknown_cursor',
    'This cursor is not of this database, which may have been restored from a copy. Read again from the start, without since.',
  )

const outdatedCursor = () =>
  new ApiError(
    410,
    'outdated_cursor',
    'This cursor was made by an earlier version, whose feed could leave changes out. Read again from the start, without since.',
  )

const writeCursor = ({ tx, id, at }: Cursor) => `${cursorVersion}.${tx}.${id}.${at}`
/** Cursors of version 1 were `tx.id`: the feed was in the order of the digits, so their readers have lost changes. */
const cursorVersion = 2
const outdated = /^\d{1,19}\.\d{1,15}$/
const current = new RegExp(`^${cursorVersion}\\.(\\d{1,19})\\.(\\d{1,15})\\.(\\d{1,15})$`)

function readCursor(given = ''): Cursor {
  const text = given.trim()
  if (text === '') return start
  if (outdated.test(text)) throw outdatedCursor()
  const [, tx, id, at] = current.exec(text) ?? []
  if (!tx) throw badRequest('bad_parameter', 'since must be a cursor of an earlier answer.')
  return { tx, id: Number(id), at: Number(at) }
}

function readLimit(text: string | undefined): number {
  if (!text || text.trim() === '') return fewestChanges
  if (!/^\d{1,9}$/.test(text) || Number(text) < 1)
    throw badRequest('bad_parameter', 'per-page must be a positive integer.')
  return Math.min(Number(text), mostChanges)
}

function readEvent(text: string | undefined): number | undefined {
  if (!text || text.trim() === '') return undefined
  const id = readId(text)
  if (!id) throw new ApiError(404, 'not_found', `Event ${text} does not exist.`)
  return id
}

function readObjects(text: string | undefined): string[] {
  const words = wordsOf(text)
  const unknown = words.filter(word => !(objectKinds as readonly string[]).includes(word))
  if (unknown.length > 0)
    throw badRequest('bad_parameter', `object: ${unknown.join(', ')} is none of ${objectKinds.join(', ')}.`)
  return words
}

function toChange({ tx, id, at, ...change }: ChangeRow) {
  return {
    cursor: writeCursor({ tx, id, at }),
    ...change,
    before: publicMembers(change.before),
    after: publicMembers(change.after),
  }
}

/** What is the database's own stays inside; moments get the form that they have everywhere (docs/contract.md §2). */
function publicMembers(row: Record<string, unknown> | null) {
  if (!row) return null
  const members = Object.fromEntries(Object.entries(row).filter(([name]) => !internal.has(name)))
  for (const [name, value] of Object.entries(members))
    if (isMoment(name, value)) members[name] = momentOf(name, value)
  return members
}

/** Columns of the database's own. */
const internal = new Set([
  'account_id',
  'event_timezone',
  'email_key',
  'derived',
  'forgotten',
  'was_present',
  'was_minutes',
])

/** Days are dates as well: moments are those with a time. */
const isMoment = (name: string, value: unknown): value is string =>
  typeof value === 'string' && (name.endsWith('_at') || (name.endsWith('_date') && value.includes('T')))

function momentOf(name: string, value: string): string {
  const seconds = value.slice(0, 19)
  return name === 'starts_at' || name === 'ends_at' ? `${seconds}Z` : seconds.replace('T', ' ')
}
