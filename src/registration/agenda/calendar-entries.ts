import { instantOf } from '../../http/values/timestamps.ts'
import { takesPlace } from '../../seats/rules/state.ts'
import type { Agenda } from './agenda.ts'
import type { AgendaSession } from './queries.ts'

/** What the calendar of a person says of a session. */
export type CalendarEntry = {
  session: AgendaSession & { state?: Agenda['entries'][number]['state'] }
  status: 'confirmed' | 'tentative' | 'cancelled'
  /** SEQUENCE of RFC 5545 §3.8.7.4 */
  sequence: number
  /** when the session, or the person's part in it, last changed */
  changed_at: string
}

/** Sequence numbers count seconds from here, so that they fit into 31 bits until 2088. */
const sequenceStart = Date.UTC(2020, 0, 1)

/**
 * Each session of a person once: what they have, what they were offered (tentative), and what they had, but do not have any
 * more, or does not take place (cancelled): of the sessions `dropped`, of those that were deleted, and of those that an earlier
 * calendar has. A waitlist is no entry.
 */
export function calendarEntries(agenda: Agenda, dropped: AgendaSession[]): CalendarEntry[] {
  const own = agenda.entries.filter(entry => entry.state !== 'waitlisted')
  const known = new Set(own.map(entry => entry.id))
  const former = new Map(
    [...dropped, ...agenda.lost, ...agenda.former]
      .filter(session => !known.has(session.id) && agenda.historyOf(session.id)?.had_seat)
      .map(session => [session.id, session]),
  )
  return [
    ...own.map(entry => entryOf(agenda, entry, entry.state === 'offered' ? 'tentative' : 'confirmed')),
    ...[...former.values()].map(session => entryOf(agenda, session, 'cancelled')),
  ]
}

/**
 * The sequence number comes from data: it is the same however often it is written, and rises with every change of the session,
 * and of the person's part in it. The seconds keep it above the numbers of earlier versions, which counted those alone.
 */
function entryOf(
  agenda: Agenda,
  session: CalendarEntry['session'],
  status: CalendarEntry['status'],
): CalendarEntry {
  const history = agenda.historyOf(session.id)
  const changed_at = [session.changed_at, history?.changed_at ?? ''].sort().at(-1)!
  const seconds = Math.max(0, Math.floor((instantOf(changed_at).getTime() - sequenceStart) / 1000))
  return {
    session,
    status: takesPlace(session) ? status : 'cancelled',
    sequence: seconds + session.version + (history?.changes ?? 0),
    changed_at,
  }
}
