import { hash, randomBytes } from 'node:crypto'
import type { Db } from '../../db/connection.ts'
import { invalid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { cfsContacts } from '../cfs-contacts/cfs-contacts.ts'
import { deleteLinksOf, findLinked, insertLinks, type LinkedSubmitter } from './queries.ts'

/** How long a link to somebody's submissions is valid: it outlives the weeks in which they are decided. */
const lifetime = 60 * 24 * 3_600_000

/**
 * Makes a link for each of these submitters, for the addresses that they have; returns the tokens by contact. They are stored
 * as hashes only.
 */
export async function makeLinks(
  db: Db,
  people: { contact_id: number; email: string }[],
  now: Date,
): Promise<Map<number, string>> {
  const emails = new Map(people.map(({ contact_id, email }) => [contact_id, email]))
  const tokens = new Map([...emails.keys()].map(id => [id, randomBytes(32).toString('base64url')]))
  const links = [...tokens].map(([contact_id, token]) => ({
    contact_id,
    email: emails.get(contact_id)!,
    token_hash: hash('sha256', token, 'hex'),
  }))
  const stored = new Set(await insertLinks(db, links, now, endOf(now)))
  return new Map([...tokens].filter(([id]) => stored.has(id)))
}

const endOf = (now: Date) => new Date(now.getTime() + lifetime)

/** Makes a link with which a submitter acts for themselves. Throws 404, and 422 for one without an address. */
export async function makeLink(db: Db, actor: Actor, id: number, baseUrl: string) {
  const { event_id, email } = await cfsContacts.mustFind(db, actor.account_id, id)
  if (email === null)
    throw invalid([{ field: 'id', type: 'no_address', message: 'This submitter has no address.' }])
  const token = (await makeLinks(db, [{ contact_id: id, email }], actor.now)).get(id)
  if (!token) throw notFound('Submitter or reviewer', id)
  const expires_at = endOf(actor.now).toISOString().slice(0, 19).replace('T', ' ')
  return { event_id, id, token, url: `${baseUrl}/submit/${token}`, expires_at }
}

/** Ends every link of a submitter. Throws 404, 412. */
export async function endLinks(db: Db, actor: Actor, id: number): Promise<void> {
  const { version } = await cfsContacts.mustFind(db, actor.account_id, id)
  mustMatchVersion(actor.ifMatch, version)
  await deleteLinksOf(db, id)
}

/** Whom a token leads to; undefined when it is unknown or has expired. */
export const followLink = (db: Db, token: string, now: Date): Promise<LinkedSubmitter | undefined> =>
  findLinked(db, hash('sha256', token, 'buffer'), now)
