import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { withholdAnswers } from '../../http/once.ts'
import { logged } from '../../records/changes/log.ts'

type Remains = { event_id: number; forgotten_at: string | null; contact_id: number | null }

/** What there is of a speaker, locked: their row, or the change log of one who was deleted. */
export async function lockRemains(db: Db, account_id: number, id: number): Promise<Remains | undefined> {
  const [speaker] = await db<Remains[]>`
    select event_id, forgotten_at, contact_id from speakers where account_id = ${account_id} and id = ${id} for update`
  if (speaker) return speaker
  const [trace] = await db<Remains[]>`
    select event_id, null as forgotten_at, (before ->> 'contact_id')::bigint as contact_id from changes
    where object = 'speaker' and object_id = ${id} and account_id = ${account_id} order by tx desc, id desc limit 1`
  return trace
}

/** Empties a speaker's row; `blanks` are its columns without a list or an object. */
export async function blankSpeaker(db: Db, actor: Actor, id: number, blanks: object): Promise<void> {
  await db`
    with before as (select * from speakers where id = ${id} and account_id = ${actor.account_id}),
      after as (
        update speakers set ${db(blanks as Record<string, null>)}, links = '[]', availabilities = '[]', custom_fields = '{}',
          contact_id = null, forgotten_at = ${actor.now}, updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = version + 1
        where id = ${id} and account_id = ${actor.account_id} returning *)
    ${logged(db, actor, 'speaker', 'update')}`
}

/** Empties a speaker in the change log, in what imports remember, and in remembered answers (Idempotency-Key). */
export async function blankTraces(
  db: Db,
  account_id: number,
  { id, event_id }: { id: number; event_id: number },
  blanks: object,
): Promise<void> {
  const blank = db.json({
    ...blanks,
    contact_id: null,
    name: '',
    links: [],
    availabilities: [],
    custom_fields: {},
  } as never)
  await db`
    update changes set before = before || ${blank}, after = after || ${blank}
    where object = 'speaker' and object_id = ${id} and account_id = ${account_id}`
  await db`
    update outbox set recipients = '{}', delivered = '{}', refused = '{}', subject = null, body_text = null, body_html = null,
      last_error = null, state = case when state in ('waiting', 'sending') then 'dropped' else state end
    where speaker_id = ${id}`
  await db`delete from imported where event_id = ${event_id} and object = 'speaker' and object_id = ${id}`
  await withholdAnswers(
    db,
    db`account_id = ${account_id} and strpos(body, ${`{"id":${id},"event_id":${event_id},"email":`}) > 0`,
  )
}
