import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../../records/changes/log.ts'
import { choicesIn, standing, stillStanding } from '../../records/custom-fields/queries.ts'
import { deleteAttendances } from '../../registration/attendance/queries.ts'
import { seatsChannel } from '../../seats/ledger/queries.ts'
import { deleteFees } from '../fees/queries.ts'
import { deleteReviews } from '../reviews/queries.ts'
import { deleteAppearances } from '../speakers/queries.ts'
import { deleteProposed } from '../submissions/proposed-queries.ts'
import { oneWithNames, type SessionRow, type StoredSession } from './queries.ts'

/** Columns that a client or a rule decides; the others are the database's. */
const columns = [
  'event_id',
  'name',
  'admin_short_name',
  'badge_name',
  'description',
  'date',
  'start_time',
  'end_time',
  'time_fold',
  'timezone',
  'use_event_timezone',
  'starts_at',
  'ends_at',
  'times_with_timezone',
  'capacity',
  'location_id',
  'track_id',
  'webinar_url',
  'sold_out_message',
  'secure_id',
  'session_status',
  'locked_when_saved',
  'selection_control',
  'selected_by_default',
  'prevent_session_conflicts',
  'custom_fields',
  'picture',
  'notes',
  'type_id',
  'external_id',
  'repeat_key',
] as const satisfies (keyof StoredSession)[]

/** Columns of a new session; the database decides the others. */
export const written = [
  ...columns,
  ...[
    'submitted_at',
    'cfs_answer',
    'contact_id',
    'account_id',
    'created_at',
    'updated_at',
    'created_by',
    'updated_by',
  ],
]

/** A session that is about to be written, and who writes it. */
export type NewSession = { actor: Actor; session: StoredSession }

/** Inserts sessions, of whichever accounts and events, with one statement; returns them in the same order. */
export async function insertNewSessions(db: Db, sessions: NewSession[]): Promise<SessionRow[]> {
  const rows = sessions.map(({ actor, session }) => ({
    ...session,
    account_id: actor.account_id,
    created_at: actor.now,
    updated_at: actor.now,
    created_by: actor.actor_id,
    updated_by: actor.actor_id,
    actor: { actor_id: actor.actor_id, request_id: actor.request_id },
  }))
  const choice_ids = choicesIn(sessions.map(({ session }) => session.custom_fields))
  const item = choice_ids.length > 0 ? withStandingValues(db) : db`g.item`
  return db<SessionRow[]>`
    with given as materialized (
        select nextval('sessions_id_seq') as id, place, item
        from jsonb_array_elements(${db.json(rows as never)}) with ordinality as g (item, place)),
      ${standing(db, 'session_field_choices', choice_ids)},
      after as (
        insert into sessions (id, ${db.unsafe(written.join(', '))})
        select g.id, ${db.unsafe(written.map(column => `r.${column}`).join(', '))} from given g, jsonb_populate_record(null::sessions, ${item}) r
        returning *),
      logged as (
        insert into changes (account_id, event_id, object, object_id, action, actor_id, request_id, after, created_at)
        select r.account_id, r.event_id, 'session', r.id, 'create', (g.item -> 'actor' ->> 'actor_id')::bigint,
          g.item -> 'actor' ->> 'request_id', to_jsonb(r), r.created_at
        from after r join given g on g.id = r.id),
      announced as (
        select pg_notify(${seatsChannel}, event_id::text) from (select distinct event_id from after) e)
    select ${oneWithNames(db)} from after s join given g on g.id = s.id
    where (select count(*) from announced) > 0 order by g.place`
}

const withStandingValues = (db: Db) =>
  db`g.item || jsonb_build_object('custom_fields', ${stillStanding(db, db`g.item -> 'custom_fields'`)})`

/** A session that is locked, as it is to be written; `overbooked` seats are taken beyond its capacity. */
export type RewrittenSession = { id: number; session: StoredSession; overbooked: number }

/** Writes sessions that are locked, with one statement. */
export async function updateSessions(db: Db, actor: Actor, sessions: RewrittenSession[]): Promise<void> {
  const rows = sessions.map(({ id, session, overbooked }) => ({ ...pick(session), id, overbooked }))
  const set = rewritten.map(column => `${column} = r.${column}`).join(', ')
  await db`
    with given as materialized (
        select (item ->> 'id')::bigint as id, item from jsonb_array_elements(${db.json(rows as never)}) as g (item)),
      ${standing(db, 'session_field_choices', choicesIn(sessions.map(({ session }) => session.custom_fields)))},
      before as (select s.* from sessions s join given g using (id)),
      after as (
        update sessions s set ${db.unsafe(set)}, updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = s.version + 1
        from given g, jsonb_populate_record(null::sessions, ${withStandingValues(db)}) r
        where s.id = g.id returning s.*)
    ${logged(db, actor, 'session', 'update')}`
}

const pick = (session: StoredSession) => Object.fromEntries(columns.map(column => [column, session[column]]))

const rewritten = [...columns.filter(column => column !== 'event_id'), 'overbooked']

/** Writes the zones and instants of sessions whose event changed its zone. */
export async function moveSessions(db: Db, actor: Actor, sessions: SessionRow[]): Promise<void> {
  const column = <K extends keyof SessionRow>(name: K) => sessions.map(session => session[name])
  await db`
    with moved as (
      select * from unnest(${column('id')}::bigint[], ${column('timezone')}::text[], ${column('starts_at')}::timestamptz[],
        ${column('ends_at')}::timestamptz[], ${column('times_with_timezone')}::text[])
        as m (id, timezone, starts_at, ends_at, times_with_timezone)),
      before as (select s.* from sessions s join moved using (id)),
      after as (
        update sessions s set timezone = m.timezone, starts_at = m.starts_at, ends_at = m.ends_at,
          times_with_timezone = m.times_with_timezone, updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = version + 1
        from moved m where m.id = s.id returning s.*)
    ${logged(db, actor, 'session', 'update')}`
}

/** Deletes a session that is locked; its speakers stay, and appear in it no more. */
export async function deleteSession(db: Db, actor: Actor, id: number): Promise<void> {
  await deleteAppearances(db, actor, 'session_id', id)
  await deleteFees(db, actor, 'session_id', id)
  await deleteAttendances(db, actor, 'session_id', id)
  await deleteReviews(db, actor, 'submission_id', id)
  await deleteProposed(db, actor, id)
  await db`
    with before as (delete from sessions where id = ${id} returning *)
    ${logged(db, actor, 'session', 'delete')}`
}
