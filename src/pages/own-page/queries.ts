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
    select ${agendaColumns(db)}, t.name as track_name, s.selection_control, s.locked_when_saved, s.sold_out_message,
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
