import { hash, randomBytes } from 'node:crypto'
import type { Db } from '../db/connection.ts'
import { type Fault, mustBeValid, notFound } from '../errors.ts'
import type { Actor } from '../http/actor.ts'
import { type Body, isBlank, readNew, settle } from '../http/draft.ts'
import { faultOf } from '../http/values.ts'
import { mustFindRegistrant } from '../registrants/registrants.ts'
import { findRegistrantByEmail, findResumed, insertResumeToken, type ResumedRegistrant } from './queries.ts'
import { ResumeInput } from './schema.ts'

const lifetime = 24 * 3_600_000

/** Makes a link to a person's agenda, valid for 24 hours. The token is not stored. Throws 404, 422. */
export async function makeResumeToken(
  db: Db,
  actor: Actor,
  body: Body,
  baseUrl: string,
): Promise<{ token: string; url: string; expires_at: string }> {
  const registrant = await mustFindNamed(db, actor.account_id, body)
  const token = randomBytes(32).toString('base64url')
  const until = new Date(actor.now.getTime() + lifetime)
  const stored = await insertResumeToken(db, registrant.id, hashOf(token), actor.now, until)
  if (!stored) throw notFound('Registrant', registrant.id)
  return { token, url: `${baseUrl}/my/${token}`, expires_at: stored.expires_at }
}

/** Whom a token leads to; undefined when it is unknown or has expired. */
export function resume(db: Db, token: string, now: Date): Promise<ResumedRegistrant | undefined> {
  return findResumed(db, hashOf(token), now)
}

async function mustFindNamed(db: Db, account_id: number, body: Body): Promise<{ id: number }> {
  const given = Object.entries(body).filter(([, value]) => !isBlank(value))
  const named: Body = { ...personIn(body), ...Object.fromEntries(given) }
  const { id, event_id, email } = settle(
    readNew(ResumeInput, { ...named, id: named.id ?? named.registrant_id }),
  )
  if (id) return mustFindRegistrant(db, account_id, id)
  const blank = { type: 'required', message: 'cannot be blank.' }
  const faults: Fault[] = [
    ...(event_id || email ? [] : [faultOf('id', blank)]),
    ...(email && !event_id ? [faultOf('event_id', blank)] : []),
    ...(event_id && !email ? [faultOf('email', blank)] : []),
  ]
  mustBeValid(faults)
  const registrant = await findRegistrantByEmail(db, account_id, event_id!, email!.trim())
  if (!registrant) throw notFound('Registrant', email)
  return registrant
}

/** Clients of the hosted API name the person in `fields`: `fields[email]=…`. */
function personIn({ fields }: Body): Body {
  return fields && typeof fields === 'object' ? (fields as Body) : {}
}

const hashOf = (token: string) => hash('sha256', token, 'buffer')
