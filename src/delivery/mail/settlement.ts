import { instantOf } from '../../registration/agenda/words.ts'
import type { ClaimedLetter, Settlement } from './dispatch-queries.ts'
import { nextAttempt } from './retry.ts'
import type { Delivery } from './smtp.ts'

/** Two deliveries of one e-mail, to different recipients, as one. */
export const both = (one: Delivery, other: Delivery): Delivery => ({
  delivered: [...one.delivered, ...other.delivered],
  refused: [...one.refused, ...other.refused],
  reason: [one.reason, other.reason].filter(Boolean).join('; ') || null,
  isOutage: one.isOutage || other.isOutage,
})

/** What becomes of a letter after an attempt: whoever neither got it nor refused it for good is tried again. */
export function settle(
  letter: ClaimedLetter,
  recipients: string[],
  delivery: Delivery,
  now: Date,
): Settlement {
  const delivered = [...letter.delivered, ...delivery.delivered]
  const refused = [...letter.refused, ...delivery.refused]
  const settled = new Set([...delivered, ...refused])
  const isOpen = recipients.some(recipient => !settled.has(recipient))
  const next = nextAttempt(letter.attempts, {
    createdAt: instantOf(letter.created_at),
    now,
    isOutage: delivery.isOutage,
    random: Math.random(),
  })
  return {
    state: isOpen && next ? 'waiting' : delivered.length > 0 ? 'sent' : 'failed',
    delivered,
    refused,
    last_error: delivery.reason,
    next_attempt_at: next ?? now,
  }
}
