import type { Static } from 'typebox'
import type { Db } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { columnsOf, type Listing } from '../../http/lists/listing.ts'
import { readPage } from '../../http/lists/page-size.ts'
import { logged } from '../../records/changes/log.ts'
import { type OwnEvent, pageOfEvent } from '../../records/events/queries.ts'
import { OutboxLetter, outboxLists } from '../../records/outbox/schema.ts'

export type OutboxRow = Static<typeof OutboxLetter>

/** A page of the e-mails of an event. */
export async function listOutbox(db: Db, event: OwnEvent, listing: Listing) {
  const page = pageOfEvent(db, 'o.event_id', event, listing)
  const source = db`outbox o`
  const members = Object.keys(OutboxLetter.properties)
  const columns = db`${columnsOf(db, 'o', members, outboxLists, listing)} from ${source}`
  return readPage<OutboxRow>(db, { columns, source, ...page })
}

export async function findLetter(db: Db, account_id: number, id: number): Promise<OutboxRow | undefined> {
  const [letter] = await db<OutboxRow[]>`select * from outbox where account_id = ${account_id} and id = ${id}`
  return letter
}

/** The kinds of letters that an event does not send. */
export async function readDisabledEmails(db: Db, event_id: number): Promise<string[]> {
  const [row] = await db<
    { disabled_emails: string[] }[]
  >`select disabled_emails from events where id = ${event_id}`
  if (!row) throw notFound('Event', event_id)
  return row.disabled_emails
}

/** Switches kinds of letters off, and all others on; returns the version that the event has then. */
export async function updateDisabledEmails(
  db: Db,
  actor: Actor,
  event_id: number,
  kinds: string[],
): Promise<number> {
  const [event] = await db<{ version: number }[]>`
    with before as (select * from events where id = ${event_id}),
      after as (
        update events set disabled_emails = ${kinds}::text[], updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = version + 1
        where id = ${event_id} returning *),
      logged as (${logged(db, actor, 'event', 'update')})
    select version from after`
  return event!.version
}
