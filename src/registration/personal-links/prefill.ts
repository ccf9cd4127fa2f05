import { notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import type { Body } from '../../http/values/draft.ts'
import type { DeskOrder } from '../desk/order.ts'
import {
  changeRegistrant,
  mustFindRegistrant,
  type Registration,
  register,
} from '../registrants/registrants.ts'
import { findRegistrantByEmail, lockAddress } from './queries.ts'
import { readNaming, readPrefill } from './tokens.ts'

type Person = { id: number; event_id: number }

/**
 * Whom a body asks a link for. A person who is not registered gets an unfinished registration, when `fields` names them;
 * one that they have is given what `fields` says, so that an address never has two of them by this. Throws 404, 422, and
 * the reasons for which a registration is refused.
 */
export async function personFor(
  tools: Registration,
  actor: Actor,
  body: Body,
  submit: (order: DeskOrder) => Promise<unknown>,
): Promise<Person> {
  const { db } = tools
  const naming = readNaming(body)
  if ('id' in naming) return mustFindRegistrant(db, actor.account_id, naming.id)
  const { event_id, email } = naming
  const prefill = readPrefill(body)
  if (prefill) await lockAddress(db, event_id, email)
  const known = await findRegistrantByEmail(db, actor.account_id, event_id, email)
  if (!prefill) return known ?? unknown(email)
  if (!known) {
    const unfinished: Body = { ...prefill, email, event_id, registration_status: 'in_progress' }
    const order = await register(tools, actor, unfinished, quietly)
    await submit(order)
    return { id: order.wish.registrant_id, event_id }
  }
  if (known.registration_status === 'in_progress')
    await submit(await changeRegistrant(tools, actor, known.id, { ...prefill, email }, quietly))
  return known
}

const quietly = { override: false, mail: false }

function unknown(email: string): never {
  throw notFound('Registrant', email)
}
