import type { Static } from 'typebox'
import type { Db } from '../../db/connection.ts'
import type { LetterBrief, MailKind } from './schema.ts'

/** Where and when a session took place before it was moved. */
export type MovedSession = {
  session_id: number
  before: {
    date: string
    start_time: string | null
    end_time: string | null
    timezone: string
    times_with_timezone: string | null
    location_name: string | null
  }
}

/** A registrant who has to be told something. */
export type Letter = {
  registrant_id: number
  kind: MailKind
  /** what an offer or a promotion is about, or what does not take place, or does after all */
  session_id: number | null
  /** what was given up in the same moment */
  dropped_session_ids: number[]
  /** what was moved, as they knew it until now */
  moved?: MovedSession[]
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
        as l (registrant_id bigint, kind text, session_id bigint, dropped_session_ids bigint[], moved jsonb)
      join registrants r on r.id = l.registrant_id and r.forgotten_at is null
      join events e on e.id = ${event.id} and not l.kind = any(e.disabled_emails)),
    replaced as (
      update outbox o set state = 'dropped', last_error = 'A later e-mail says it.' from letters l
      where o.registrant_id = l.registrant_id and o.kind = l.kind and o.session_id is not distinct from l.session_id
        and o.state = 'waiting' and o.delivered = '{}' and o.refused = '{}'
      returning o.registrant_id, o.kind, o.session_id, o.dropped_session_ids, o.moved)
    insert into outbox (account_id, event_id, registrant_id, kind, session_id, dropped_session_ids, moved, next_attempt_at, created_at)
    select ${event.account_id}, ${event.id}, l.registrant_id, l.kind, l.session_id, array(
        select unnest(l.dropped_session_ids) union select unnest(r.dropped_session_ids) from replaced r
        where r.registrant_id = l.registrant_id and r.kind = l.kind and r.session_id is not distinct from l.session_id
        order by 1),
      -- What a letter that was not sent would have told, this one tells: the person knows what was before that.
      (select coalesce(jsonb_agg(m order by m -> 'session_id'), '[]') from (
        select distinct on (m -> 'session_id') m from (
          select 0 as age, jsonb_array_elements(r.moved) as m from replaced r
            where r.registrant_id = l.registrant_id and r.kind = l.kind and r.session_id is not distinct from l.session_id
          union all select 1, jsonb_array_elements(coalesce(l.moved, '[]'))) told
        order by m -> 'session_id', age) known),
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
    moved: each.flatMap(({ moved = [] }) => moved),
  }))
}

/** The letters to these registrants, oldest first. */
export function listLettersOf(db: Db, registrant_ids: number[]): Promise<Static<typeof LetterBrief>[]> {
  return db<Static<typeof LetterBrief>[]>`
    select id, registrant_id, kind, session_id, state, recipients, subject, last_error, created_at, sent_at from outbox
    where registrant_id = any(${registrant_ids}::bigint[]) order by id`
}

/** Every letter to a registrant with its text, oldest first. */
export function listLettersInFull(db: Db, registrant_id: number): Promise<object[]> {
  return db<object[]>`
    select id, kind, state, recipients, delivered, refused, subject, body_text, body_html, calendar, last_error, created_at, sent_at
    from outbox where registrant_id = ${registrant_id} order by id`
}
