import { LRUCache } from 'lru-cache'

/** Bounded, because it grows with what is asked. */
const remembered = new LRUCache<string, string>({ max: 20_000 })

/**
 * The zone that an event of this account had when this process last read it: a guess that saves a statement. Only for
 * writes that a foreign key refuses when the guess is wrong.
 */
export function recallZone(account_id: number, event_id: number): string | undefined {
  return remembered.get(`${account_id} ${event_id}`)
}

export function rememberZone(account_id: number, event_id: number, timezone: string): void {
  remembered.set(`${account_id} ${event_id}`, timezone)
}
