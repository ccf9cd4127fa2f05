import type { Db } from '../db/connection.ts'
import type { Errand } from './batch.ts'
import type { Books, Registrant } from './books.ts'
import {
  type EventRow,
  findElsewhere,
  lockRegistrants,
  readGroupSizes,
  readRegTypes,
  readSelections,
  readSessions,
} from './queries.ts'

/** Reads what the rules need to decide these errands. The event's lock must be held. */
export async function openBooks(
  db: Db,
  event: EventRow,
  errands: Errand[],
  sessions: number[],
  now: Date,
): Promise<Books> {
  const books: Books = {
    now: now.getTime(),
    event,
    sessions: new Map(),
    elsewhere: new Set(),
    registrants: new Map(),
    regTypes: new Map(),
    groupSizes: new Map(),
  }
  const wishes = errands.map(errand => errand.wish)
  const mentioned = wishes.flatMap(({ add, drop, lineUp, leave }) => [
    ...add,
    ...drop,
    ...leave,
    ...lineUp.map(line => line.session_id),
  ])
  const named = [...new Set([...sessions, ...mentioned])]
  const registrant_ids = [
    ...new Set(errands.filter(errand => !errand.newcomer).map(errand => errand.wish.registrant_id)),
  ]
  const comingIn = errands.some(errand => errand.newcomer || errand.wish.status !== undefined)
  for (const { newcomer, wish } of errands)
    if (newcomer)
      books.registrants.set(wish.registrant_id, {
        id: wish.registrant_id,
        status: 'new',
        version: 0,
        ...newcomer,
        selections: new Map(),
      })
  await Promise.all([
    registrantsInto(db, books, registrant_ids),
    sessionsInto(db, books, named, registrant_ids, comingIn),
  ])
  await Promise.all([typesInto(db, books, errands), elsewhereInto(db, books, event.account_id, named)])
  return books
}

/** Adds registrants with their selections, and the sessions of these, unless they are in the books already. */
export async function registrantsInto(db: Db, books: Books, ids: number[]): Promise<void> {
  const missing = ids.filter(id => !books.registrants.has(id))
  if (missing.length === 0) return
  const [rows, selections] = await Promise.all([
    lockRegistrants(db, books.event.id, missing),
    readSelections(db, missing),
    sessionsInto(db, books, [], missing, false),
  ])
  for (const { id, registration_status, reg_type_id, group_id, version } of rows) {
    const registrant: Registrant = {
      id,
      status: registration_status,
      reg_type_id,
      group_id,
      version,
      selections: new Map(),
    }
    books.registrants.set(id, registrant)
  }
  for (const { id, registrant_id, session_id, state, on_conflict } of selections)
    books.registrants.get(registrant_id)?.selections.set(session_id, { id, state, on_conflict })
}

async function sessionsInto(
  db: Db,
  books: Books,
  session_ids: number[],
  registrant_ids: number[],
  comingIn: boolean,
): Promise<void> {
  if (session_ids.length === 0 && registrant_ids.length === 0 && !comingIn) return
  const sessions = await readSessions(db, books.event.id, { session_ids, registrant_ids, comingIn })
  for (const session of sessions) if (!books.sessions.has(session.id)) books.sessions.set(session.id, session)
}

async function typesInto(db: Db, books: Books, errands: Errand[]): Promise<void> {
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
  const [types, sizes] = await Promise.all([
    idsOf('reg_type_id').length > 0 ? readRegTypes(db, books.event.id, idsOf('reg_type_id')) : [],
    idsOf('group_id').length > 0 ? readGroupSizes(db, idsOf('group_id')) : [],
  ])
  for (const type of types) books.regTypes.set(type.id, type)
  for (const { group_id, size } of sizes) books.groupSizes.set(group_id, size)
}

async function elsewhereInto(db: Db, books: Books, account_id: number, named: number[]): Promise<void> {
  const missing = named.filter(id => !books.sessions.has(id))
  if (missing.length > 0)
    for (const id of await findElsewhere(db, account_id, missing)) books.elsewhere.add(id)
}
