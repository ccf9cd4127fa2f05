/** How long a job waits between its attempts, in milliseconds. */
export type Pauses = {
  /** after the first attempt; doubled after each */
  first: number
  longest: number
  /** the longest while the other side is away: what waits should leave soon after it is back */
  longestOutage: number
  /** how long a job is tried at all, from its beginning */
  patience: number
}

/**
 * When to try again after `attempts` attempts: after the first pause, then twice as long each time, up to the longest; a
 * quarter more or less, so that jobs do not come all at once. Undefined once patience has ended.
 */
export function nextAttempt(
  attempts: number,
  { first, longest, longestOutage, patience }: Pauses,
  { createdAt, now, isOutage, random }: { createdAt: Date; now: Date; isOutage: boolean; random: number },
): Date | undefined {
  if (now.getTime() - createdAt.getTime() >= patience) return undefined
  const pause = Math.min(first * 2 ** (attempts - 1), isOutage ? longestOutage : longest)
  return new Date(now.getTime() + pause * (0.75 + random / 2))
}
