import type { Db } from '../../db/connection.ts'
import type { MovedSession } from './queries.ts'

/**
 * Puts a letter to each speaker who appears in moved sessions into the outbox, in the transaction of the move; none to a speaker
 * without an address. One that still waits is dropped for it: this one says what was before that.
 */
export async function insertSpeakerLetters(
  db: Db,
  event: { id: number; account_id: number },
  moves: MovedSession[],
  now: Date,
): Promise<void> {
  await db`
    with moves as (
        select (m ->> 'session_id')::bigint as session_id, m as move from jsonb_array_elements(${db.json(moves as never)}) m),
      people as (
        select p.id, jsonb_agg(m.move) as moved from moves m join session_speakers a on a.session_id = m.session_id
        join speakers p on p.id = a.speaker_id and p.email is not null and p.forgotten_at is null group by p.id),
      replaced as (
        update outbox o set state = 'dropped', last_error = 'A later e-mail says it.' from people p
        where o.speaker_id = p.id and o.kind = 'speaker_rescheduled' and o.state = 'waiting' and o.delivered = '{}' and o.refused = '{}'
        returning o.speaker_id, o.moved)
    insert into outbox (account_id, event_id, speaker_id, kind, moved, next_attempt_at, created_at)
    select ${event.account_id}, ${event.id}, p.id, 'speaker_rescheduled', (
      select jsonb_agg(m order by m -> 'session_id') from (
        select distinct on (m -> 'session_id') m from (
          select 0 as age, jsonb_array_elements(r.moved) as m from replaced r where r.speaker_id = p.id
          union all select 1, jsonb_array_elements(p.moved)) told
        order by m -> 'session_id', age) known), ${now}, ${now}
    from people p order by p.id`
}
