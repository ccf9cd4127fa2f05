/** The moment of a timestamp of the database, such as `2026-09-14 10:00:00`, which is in UTC. */
export function instantOf(timestamp: string): Date {
  return new Date(`${timestamp.slice(0, 10)}T${timestamp.slice(11, 19)}Z`)
}
