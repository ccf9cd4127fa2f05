import type { MovedSession } from '../../records/outbox/queries.ts'
import { type Agenda, type AgendaEntry, hasSeat } from '../../registration/agenda/agenda.ts'
import { whenOf } from '../../registration/agenda/words.ts'
import { takesPlace } from '../../seats/rules/state.ts'

/** A session that is not where or when a registrant knew it to be, and the others that they have at the same time. */
export type Move = { session: AgendaEntry; before: MovedSession['before']; conflicts: AgendaEntry[] }

/** What is still true of what was moved: sessions that the registrant has, and that did not move back meanwhile. */
export function movesOf(moved: MovedSession[], { entries }: Agenda): Move[] {
  return moved.flatMap(({ session_id, before }) => {
    const session = entries.find(({ id }) => id === session_id)
    if (!session || !takesPlace(session)) return []
    const isBack = whenOf(before) === whenOf(session) && before.location_name === session.location_name
    if (isBack) return []
    const conflicts = hasSeat(session)
      ? entries.filter(other => other.id !== session_id && hasSeat(other) && isAtSameTime(session, other))
      : []
    return [{ session, before, conflicts }]
  })
}

/** Whether two sessions overlap, whether or not either prevents conflicts: one person cannot be in both. */
function isAtSameTime(a: Timed, b: Timed): boolean {
  if (!a.starts_at || !a.ends_at || !b.starts_at || !b.ends_at) return false
  return a.starts_at < b.ends_at && b.starts_at < a.ends_at
}

type Timed = Pick<AgendaEntry, 'starts_at' | 'ends_at'>
