import type { Db } from '../db/connection.ts'

export type MailKind = 'confirmation' | 'modified' | 'cancelled' | 'abandoned' | 'offer' | 'promotion'

/** Somebody who has to be told something. */
export type Letter = { registrant_id: number; kind: MailKind; session_id: number | null }

/** Puts letters into the outbox, in the transaction of what they tell; returns their ids. */
export async function insertLetters(
  db: Db,
  event: { id: number; account_id: number },
  letters: Letter[],
  now: Date,
): Promise<number[]> {
  if (letters.length === 0) return []
  const rows = await db<{ id: number }[]>`
    insert into outbox (account_id, event_id, registrant_id, kind, session_id, next_attempt_at, created_at)
    select ${event.account_id}, ${event.id}, l.registrant_id, l.kind, l.session_id, ${now}, ${now}
    from unnest(${letters.map(letter => letter.registrant_id)}::bigint[], ${letters.map(letter => letter.kind)}::text[],
      ${letters.map(letter => letter.session_id)}::bigint[]) as l (registrant_id, kind, session_id)
    returning id`
  return rows.map(row => row.id)
}

export type LetterRow = {
  id: number
  registrant_id: number
  kind: MailKind
  state: string
  subject: string | null
  created_at: string
  sent_at: string | null
}

/** The letters to these registrants, oldest first. */
export function listLettersOf(db: Db, registrant_ids: number[]): Promise<LetterRow[]> {
  return db<LetterRow[]>`
    select id, registrant_id, kind, state, subject, created_at, sent_at from outbox
    where registrant_id = any(${registrant_ids}::bigint[]) order by id`
}
