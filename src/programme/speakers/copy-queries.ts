import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../../records/changes/log.ts'

/**
 * Copies the speakers of one event to another, with their appearances in the sessions that were copied; when they can appear
 * moves by `days`. `sessions` says which session became which.
 */
export async function copySpeakers(
  db: Db,
  actor: Actor,
  from: number,
  to: number,
  sessions: Map<number, number>,
  days: number,
): Promise<void> {
  const pairs = await db<{ old_id: number; new_id: number }[]>`
    select id as old_id, nextval(pg_get_serial_sequence('speakers', 'id')) as new_id
    from speakers where event_id = ${from} and forgotten_at is null order by id`
  const speakers = db`
    unnest(${pairs.map(pair => pair.old_id)}::bigint[], ${pairs.map(pair => pair.new_id)}::bigint[]) as p (old_id, new_id)`
  await db`
    with after as (
      insert into speakers (id, account_id, event_id, email, prefix, first_name, middle_name, last_name, suffix, pronouns,
        company, job_title, bio, work_phone, mobile_phone, twitter_handle, gender, birth_date, cc_email, vat_number,
        profile_picture, links, availabilities, cfs_speaker, event_sort, external_id, custom_fields, created_at, updated_at,
        created_by, updated_by, contact_id)
      select p.new_id, account_id, ${to}, email, prefix, first_name, middle_name, last_name, suffix, pronouns,
        company, job_title, bio, work_phone, mobile_phone, twitter_handle, gender, birth_date, cc_email, vat_number,
        profile_picture, links, coalesce((
          select jsonb_agg(a || jsonb_build_object('date', (a ->> 'date')::date + ${days}::int) order by place)
          from jsonb_array_elements(availabilities) with ordinality as w (a, place)), '[]'),
        cfs_speaker, event_sort, external_id, custom_fields, ${actor.now}, ${actor.now}, ${actor.actor_id}::bigint, ${actor.actor_id}::bigint, contact_id
      from speakers s join ${speakers} on p.old_id = s.id returning *)
    ${logged(db, actor, 'speaker', 'create')}`
  await db`
    with after as (
      insert into session_speakers (account_id, event_id, session_id, speaker_id, role, sort, created_at, updated_at)
      select account_id, ${to}, c.new_id, p.new_id, role, sort, ${actor.now}, ${actor.now}
      from session_speakers a join ${speakers} on p.old_id = a.speaker_id
        join unnest(${[...sessions.keys()]}::bigint[], ${[...sessions.values()]}::bigint[]) as c (old_id, new_id)
          on c.old_id = a.session_id
      where a.event_id = ${from} order by a.id returning *)
    ${logged(db, actor, 'session_speaker', 'create')}`
}
