import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { columnsOf, type Listing, pageWithin } from '../../http/lists/listing.ts'
import { readPage } from '../../http/lists/page-size.ts'
import type { Given } from '../../http/values/draft.ts'
import { logged } from '../../records/changes/log.ts'
import { deleteQuestionsOf } from '../../registration/event-questions/queries.ts'
import { deleteSelectionsOf } from '../../seats/ledger/queries.ts'
import { type Event, type EventInput, eventColumns, eventLists } from './schema.ts'

export type EventRow = Event & { account_id: number; version: number }

export async function insertEvent(
  db: Db,
  actor: Actor,
  event: EventInput & { url: string },
): Promise<EventRow> {
  const { account_id, now } = actor
  const row = {
    ...asStored(db, event),
    account_id,
    created_at: now,
    updated_at: now,
    created_by: actor.actor_id,
    updated_by: actor.actor_id,
  }
  const [written] = await db<EventRow[]>`
    with after as (insert into events ${db(row)} returning *), logged as (${logged(db, actor, 'event', 'create')})
    select * from after`
  return written!
}

/** Changes an event that is locked; only the given fields. */
export async function updateEvent(
  db: Db,
  actor: Actor,
  id: number,
  given: Given<EventInput>,
): Promise<EventRow> {
  const set = { ...asStored(db, given), updated_at: actor.now, updated_by: actor.actor_id }
  const [written] = await db<EventRow[]>`
    with before as (select * from events where id = ${id}),
      after as (update events set ${db(set)}, version = version + 1 where id = ${id} returning *),
      logged as (${logged(db, actor, 'event', 'update')})
    select * from after`
  return written!
}

/** The ids of asked fields are JSON. */
const asStored = (db: Db, { cfs_fields, ...event }: Given<EventInput>): Record<string, unknown> => ({
  ...event,
  ...(cfs_fields && { cfs_fields: db.json(cfs_fields) }),
})

export async function countRegistrants(db: Db, id: number): Promise<number> {
  const [row] = await db<
    { count: number }[]
  >`select count(*)::int as count from registrants where event_id = ${id}`
  return row!.count
}

/** What belongs to an event besides questions and selections, in an order in which it can be deleted. */
const belongings = [
  ['cfs_reviews', 'cfs_review'],
  ['cfs_speakers', 'cfs_speaker'],
  ['session_attendances', 'session_attendance'],
  ['registrants', 'registrant'],
  ['registrant_groups', 'registrant_group'],
  ['reg_types', 'reg_type'],
  ['session_fees', 'session_fee'],
  ['session_speakers', 'session_speaker'],
  ['sponsors', 'sponsor'],
  ['speakers', 'speaker'],
  ['sessions', 'session'],
  ['cfs_contacts', 'cfs_contact'],
  ['tracks', 'track'],
  ['locations', 'location'],
] as const

/** Deletes an event that is locked, with all that belongs to it; each object leaves its change record. */
export async function deleteEvent(db: Db, actor: Actor, id: number): Promise<void> {
  await deleteQuestionsOf(db, actor, id)
  await deleteSelectionsOf(db, actor, 'event', id)
  for (const [table, object] of belongings)
    await db`
      with before as (delete from ${db(table)} where event_id = ${id} returning *)
      ${logged(db, actor, object, 'delete')}`
  await db`
    with before as (delete from events where id = ${id} returning *)
    ${logged(db, actor, 'event', 'delete')}`
}

export async function findEvent(db: Db, account_id: number, id: number): Promise<EventRow | undefined> {
  const [event] = await db<EventRow[]>`select * from events where account_id = ${account_id} and id = ${id}`
  return event
}

/** The event, locked until the transaction ends: no session can be added meanwhile. */
export async function lockEvent(db: Db, account_id: number, id: number): Promise<EventRow | undefined> {
  const [event] = await db<EventRow[]>`
    select * from events where account_id = ${account_id} and id = ${id} for update`
  return event
}

export async function findEventByExternalId(
  db: Db,
  account_id: number,
  externalId: string,
): Promise<EventRow | undefined> {
  const [event] = await db<EventRow[]>`
    select * from events where account_id = ${account_id} and external_id = ${externalId}`
  return event
}

/** The URLs that start like `stem` and are taken already. */
export async function takenUrls(db: Db, account_id: number, stem: string): Promise<Set<string>> {
  const rows = await db<{ url: string }[]>`
    select url from events where account_id = ${account_id} and starts_with(url, ${stem})`
  return new Set(rows.map(row => row.url))
}

export async function listEvents(db: Db, account_id: number, listing: Listing) {
  const page = pageWithin(db, 'e.account_id', account_id, listing)
  const source = db`events e`
  const columns = db`${columnsOf(db, 'e', eventColumns, eventLists, listing)} from ${source}`
  return readPage<EventRow>(db, { columns, source, ...page })
}

/** Copies the tracks and locations of one event to another; returns which became which. */
export async function copyTracksAndLocations(db: Db, actor: Actor, from: number, to: number) {
  const pairs = (table: 'tracks' | 'locations') => db<{ old_id: number; new_id: number }[]>`
    select id as old_id, nextval(pg_get_serial_sequence(${table}, 'id')) as new_id
    from ${db(table)} where event_id = ${from} order by id`
  const tracks = await pairs('tracks')
  await db`
    with after as (
      insert into tracks (id, account_id, event_id, name, color, description, sort, external_id, created_at, updated_at)
      select p.new_id, account_id, ${to}, name, color, description, sort, external_id, ${actor.now}, ${actor.now}
      from tracks join ${pairTable(db, tracks)} on p.old_id = tracks.id returning *)
    ${logged(db, actor, 'track', 'create')}`
  const locations = await pairs('locations')
  await db`
    with after as (
      insert into locations (id, account_id, event_id, name, capacity, turnaround_minutes, color, use_event_address, line_1, line_2, line_3,
        city, state, zip, country_code, latitude, longitude, sort, external_id, created_at, updated_at, created_by, updated_by)
      select p.new_id, account_id, ${to}, name, capacity, turnaround_minutes, color, use_event_address, line_1, line_2, line_3,
        city, state, zip, country_code, latitude, longitude, sort, external_id, ${actor.now}, ${actor.now}, ${actor.actor_id}::bigint, ${actor.actor_id}::bigint
      from locations join ${pairTable(db, locations)} on p.old_id = locations.id returning *)
    ${logged(db, actor, 'location', 'create')}`
  return { tracks: mapOf(tracks), locations: mapOf(locations) }
}

type CopiedId = { old_id: number; new_id: number }
const mapOf = (pairs: CopiedId[]) => new Map(pairs.map(({ old_id, new_id }) => [old_id, new_id]))
const pairTable = (db: Db, pairs: CopiedId[]) =>
  db`unnest(${pairs.map(pair => pair.old_id)}::bigint[], ${pairs.map(pair => pair.new_id)}::bigint[]) as p (old_id, new_id)`
