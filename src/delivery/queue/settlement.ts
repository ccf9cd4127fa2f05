import { instantOf } from '../../http/values/timestamps.ts'
import type { Job, Settlement } from './queries.ts'
import { nextAttempt, type Pauses } from './retry.ts'

/** What came of an attempt. */
export type AttemptResult = {
  /** something is still to be delivered, and may be tried again */
  isOpen: boolean
  /** something has arrived, by this attempt or by an earlier one: when nothing is tried again, the job counts as sent */
  hasArrived: boolean
  reason: string | null
  /** the other side was away, or refused us rather than this job */
  isOutage: boolean
  /** what the next attempt has to know, by column */
  columns: Settlement['columns']
}

/** What becomes of a job after an attempt: what is open is tried again, until patience ends. */
export function settle(job: Job, outcome: AttemptResult, pauses: Pauses, now: Date): Settlement {
  const { isOpen, hasArrived, reason, isOutage, columns } = outcome
  const next = nextAttempt(job.attempts, pauses, {
    createdAt: instantOf(job.created_at),
    now,
    isOutage,
    random: Math.random(),
  })
  return {
    state: isOpen && next ? 'waiting' : hasArrived ? 'sent' : 'failed',
    last_error: reason,
    next_attempt_at: next ?? now,
    columns,
  }
}
