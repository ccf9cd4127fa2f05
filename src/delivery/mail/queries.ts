import type { Static } from 'typebox'
import type { Db } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { columnsOf, filterOf, type Listing, pageOf } from '../../http/listing.ts'
import { rowsOfPage } from '../../http/page-size.ts'
import { logged } from '../../records/changes/log.ts'
import { type LetterBrief, type MailKind, OutboxLetter, outboxLists } from './schema.ts'

/** Somebody who has to be told something. */
export type Letter = {
  registrant_id: number
  kind: MailKind
  /** what an offer or a promotion is about, or what does not take place, or does after all */
  session_id: number | null
  /** what was given up in the same moment */
  dropped_session_ids: number[]
}

/**
 * Puts letters into the outbox, in the transaction of what they tell; returns their ids. None is written for a kind that
 * the event has switched off, nor to a person who is forgotten. What still waits and is of the same kind, to the same person, about
 * the same session, is dropped for it: each says everything that is true when its turn comes.
 */
export async function insertLetters(
  db: Db,
  event: { id: number; account_id: number },
  letters: Letter[],
  now: Date,
): Promise<number[]> {
  if (letters.length === 0) return []
  const rows = await db<{ id: number }[]>`
    with letters as (
      select l.* from jsonb_to_recordset(${db.json(joined(letters) as never)})
        as l (registrant_id bigint, kind text, session_id bigint, dropped_session_ids bigint[])
      join registrants r on r.id = l.registrant_id and r.forgotten_at is null
      join events e on e.id = ${event.id} and not l.kind = any(e.disabled_emails)),
    replaced as (
      update outbox o set state = 'dropped', last_error = 'A later e-mail says it.' from letters l
      where o.registrant_id = l.registrant_id and o.kind = l.kind and o.session_id is not distinct from l.session_id
        and o.state = 'waiting' and o.delivered = '{}' and o.refused = '{}'
      returning o.registrant_id, o.kind, o.session_id, o.dropped_session_ids)
    insert into outbox (account_id, event_id, registrant_id, kind, session_id, dropped_session_ids, next_attempt_at, created_at)
    select ${event.account_id}, ${event.id}, l.registrant_id, l.kind, l.session_id, array(
        select unnest(l.dropped_session_ids) union select unnest(r.dropped_session_ids) from replaced r
        where r.registrant_id = l.registrant_id and r.kind = l.kind and r.session_id is not distinct from l.session_id
        order by 1),
      ${now}, ${now}
    from letters l
    returning id`
  return rows.map(row => row.id)
}

/** Letters of one kind, to one person, about the same, as one. */
function joined(letters: Letter[]): Letter[] {
  const same = Map.groupBy(letters, ({ registrant_id, kind, session_id }) =>
    [registrant_id, kind, session_id].join(),
  )
  return [...same.values()].map(each => ({
    ...each[0]!,
    dropped_session_ids: [...new Set(each.flatMap(({ dropped_session_ids }) => dropped_session_ids))],
  }))
}

/** The letters to these registrants, oldest first. */
export function listLettersOf(db: Db, registrant_ids: number[]): Promise<Static<typeof LetterBrief>[]> {
  return db<Static<typeof LetterBrief>[]>`
    select id, registrant_id, kind, session_id, state, recipients, subject, last_error, created_at, sent_at from outbox
    where registrant_id = any(${registrant_ids}::bigint[]) order by id`
}

export type OutboxRow = Static<typeof OutboxLetter>

export async function listOutbox(db: Db, account_id: number, event_id: number, listing: Listing) {
  const where = db`where o.account_id = ${account_id} and o.event_id = ${event_id} ${filterOf(db, listing, 'o')}`
  const [rows, [count]] = await Promise.all([
    rowsOfPage(db<OutboxRow[]>`
      select ${columnsOf(db, 'o', Object.keys(OutboxLetter.properties), outboxLists, listing)} from outbox o ${where} ${pageOf(db, listing, 'o')}`),
    db<{ total: number }[]>`select count(*)::int as total from outbox o ${where}`,
  ])
  return { rows, total: count!.total }
}

/** Every letter to a registrant with its text, oldest first. */
export function listLettersInFull(db: Db, registrant_id: number): Promise<object[]> {
  return db<object[]>`
    select id, kind, state, recipients, delivered, refused, subject, body_text, body_html, calendar, last_error, created_at, sent_at
    from outbox where registrant_id = ${registrant_id} order by id`
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
        update events set disabled_emails = ${kinds}::text[], updated_at = ${actor.now}, version = version + 1
        where id = ${event_id} returning *),
      logged as (${logged(db, actor, 'event', 'update')})
    select version from after`
  return event!.version
}
