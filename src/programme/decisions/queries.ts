import type { Db, Fragment } from '../../db/connection.ts'

/** What was decided about session `s`; null: nothing yet. The same as `decisionOf` says. */
const decision = (db: Db): Fragment =>
  db`case s.session_status when 'submitted' then null when 'rejected' then 'rejected' else 'approved' end`

/** A submission about which somebody is to be told. */
export type Untold = { id: number; contact_id: number | null; decision: string; has_address: boolean }

/** The submissions of an event that are decided, and whose submitters have not been told so; of these, if any are named. */
export function listUntold(db: Db, event_id: number, ids: number[]): Promise<Untold[]> {
  return db<Untold[]>`
    select s.id, s.contact_id, ${decision(db)} as decision, coalesce(c.email is not null, false) as has_address
    from sessions s left join cfs_contacts c on c.id = s.contact_id left join cfs_told t on t.session_id = s.id
    where s.event_id = ${event_id} and s.submitted_at is not null and s.session_status <> 'submitted'
      and t.decision is distinct from ${decision(db)} ${ids.length > 0 ? db`and s.id = any(${ids}::bigint[])` : db``}
    order by s.id`
}

/** Which of these are submissions of the event. */
export async function listOwn(db: Db, event_id: number, ids: number[]): Promise<Set<number>> {
  const rows = await db<{ id: number }[]>`
    select id from sessions where event_id = ${event_id} and id = any(${ids}::bigint[]) and submitted_at is not null`
  return new Set(rows.map(({ id }) => id))
}

/** Notes what submitters are told, and in which letter. */
export async function tell(
  db: Db,
  told: { id: number; decision: string; letter_id: number }[],
  now: Date,
): Promise<void> {
  if (told.length === 0) return
  await db`
    insert into cfs_told (session_id, decision, letter_id, told_at)
    select id, decision, letter_id, ${now} from jsonb_to_recordset(${db.json(told)})
      as t (id bigint, decision text, letter_id bigint)
    on conflict (session_id) do update set decision = excluded.decision, letter_id = excluded.letter_id,
      told_at = excluded.told_at`
}

/** What dropped letters were to say is said by this one. */
export async function tellInstead(db: Db, letter_id: number, replaced: number[]): Promise<void> {
  if (replaced.length === 0) return
  await db`update cfs_told set letter_id = ${letter_id} where letter_id = any(${replaced}::bigint[])`
}

/** A submission that a letter is about, as it is now. */
export type ToldSubmission = {
  letter_id: number
  id: number
  name: string
  decision: string
  cfs_answer: string
}

/** What letters are about and is still as they were to say, by name. */
export function listTold(db: Db, letter_ids: number[]): Promise<ToldSubmission[]> {
  return db<ToldSubmission[]>`
    select t.letter_id, s.id, s.name, t.decision, s.cfs_answer
    from cfs_told t join sessions s on s.id = t.session_id
    where t.letter_id = any(${letter_ids}::bigint[]) and t.decision is not distinct from ${decision(db)}
    order by s.name, s.id`
}

/** Forgets that submitters were told what is no longer true, in letters that were not sent. */
export async function untell(db: Db, letter_ids: number[]): Promise<void> {
  await db`
    delete from cfs_told t using sessions s
    where s.id = t.session_id and t.letter_id = any(${letter_ids}::bigint[])
      and t.decision is distinct from ${decision(db)}`
}
