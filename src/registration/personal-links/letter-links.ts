import { hash, randomBytes } from 'node:crypto'
import type { Db } from '../../db/connection.ts'
import { deleteExpiredLinks, insertLinks } from './link-queries.ts'

/** How long the link in a letter is valid: it outlives offers, holds, and the days until somebody reads their mail. */
const lifetime = 30 * 24 * 3_600_000

/**
 * Makes a link for each of these people, for e-mails that are about to go out to these addresses; returns the tokens by
 * registrant. They are stored as hashes only, and work as long as the person has that address.
 */
export async function makeLetterLinks(
  db: Db,
  people: { registrant_id: number; email: string }[],
  now: Date,
): Promise<Map<number, string>> {
  const emails = new Map(people.map(({ registrant_id, email }) => [registrant_id, email]))
  const tokens = new Map([...emails.keys()].map(id => [id, randomBytes(32).toString('base64url')]))
  const links = [...tokens].map(([registrant_id, token]) => ({
    registrant_id,
    email: emails.get(registrant_id)!,
    token_hash: hash('sha256', token, 'hex'),
  }))
  await deleteExpiredLinks(db, now)
  const stored = new Set(await insertLinks(db, links, now, new Date(now.getTime() + lifetime)))
  return new Map([...tokens].filter(([registrant_id]) => stored.has(registrant_id)))
}
