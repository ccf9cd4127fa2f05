import { hash, randomBytes } from 'node:crypto'
import Type from 'typebox'
import type { Db } from '../../db/connection.ts'
import { type Fault, mustBeValid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { type Body, isBlank, readNew, settle } from '../../http/values/draft.ts'
import { faultOf } from '../../http/values/values.ts'
import { mustFindRegistrant } from '../registrants/registrants.ts'
import { deleteLinksOf, findLinked, insertLink, type LinkedRegistrant } from './queries.ts'
import { PersonalLinkInput } from './schema.ts'

const { fields: _fields, ...naming } = PersonalLinkInput.properties
const PersonalLinkNaming = Type.Object(naming)
/** What `fields` may tell of a person who has not registered yet. */
const prefilled = ['email', 'first_name', 'last_name', 'reg_type_id'] as const

const lifetime = 24 * 3_600_000

/** Makes a link to a person's agenda, valid for 24 hours. The token is not stored. Throws 404. */
export async function makePersonalLink(
  db: Db,
  actor: Actor,
  { id, event_id }: { id: number; event_id: number },
  baseUrl: string,
): Promise<{ event_id: number; id: number; token: string; url: string; expires_at: string }> {
  const token = randomBytes(32).toString('base64url')
  const until = new Date(actor.now.getTime() + lifetime)
  const stored = await insertLink(db, id, hashOf(token), actor.now, until)
  if (!stored) throw notFound('Registrant', id)
  return { event_id, id, token, url: `${baseUrl}/my/${token}`, expires_at: stored.expires_at }
}

/** Ends every link to the page of a registrant. Throws 404, 412. */
export async function endLinks(db: Db, actor: Actor, id: number): Promise<void> {
  const { version } = await mustFindRegistrant(db, actor.account_id, id)
  mustMatchVersion(actor.ifMatch, version)
  await deleteLinksOf(db, id)
}

/** Whom a token leads to; undefined when it is unknown or has expired. */
export function follow(db: Db, token: string, now: Date): Promise<LinkedRegistrant | undefined> {
  return findLinked(db, hashOf(token), now)
}

/** Whom a body names: by their id, or by an event and an address. */
type Naming = { id: number } | { event_id: number; email: string }

/**
 * Reads whom a body names. Clients of the hosted API name the person in `fields`: `fields[email]=…`; what is beside `fields`
 * wins. Throws 422 naming what is missing.
 */
export function readNaming(body: Body): Naming {
  const named = withFields(body)
  const { id, event_id, email } = settle(
    readNew(PersonalLinkNaming, { ...named, id: named.id ?? body.registrant_id }),
  )
  if (id) return { id }
  const blank = { type: 'required', message: 'cannot be blank.' }
  const faults: Fault[] = [
    ...(event_id || email ? [] : [faultOf('id', blank)]),
    ...(email && !event_id ? [faultOf('event_id', blank)] : []),
    ...(event_id && !email ? [faultOf('email', blank)] : []),
  ]
  mustBeValid(faults)
  return { event_id: event_id!, email: email!.trim() }
}

/** What `fields` tells of a person besides who they are; undefined without an address there. */
export function readPrefill(body: Body): Body | undefined {
  const fields = fieldsIn(body)
  if (isBlank(fields.email)) return undefined
  return Object.fromEntries(prefilled.flatMap(name => (isBlank(fields[name]) ? [] : [[name, fields[name]]])))
}

function withFields(body: Body): Body {
  const given = Object.entries(body).filter(([, value]) => !isBlank(value))
  return { ...fieldsIn(body), ...Object.fromEntries(given) }
}

const fieldsIn = ({ fields }: Body): Body => (fields && typeof fields === 'object' ? (fields as Body) : {})

const hashOf = (token: string) => hash('sha256', token, 'buffer')
