import type { Db } from '../../db/connection.ts'
import { instantOf } from '../../http/values/timestamps.ts'
import { isSitting, type SelectionState, takesPlace } from '../../seats/rules/state.ts'
import {
  type AgendaHistory,
  type AgendaSelection,
  type AgendaSession,
  listAgendaHistories,
  listAgendaSelections,
  listAgendaSessions,
} from './queries.ts'

export type AgendaEntry = AgendaSession & Pick<AgendaSelection, 'state' | 'expires_at' | 'place'>

/** What is true of a person's sessions at a moment. E-mails, pages and calendars say this and nothing else. */
export type Agenda = {
  /** what they have and wait for, in order; also what does not take place */
  entries: AgendaEntry[]
  /** sessions still to come that were deleted while they had them, or waited for them */
  lost: AgendaEntry[]
  /** sessions still to come that the calendar of an earlier e-mail has, and that they do not have any more */
  former: AgendaSession[]
  /** how often their part in a session changed, and when last; undefined when they never had any */
  historyOf: (session_id: number) => AgendaHistory | undefined
}

/** What is true of people's sessions, and sessions by their id. */
export type Agendas = { of: (registrant_id: number) => Agenda; sessions: Map<number, AgendaSession> }

/** Reads the agendas of registrants, with other sessions that are to be spoken of, in three statements. */
export async function readAgendas(
  db: Db,
  registrant_ids: number[],
  now: Date,
  session_ids: number[] = [],
): Promise<Agendas> {
  const [selections, histories] = await Promise.all([
    listAgendaSelections(db, registrant_ids, now),
    listAgendaHistories(db, registrant_ids),
  ])
  const lost = histories.filter(history => history.lost)
  const known = histories.filter(history => history.in_calendar)
  const named = [...selections, ...lost, ...known].map(({ session_id }) => session_id)
  const listed = await listAgendaSessions(db, [...new Set([...session_ids, ...named])])
  const selectionsOf = Map.groupBy(selections, selection => selection.registrant_id)
  const historiesOf = Map.groupBy(histories, history => history.registrant_id)
  return {
    sessions: new Map(listed.map(session => [session.id, session])),
    of: registrant_id => {
      const own = bySession(selectionsOf.get(registrant_id))
      const past = bySession(historiesOf.get(registrant_id))
      return {
        entries: listed.flatMap(session => {
          const selection = own.get(session.id)
          if (!selection) return []
          const { state, expires_at, place } = selection
          return [{ ...session, state, expires_at, place }]
        }),
        lost: listed.flatMap(session => {
          const state = past.get(session.id)?.lost
          if (!state || own.has(session.id) || isOver(session, now)) return []
          return [{ ...session, state, expires_at: null, place: null }]
        }),
        former: listed.filter(session => {
          const hasNone = (own.get(session.id)?.state ?? 'waitlisted') === 'waitlisted'
          return hasNone && past.get(session.id)?.in_calendar && !isOver(session, now)
        }),
        historyOf: session_id => past.get(session_id),
      }
    },
  }
}

const bySession = <T extends { session_id: number }>(rows: T[] = []) =>
  new Map(rows.map(row => [row.session_id, row]))

type Held = { state?: SelectionState | null; session_status: string }

/** Whether an entry is a seat in a session that takes place. */
export const hasSeat = (entry: Held) => takesPlace(entry) && isSitting(entry.state)

/** Whether a session is past; one without times when its day is over everywhere. */
function isOver({ date, starts_at, ends_at }: AgendaSession, now: Date): boolean {
  const end = ends_at ?? starts_at
  return end
    ? instantOf(end) <= now
    : instantOf(`${date} 00:00:00`).getTime() + 36 * 3_600_000 <= now.getTime()
}

/** The links of a session that takes place: its page, and for a registrant with a seat the way into the webinar. */
export function linksOf(
  session: AgendaSession & Partial<Held>,
  baseUrl: string | null,
): { text: string; href: string }[] {
  if (!takesPlace(session)) return []
  const { id, is_public, webinar_url, secure_id } = session
  const page = baseUrl && is_public ? `${baseUrl}/sessions/${id}` : null
  const webinar = webinar_url && (page ? `${page}/virtual/${secure_id}` : webinar_url)
  return [
    ...(page ? [{ text: 'About the session', href: page }] : []),
    ...(webinar && hasSeat(session) ? [{ text: 'Join online', href: webinar }] : []),
  ]
}
