import { instantOf } from '../../http/values/timestamps.ts'
import { isActive } from '../../seats/rules/state.ts'
import type { RegistrationStatus } from '../../seats/schema.ts'

/**
 * How a registration stands at a moment: active, not finished yet (`unfinished`), run out before it was (`expired`: also when
 * the seats have not been taken back yet), or ended by a cancellation or a denial.
 */
export type Registration = 'active' | 'unfinished' | 'expired' | 'ended'

export function registrationOf(
  {
    registration_status: status,
    hold_expires_at,
  }: { registration_status: RegistrationStatus; hold_expires_at: string | null },
  now: Date,
): Registration {
  if (isActive(status)) return 'active'
  if (status === 'expired') return 'expired'
  if (status !== 'in_progress') return 'ended'
  return hold_expires_at && instantOf(hold_expires_at) <= now ? 'expired' : 'unfinished'
}
