import type { Db, Fragment } from '../../db/connection.ts'
import { type EffectKind, mostNamed } from './schema.ts'

/** A session before it was changed. */
export type SessionBefore = {
  id: number
  version: number
  starts_at: string | null
  ends_at: string | null
  takes_place: boolean
}

/** Where a change began: the sessions as they were, and after which record of the change log it stands. */
export type Beginning = { event_id: number; mark: number; before: SessionBefore[] }

/** Takes note of sessions that are about to be changed, under the lock of their event. */
export async function noteBeginning(db: Db, event_id: number, session_ids: number[]): Promise<Beginning> {
  const [[sequence], before] = await Promise.all([
    db<{ mark: number }[]>`select last_value::float8 as mark from changes_id_seq`,
    db<SessionBefore[]>`
      select id, version, starts_at, ends_at, session_status = 'live' as takes_place from sessions
      where event_id = ${event_id} and id = any(${session_ids}::bigint[]) order by id`,
  ])
  return { event_id, mark: sequence!.mark, before }
}

/**
 * What became of registrants since the beginning of a change, as common table expressions: `places` has what they had and
 * have of the sessions that moved or whose seats did, `pairs` the seats that are at the same time since, `effects` the kinds.
 * The lock of the event is held since the beginning, so every later record of its selections is of this transaction.
 *
 * What was before is looked up in JSON, because no statistics say how many rows a table expression has: joined to others it
 * would be read once for each of their rows.
 */
export const effectsSince = (db: Db, { event_id, mark, before }: Beginning): Fragment => {
  const was = db`${db.json(Object.fromEntries(before.map(session => [session.id, session])) as never)}::jsonb`
  const tookPlace = (id: Fragment, now: Fragment) =>
    db`coalesce((${was} -> ${id}::text ->> 'takes_place')::boolean, ${now})`
  const then = (id: Fragment, end: 'starts_at' | 'ends_at', now: Fragment) =>
    db`case when ${was} ? ${id}::text then (${was} -> ${id}::text ->> ${end}::text)::timestamptz else ${now} end`
  return db`
  moves as materialized (
    select distinct on (registrant_id, session_id) registrant_id, session_id, state from (
      select id, (coalesce(after, before) ->> 'registrant_id')::bigint as registrant_id,
        (coalesce(after, before) ->> 'session_id')::bigint as session_id, before ->> 'state' as state
      from changes
      where event_id = ${event_id} and tx >= pg_current_xact_id() and id > ${mark} and object = 'selection') c
    order by registrant_id, session_id, id),
  moved as materialized (
    select coalesce(jsonb_object_agg(registrant_id || ' ' || session_id, coalesce(state, '')), '{}') as states from moves),
  places as materialized (
    select registrant_id, session_id, ${was} ? session_id::text as is_changed,
      case when m.registrant_id is null then x.state else m.state end as was, x.state as now
    from (
      select registrant_id, session_id, state from selections
      where session_id = any(${before.map(({ id }) => id)}::bigint[] || array(select distinct session_id from moves))) x
    full join moves m using (registrant_id, session_id)),
  seated as (
    select p.registrant_id, p.session_id, coalesce(p.was in ('selected', 'held'), false) and ${tookPlace(db`s.id`, db`true`)} as had,
      ${then(db`s.id`, 'starts_at', db`s.starts_at`)} as old_start, ${then(db`s.id`, 'ends_at', db`s.ends_at`)} as old_end,
      s.starts_at, s.ends_at
    from places p join sessions s on s.id = p.session_id and s.session_status = 'live'
    where p.now in ('selected', 'held') and s.starts_at < s.ends_at),
  pairs as materialized (
    select p.registrant_id, p.session_id, b.session_id as other_id
    from seated p cross join moved
    join selections b on b.registrant_id = p.registrant_id and b.session_id <> p.session_id and b.state in ('selected', 'held')
    join sessions o on o.id = b.session_id and o.session_status = 'live' and p.starts_at < o.ends_at and o.starts_at < p.ends_at
      and o.starts_at < o.ends_at
    where not (p.had and ${tookPlace(db`o.id`, db`true`)}
      and coalesce(moved.states ->> (b.registrant_id || ' ' || b.session_id), b.state) in ('selected', 'held')
      and coalesce(p.old_start < ${then(db`o.id`, 'ends_at', db`o.ends_at`)}
        and ${then(db`o.id`, 'starts_at', db`o.starts_at`)} < p.old_end, false))),
  effects as materialized (
    select registrant_id, 'in_conflict' as kind from pairs
    union
    select p.registrant_id, case when p.had then 'without_seat' else 'promoted' end
    from (
      select p.registrant_id,
        coalesce(p.was <> 'waitlisted' and ${tookPlace(db`p.session_id`, db`s.session_status = 'live'`)}, false) as had,
        coalesce(p.was <> 'waitlisted', false) as was_seat, coalesce(p.now <> 'waitlisted' and s.session_status = 'live', false) as has
      from places p left join sessions s on s.id = p.session_id) p
    where p.had and not p.has or p.has and not p.was_seat)`
}

/** A digest of who has, since the beginning, another place in which session. */
export async function digestOfMoves(db: Db, beginning: Beginning): Promise<string> {
  const [row] = await db<{ digest: string }[]>`
    with ${effectsSince(db, beginning)}
    select encode(sha256(convert_to(coalesce(string_agg(concat_ws(' ', registrant_id, session_id, coalesce(now, '-')), ','
      order by registrant_id, session_id), ''), 'UTF8')), 'hex') as digest
    from places where was is distinct from now`
  return row!.digest
}

/** How many registrants an effect has, and the first of them after an id. */
export type Named = { kind: EffectKind; count: number; ids: number[]; digest: string }

/** What a change does to whom; `after` is the id behind which the registrants are named. */
export function listEffects(db: Db, beginning: Beginning, after: number): Promise<Named[]> {
  return db<Named[]>`
    with ${effectsSince(db, beginning)},
      named as (
        select registrant_id, kind from effects
        union all
        select distinct registrant_id, 'unaffected' from places
        where is_changed and registrant_id not in (select registrant_id from effects))
    select kind, count(*)::int as count,
      coalesce((array_agg(registrant_id::float8 order by registrant_id) filter (where registrant_id > ${after}))[1:${mostNamed}::int], '{}') as ids,
      encode(sha256(convert_to(string_agg(registrant_id::text, ',' order by registrant_id), 'UTF8')), 'hex') as digest
    from named group by kind order by kind`
}

/**
 * For each registrant whose seat in a session is gone, or at the same time as another since, the repetitions of that session
 * that are still to come and fit between their other seats, in order. Who has one of these already needs no other.
 */
export function listRepetitions(
  db: Db,
  beginning: Beginning,
  now: Date,
): Promise<{ registrant_id: number; session_ids: number[] }[]> {
  const changed = beginning.before.map(({ id }) => id)
  const live = beginning.before.filter(({ takes_place }) => takes_place).map(({ id }) => id)
  return db<{ registrant_id: number; session_ids: number[] }[]>`
    with ${effectsSince(db, beginning)},
      hurt as (
        select p.registrant_id, p.session_id from pairs p where p.session_id = any(${changed}::bigint[])
        union
        select p.registrant_id, p.session_id from places p join sessions s on s.id = p.session_id
        where p.session_id = any(${live}::bigint[]) and p.was in ('selected', 'held') and (p.now is null or s.session_status <> 'live'))
    select h.registrant_id, array_agg(r.id::float8 order by r.starts_at, r.id) as session_ids
    from hurt h join sessions a on a.id = h.session_id
    join sessions r on r.event_id = a.event_id and r.repeat_key = a.repeat_key and r.id <> a.id and r.session_status = 'live'
      and r.starts_at > ${now}
    where not exists (select from selections x where x.registrant_id = h.registrant_id and x.session_id = r.id)
      and not exists (
        select from selections x join sessions o on o.id = x.session_id and o.session_status = 'live'
        where x.registrant_id = h.registrant_id and x.state <> 'waitlisted' and o.repeat_key = a.repeat_key and o.id <> a.id
          and o.starts_at > ${now})
      and not exists (
        select from selections x join sessions o on o.id = x.session_id and o.session_status = 'live'
        where x.registrant_id = h.registrant_id and x.session_id <> a.id and x.state in ('selected', 'held')
          and o.starts_at < r.ends_at and r.starts_at < o.ends_at)
    group by h.registrant_id, h.session_id order by h.registrant_id, h.session_id`
}
