import type { Db, Fragment } from '../../db/connection.ts'
import type { StoredValues } from '../../records/custom-fields/values.ts'
import type { SelectionState } from '../../seats/rules/state.ts'

/** A session as its attendees see it. */
export type AgendaSession = {
  id: number
  name: string
  date: string
  start_time: string | null
  end_time: string | null
  timezone: string
  times_with_timezone: string | null
  starts_at: string | null
  ends_at: string | null
  location_name: string | null
  webinar_url: string | null
  secure_id: string
  custom_fields: StoredValues
  /** `deleted`: there is no such session any more, and this is what it was */
  session_status: string
  /** whether it has a page that anybody may see */
  is_public: boolean
  /** rises with every change of the session */
  version: number
  /** when it, or what its location is called, was last changed */
  changed_at: string
}

/** The members of an AgendaSession, of a session `s`, its event `e` and its location `l`. */
export const agendaColumns = (db: Db): Fragment => db`
  s.id, s.name, s.date, s.start_time, s.end_time, s.timezone, s.times_with_timezone, s.starts_at, s.ends_at,
  l.name as location_name, s.webinar_url, s.secure_id, s.custom_fields, s.session_status,
  s.session_status = 'live' and e.status in ('live', 'closed') as is_public, s.version,
  greatest(s.updated_at, l.updated_at) as changed_at`

/** The named sessions as rows of their table; those that were deleted as the change log has them, with that status. */
export const sessionsThatWere = (db: Db, ids: number[]): Fragment => db`(
    select * from sessions where id = any(${ids}::bigint[])
    union all
    select deleted.* from changes c, jsonb_populate_record(null::sessions, c.before || jsonb_build_object(
      'session_status', 'deleted', 'version', (c.before ->> 'version')::int + 1, 'updated_at', c.created_at)) deleted
    where c.object = 'session' and c.action = 'delete' and c.object_id = any(${ids}::bigint[]))`

/** The named sessions, in the order in which they take place, also those that were deleted. */
export function listAgendaSessions(db: Db, ids: number[]): Promise<AgendaSession[]> {
  return db<AgendaSession[]>`
    select ${agendaColumns(db)}
    from ${sessionsThatWere(db, ids)} s join events e on e.id = s.event_id left join locations l on l.id = s.location_id
    order by s.date, s.start_time nulls first, s.id`
}

/** A registrant in a session: with a seat, with an offer until `expires_at`, or at a place in the line. */
export type AgendaSelection = {
  registrant_id: number
  session_id: number
  state: SelectionState
  expires_at: string | null
  place: number | null
}

/** Everything that these registrants have and wait for; not what was held or offered until a time that is over. */
export function listAgendaSelections(
  db: Db,
  registrant_ids: number[],
  now: Date,
): Promise<AgendaSelection[]> {
  return db<AgendaSelection[]>`
    select s.registrant_id, s.session_id, s.state, s.expires_at, case when s.state = 'waitlisted' then (
      select count(*)::int from selections w where w.session_id = s.session_id and w.state = 'waitlisted' and w.id <= s.id
    ) end as place
    from selections s join registrants r on r.id = s.registrant_id
    where s.registrant_id = any(${registrant_ids}::bigint[])
      and not (s.state = 'offered' and s.expires_at <= ${now})
      and not (r.registration_status = 'in_progress' and r.hold_expires_at <= ${now})
    order by s.id`
}

/** What the change log has of a registrant and a session. */
export type AgendaHistory = {
  registrant_id: number
  session_id: number
  /** how often their selection changed */
  changes: number
  changed_at: string
  /** whether they ever had a seat, or were offered one */
  had_seat: boolean
  /** what they had when the session was deleted, if that is how it ended */
  lost: SelectionState | null
  /** whether the last calendar that went out to them has the session, or may have it */
  in_calendar: boolean
}

export function listAgendaHistories(db: Db, registrant_ids: number[]): Promise<AgendaHistory[]> {
  return db<AgendaHistory[]>`
    select (row ->> 'registrant_id')::bigint as registrant_id, (row ->> 'session_id')::bigint as session_id,
      count(*)::int as changes, max(created_at) as changed_at,
      coalesce(bool_or(after ->> 'state' in ('selected', 'held', 'offered')), false) as had_seat,
      (array_agg(case when after is null and before ->> 'why' = 'session_deleted' then before ->> 'state' end order by id desc))[1] as lost,
      bool_or(l.registrant_id is not null and (l.calendar_session_ids is null
        or (row ->> 'session_id')::bigint = any(l.calendar_session_ids))) as in_calendar
    from (
      select id, before, after, created_at, coalesce(after, before) as row from changes
      where object = 'selection' and (coalesce(after, before) ->> 'registrant_id')::bigint = any(${registrant_ids}::bigint[])) c
    left join (
      select distinct on (registrant_id) registrant_id, calendar_session_ids from outbox
      where registrant_id = any(${registrant_ids}::bigint[]) and calendar is not null
        and (state in ('sending', 'sent', 'kept') or delivered <> '{}')
      order by registrant_id, id desc) l on l.registrant_id = (row ->> 'registrant_id')::bigint
    group by 1, 2`
}
