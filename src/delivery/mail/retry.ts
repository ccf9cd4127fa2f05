const minute = 60_000
const firstPause = minute
const longestPause = 6 * 60 * minute
/** While the mail server is away, every letter asks again this often at least: it should go out soon after it is back. */
const longestOutagePause = 5 * minute
/** RFC 5321 §4.5.4.1 asks for four to five days. */
const patience = 4 * 24 * 60 * minute

/**
 * When to try again after `attempts` attempts: after a minute, then twice as long each time, up to six hours, or five
 * minutes while the server is away; a quarter more or less, so that letters do not come all at once. Undefined after four
 * days.
 */
export function nextAttempt(
  attempts: number,
  { createdAt, now, isOutage, random }: { createdAt: Date; now: Date; isOutage: boolean; random: number },
): Date | undefined {
  if (now.getTime() - createdAt.getTime() >= patience) return undefined
  const pause = Math.min(firstPause * 2 ** (attempts - 1), isOutage ? longestOutagePause : longestPause)
  return new Date(now.getTime() + pause * (0.75 + random / 2))
}
