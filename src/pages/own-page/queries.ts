import type { Db } from '../../db/connection.ts'
import type { StoredValues } from '../../records/custom-fields/values.ts'
import type { AgendaEntry } from '../../registration/agenda/agenda.ts'
import { agendaColumns } from '../../registration/agenda/queries.ts'
import type { RegistrationStatus } from '../../seats/schema.ts'

/** Whose page it is. */
export type Visitor = {
  id: number
  account_id: number
  event_id: number
  email: string
  first_name: string | null
  last_name: string | null
  registration_status: RegistrationStatus
  hold_expires_at: string | null
  custom_fields: StoredValues
  version: number
  event_name: string
  event_timezone: string
}

export async function findVisitor(db: Db, id: number): Promise<Visitor | undefined> {
  const [visitor] = await db<Visitor[]>`
    select r.id, r.account_id, r.event_id, r.email, r.first_name, r.last_name, r.registration_status, r.hold_expires_at,
      r.custom_fields, r.version, e.name as event_name, e.timezone as event_timezone
    from registrants r join events e on e.id = r.event_id where r.id = ${id} and r.forgotten_at is null`
  return visitor
}

/** A session as one person sees it: what it is, and what they have of it; `state` is null when they have nothing. */
export type ProgrammeEntry = Omit<AgendaEntry, 'state'> & {
  state: AgendaEntry['state'] | null
  track_name: string | null
  selection_control: string
  locked_when_saved: number
  prevent_session_conflicts: number
  /** milliseconds since 1970; null without times */
  starts: number | null
  ends: number | null
  sold_out_message: string | null
  repeat_key: string | null
  /** null is unlimited */
  seats_left: number | null
  waitlisted_count: number
}

/** The live sessions of an event, and others that the person has or waits for, in the order in which they take place. */
export function listProgramme(
  db: Db,
  { id, event_id }: Pick<Visitor, 'id' | 'event_id'>,
): Promise<ProgrammeEntry[]> {
  return db<ProgrammeEntry[]>`
    select ${agendaColumns(db)}, t.name as track_name, s.selection_control, s.locked_when_saved, s.sold_out_message, s.repeat_key,
      s.prevent_session_conflicts, (extract(epoch from s.starts_at) * 1000)::float8 as starts,
      (extract(epoch from s.ends_at) * 1000)::float8 as ends,
      case when s.capacity is not null then greatest(0, s.capacity - s.selected_count - s.held_count - s.offered_count) end as seats_left,
      s.waitlisted_count,
      x.state, x.expires_at, case when x.state = 'waitlisted' then (
        select count(*)::int from selections w where w.session_id = s.id and w.state = 'waitlisted' and w.id <= x.id
      ) end as place
    from sessions s join events e on e.id = s.event_id
    left join locations l on l.id = s.location_id left join tracks t on t.id = s.track_id
    left join selections x on x.session_id = s.id and x.registrant_id = ${id}
    where s.event_id = ${event_id} and (s.session_status = 'live' or x.id is not null)
    order by s.date, s.start_time nulls first, s.id`
}

/** What a person was moved by, and has not answered: sessions that they had, as they were before. */
export type OpenNotice = {
  id: number
  sessions: {
    session_id: number
    date: string
    start_time: string | null
    end_time: string | null
    timezone: string
    location_name: string | null
  }[]
}

/** Changes of the schedule that stand, and that the person has not answered, the latest first. */
export async function listOpenNotices(db: Db, registrant_id: number): Promise<OpenNotice[]> {
  return db<OpenNotice[]>`
    select n.id, jsonb_agg(jsonb_build_object('session_id', s.id, 'date', w.date, 'start_time', w.start_time, 'end_time', w.end_time,
      'timezone', w.timezone, 'location_name', l.name) order by w.date, w.start_time, s.id) as sessions
    from schedule_notices n join schedule_changes c on c.id = n.change_id and c.undone_at is null
    cross join jsonb_to_recordset(c.sessions) as m (id bigint, before jsonb)
    join sessions s on s.id = m.id and s.id = any(n.session_ids)
    cross join jsonb_populate_record(s, m.before) w left join locations l on l.id = w.location_id
    where n.registrant_id = ${registrant_id} and n.answer is null
    group by n.id order by n.id desc limit 20`
}
