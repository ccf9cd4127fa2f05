import type { AttemptResult } from '../queue/settlement.ts'
import type { TakenLetter } from './letter-queries.ts'
import type { Delivery } from './smtp.ts'

/** Two deliveries of one e-mail, to different recipients, as one. */
export const both = (one: Delivery, other: Delivery): Delivery => ({
  delivered: [...one.delivered, ...other.delivered],
  refused: [...one.refused, ...other.refused],
  reason: [one.reason, other.reason].filter(Boolean).join('; ') || null,
  isOutage: one.isOutage || other.isOutage,
})

/** What came of an attempt: whoever neither got it nor refused it for good is tried again. */
export function outcomeOf(
  letter: Pick<TakenLetter, 'delivered' | 'refused'>,
  recipients: string[],
  delivery: Delivery,
): AttemptResult {
  const delivered = [...letter.delivered, ...delivery.delivered]
  const refused = [...letter.refused, ...delivery.refused]
  const settled = new Set([...delivered, ...refused])
  return {
    isOpen: recipients.some(recipient => !settled.has(recipient)),
    hasArrived: delivered.length > 0,
    reason: delivery.reason,
    isOutage: delivery.isOutage,
    columns: { delivered, refused },
  }
}
