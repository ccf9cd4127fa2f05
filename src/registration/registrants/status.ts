import { isActive, maySit } from '../../seats/rules/state.ts'
import type { RegistrationStatus } from '../../seats/schema.ts'

/** How long an unfinished registration keeps its seats after its last change, in minutes (docs/seats.md §1). */
const holdMinutes = 15

/**
 * What is stored with a status: since when it counts, and until when it holds. Taking on the same again moves none but the
 * hold.
 */
export type StatusMoments = {
  registration_status: RegistrationStatus
  cancelled_at: Date | null
  hold_expires_at: Date | null
  /** the first moment of being active */
  registered_at: Date | null
  checked_in_at: Date | null
  /** sessions whose seats a hold gave back that ran out */
  expired_session_ids: number[]
}

/**
 * The moments that a status brings with it when it is taken on at `now`, and seats in the sessions `lost` are given up for
 * it.
 */
export function momentsOf(status: RegistrationStatus, now: Date, lost: number[] = []): StatusMoments {
  return {
    registration_status: status,
    registered_at: isActive(status) ? now : null,
    cancelled_at: maySit(status) ? null : now,
    checked_in_at: status === 'attended' ? now : null,
    hold_expires_at: status === 'in_progress' ? holdFrom(now) : null,
    expired_session_ids: status === 'expired' ? lost : [],
  }
}

/** Until when a hold lasts that is made or renewed now. */
export const holdFrom = (now: Date) => new Date(now.getTime() + holdMinutes * 60_000)
