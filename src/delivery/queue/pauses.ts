import type { Pauses } from './retry.ts'

const minute = 60_000
/** How long an e-mail waits for another attempt. */
export const mailPauses: Pauses = {
  first: minute,
  longest: 6 * 60 * minute,
  longestOutage: 5 * minute,
  // RFC 5321 §4.5.4.1 asks for four to five days.
  patience: 4 * 24 * 60 * minute,
}
