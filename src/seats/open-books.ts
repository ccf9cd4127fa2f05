import type { Db } from '../db/connection.ts'
import { notFound } from '../errors.ts'
import { type Profile, readProfiles } from '../registrants/queries.ts'
import type { Books, Registrant } from './books.ts'
import type { Errand } from './errand.ts'
import {
  type EventRow,
  findElsewhere,
  lockEventSeats,
  lockRegistrants,
  preferIndexes,
  readEvent,
  readExpiredHolds,
  readExpiredOffers,
  readLine,
  readMembers,
  readRegTypes,
  readSelections,
  readSessions,
} from './queries.ts'

/** The books of an event, and what has expired in it. */
export type Opened = {
  event: EventRow
  books: Books
  /** what is stored of the people whom errands change, by id */
  profiles: Map<number, Profile>
  expiredHolds: number[]
  expiredOffers: { registrant_id: number; session_id: number }[]
}

/**
 * Takes the event's lock and reads what the rules need to decide these errands. Throws 404 when the event is gone.
 *
 * All of it is sent at once: statements of a transaction run one after the other, in the order in which they were sent,
 * each with eyes of its own. So everything is read after the lock was taken, in one round trip.
 */
export async function openBooks(db: Db, event_id: number, errands: Errand[], now: Date): Promise<Opened> {
  const books: Omit<Books, 'event'> = {
    now: now.getTime(),
    sessions: new Map(),
    elsewhere: new Set(),
    registrants: new Map(errands.flatMap(newcomerOf)),
    regTypes: new Map(),
    groups: new Map(),
  }
  const named = [...new Set(errands.flatMap(mentioned))]
  const [, , event, profiles, expiredHolds, expiredOffers] = await Promise.all([
    preferIndexes(db),
    lockEventSeats(db, event_id),
    readEvent(db, event_id),
    readProfiles(
      db,
      errands.flatMap(({ change, wish }) => (change ? [wish.registrant_id] : [])),
    ),
    readExpiredHolds(db, event_id, now),
    readExpiredOffers(db, event_id, now),
    registrantsInto(
      db,
      event_id,
      books,
      errands.map(errand => errand.wish.registrant_id),
      named,
      errands.some(errand => errand.newcomer || errand.wish.status !== undefined),
    ),
  ])
  if (!event) throw notFound('Event', event_id)
  const missing = named.filter(id => !books.sessions.has(id))
  await Promise.all([
    typesInto(db, event_id, books, errands),
    missing.length > 0 && elsewhereInto(db, books, event.account_id, missing),
  ])
  return { event, books: { ...books, event }, profiles, expiredHolds, expiredOffers }
}

/** Adds what the rules need to decide further errands of registrants about sessions that they have. */
export async function addErrands(db: Db, event_id: number, books: Books, errands: Errand[]): Promise<void> {
  await registrantsInto(
    db,
    event_id,
    books,
    errands.map(errand => errand.wish.registrant_id),
  )
  await typesInto(db, event_id, books, errands)
}

/** Registrants in line who are looked at together. */
const linePart = 100

/** Who waits for a session, in order, a part at a time: a seat that comes back seldom needs more than the first. */
export async function* lineInParts(db: Db, session_id: number): AsyncGenerator<number[]> {
  for (let after = 0; ; ) {
    const part = await readLine(db, session_id, after, linePart)
    yield part.map(row => row.registrant_id)
    if (part.length < linePart) return
    after = part.at(-1)!.id
  }
}

type Pages = Omit<Books, 'event'>

function newcomerOf({ newcomer, wish }: Errand): [number, Registrant][] {
  if (!newcomer) return []
  const id = wish.registrant_id
  return [
    [
      id,
      {
        id,
        status: 'new',
        version: 0,
        forgotten: false,
        expired_session_ids: [],
        ...newcomer,
        selections: new Map(),
      },
    ],
  ]
}

function mentioned({ wish: { add, drop, leave, lineUp } }: Errand): number[] {
  return [...add, ...drop, ...leave, ...lineUp.map(line => line.session_id)]
}

/**
 * Adds registrants with their selections, and the sessions of these, unless they are in the books already; of sessions
 * also the named ones and, when somebody comes in, those that newcomers take without asking.
 */
export async function registrantsInto(
  db: Db,
  event_id: number,
  books: Pages,
  ids: number[],
  named: number[] = [],
  comingIn = false,
): Promise<void> {
  const registrant_ids = [...new Set(ids)].filter(id => !books.registrants.has(id))
  if (registrant_ids.length === 0 && named.length === 0 && !comingIn) return
  const [rows, selections, sessions] = await Promise.all([
    registrant_ids.length > 0 ? lockRegistrants(db, event_id, registrant_ids) : [],
    registrant_ids.length > 0 ? readSelections(db, registrant_ids) : [],
    readSessions(db, event_id, { session_ids: named, registrant_ids, comingIn }),
  ])
  for (const session of sessions) if (!books.sessions.has(session.id)) books.sessions.set(session.id, session)
  for (const { registration_status: status, ...row } of rows)
    books.registrants.set(row.id, { ...row, status, selections: new Map() })
  for (const { id, registrant_id, session_id, state, on_conflict } of selections)
    books.registrants.get(registrant_id)?.selections.set(session_id, { id, state, on_conflict })
}

async function typesInto(db: Db, event_id: number, books: Pages, errands: Errand[]): Promise<void> {
  const changes = errands.filter(
    errand => errand.newcomer || errand.wish.status !== undefined || errand.wish.profile,
  )
  if (changes.length === 0) return
  const people = changes.flatMap(errand => [
    books.registrants.get(errand.wish.registrant_id),
    errand.wish.profile,
  ])
  const idsOf = (column: 'reg_type_id' | 'group_id') => [
    ...new Set(people.flatMap(person => person?.[column] ?? [])),
  ]
  const group_ids = idsOf('group_id')
  const [types, members] = await Promise.all([
    idsOf('reg_type_id').length > 0 ? readRegTypes(db, event_id, idsOf('reg_type_id')) : [],
    group_ids.length > 0 ? readMembers(db, group_ids) : [],
  ])
  for (const type of types) books.regTypes.set(type.id, type)
  for (const id of group_ids) books.groups.set(id, new Map())
  for (const { id, group_id, max_group_size } of members) books.groups.get(group_id)!.set(id, max_group_size)
}

async function elsewhereInto(db: Db, books: Pages, account_id: number, missing: number[]): Promise<void> {
  for (const id of await findElsewhere(db, account_id, missing)) books.elsewhere.add(id)
}
