import { hasStarted, inConflict, isActive, isIncludedLive } from '../../seats/rules/state.ts'
import type { ProgrammeEntry } from './queries.ts'
import type { Visit } from './visit.ts'

/** The sessions in which the person has a seat, and cannot have one beside a seat in this. */
export function rivalsOf({ seats }: Visit, entry: ProgrammeEntry): ProgrammeEntry[] {
  return seats.filter(other => inConflict(entry, other))
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
