import { hasStarted, inConflict, isActive, isIncludedLive } from '../../seats/rules/state.ts'
import type { ProgrammeEntry } from './queries.ts'
import type { Visit } from './visit.ts'

/**
 * The sessions in which the person has a seat, and cannot have one beside a seat in this. An offered seat in a repetition is
 * one instead of theirs.
 */
export function rivalsOf({ seats }: Visit, entry: ProgrammeEntry): ProgrammeEntry[] {
  return seats.filter(
    other => inConflict(entry, other) || (entry.state === 'offered' && isRepeated(entry, other)),
  )
}

const isRepeated = (a: ProgrammeEntry, b: ProgrammeEntry) =>
  a.id !== b.id && a.repeat_key !== null && a.repeat_key === b.repeat_key

/** Whether two sessions overlap: one person cannot be in both, even where they may have seats in both. */
export function isAtSameTime(a: ProgrammeEntry, b: ProgrammeEntry): boolean {
  if (a.starts === null || a.ends === null || b.starts === null || b.ends === null) return false
  return a.starts < b.ends && b.starts < a.ends
}

/** Why the person may not give up their seat in a session; null when they may. */
export function whyKept(visit: Visit, entry: ProgrammeEntry): string | null {
  if (isIncludedLive(entry)) return 'Part of every registration'
  if (entry.locked_when_saved === 1 && isActive(visit.person.registration_status))
    return 'Can no longer be changed'
  return hasBegun(visit, entry) ? 'Has started' : null
}

/** Whether a session has started at the time of the visit. */
export const hasBegun = ({ now }: Visit, entry: ProgrammeEntry) => hasStarted(entry, now.getTime())
