import type { Pool } from '../../src/db/connection.ts'
import type { Json } from './app.ts'

type Row = Json & { id: number }
type Pair = { registrant_id: number; session_id: number }
export type Selection = Row & Pair & { state: string; on_conflict: string }

/** Everything that is stored of an event, as of one moment. */
export type State = {
  event: Row
  sessions: Row[]
  registrants: Row[]
  selections: Selection[]
  reg_types: Row[]
  /** whom an organiser took out of which included session */
  removals: Pair[]
  letters: number
  lastChange: number
}

/** What the change log says of a selection. */
export type Entry = { before: (Json & Pair) | null; after: (Json & Pair) | null }

export async function readState(pool: Pool, event_id: number): Promise<State> {
  const rows = (table: string) => pool`
    (select coalesce(jsonb_agg(to_jsonb(t) order by id), '[]') from ${pool(table)} t where event_id = ${event_id})`
  const [state] = await pool<State[]>`
    select (select to_jsonb(e) from events e where id = ${event_id}) as event, ${rows('sessions')} as sessions,
      ${rows('registrants')} as registrants, ${rows('selections')} as selections, ${rows('reg_types')} as reg_types,
      (select coalesce(jsonb_agg(to_jsonb(m) order by m.registrant_id, m.session_id), '[]')
        from removals m join registrants r on r.id = m.registrant_id where r.event_id = ${event_id}) as removals,
      (select count(*)::int from outbox where event_id = ${event_id}) as letters,
      (select coalesce(max(id), 0) from changes where event_id = ${event_id}) as "lastChange"`
  return state!
}

/** What was recorded of selections since a state, oldest first. */
export async function readEntries(pool: Pool, { event, lastChange }: State): Promise<Entry[]> {
  return pool<Entry[]>`
    select before, after from changes
    where event_id = ${event.id} and object = 'selection' and id > ${lastChange} order by id`
}

export const holds = (selection: Selection | undefined) =>
  selection !== undefined && selection.state !== 'waitlisted'
export const sits = (selection: Selection | undefined) =>
  selection?.state === 'selected' || selection?.state === 'held'

export const selectionOf = ({ selections }: State, registrant_id: number, session_id: number) =>
  selections.find(each => each.registrant_id === registrant_id && each.session_id === session_id)
export const seatsOf = ({ selections }: State, registrant_id: number) =>
  selections.filter(each => each.registrant_id === registrant_id && sits(each)).map(each => each.session_id)
export const lineOf = ({ selections }: State, session_id: number) =>
  selections
    .filter(each => each.session_id === session_id && each.state === 'waitlisted')
    .map(each => each.registrant_id)
export const takenIn = ({ selections }: State, session_id: number) =>
  selections.filter(each => each.session_id === session_id && holds(each)).length

/** The sessions in which somebody has a seat at the same time as this one. */
export const rivalsIn = (state: State, registrant_id: number, session: Row) =>
  seatsOf(state, registrant_id)
    .map(id => sessionIn(state, id))
    .filter(other => conflict(session, other))
export const isRemoved = ({ removals }: State, registrant_id: number, session_id: number) =>
  removals.some(each => each.registrant_id === registrant_id && each.session_id === session_id)

/** Whether a swap may give up a seat in this session. */
export const isSwappable = (session: Row, now: Date) =>
  !isIncluded(session) && !session.locked_when_saved && !hasBegun(session, now)
export const hasBegun = ({ starts_at }: Row, now: Date) => starts_at !== null && new Date(starts_at) <= now

export const sessionIn = ({ sessions }: State, id: number) => sessions.find(each => each.id === id)!
const lasting = ['confirmed', 'pending', 'attended', 'no_show', 'in_progress']

/** Whether somebody is registered, and so may have seats. */
export function isIn({ registrants }: State, id: number): boolean {
  return lasting.includes(registrants.find(each => each.id === id)?.registration_status)
}

export const isIncluded = (session: Row) =>
  session.selection_control === 'included' && session.session_status === 'live'

export function conflict(a: Row, b: Row): boolean {
  const overlap =
    a.starts_at < b.ends_at && b.starts_at < a.ends_at && a.starts_at < a.ends_at && b.starts_at < b.ends_at
  const takePlace = a.session_status === 'live' && b.session_status === 'live'
  return (
    a.id !== b.id && takePlace && overlap && a.prevent_session_conflicts + b.prevent_session_conflicts > 0
  )
}

/** Whether something has expired that nobody has given back yet. */
export function isDue({ registrants, selections }: State, now: Date): boolean {
  const isPast = (moment: string | null) => moment !== null && new Date(moment) <= now
  return (
    registrants.some(each => each.registration_status === 'in_progress' && isPast(each.hold_expires_at)) ||
    selections.some(each => each.state === 'offered' && isPast(each.expires_at))
  )
}

/** `12 in 34`: who, and in which session. */
export const nameOf = ({ registrant_id, session_id }: Pair) => `${registrant_id} in ${session_id}`
