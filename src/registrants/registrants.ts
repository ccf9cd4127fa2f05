import type { Db } from '../db/connection.ts'
import { type ApiError, type Fault, invalid, notFound } from '../errors.ts'
import type { EventQuestionRow } from '../event-questions/queries.ts'
import { unknownEvent } from '../events/events.ts'
import type { Actor } from '../http/actor.ts'
import { type Body, type Draft, settle } from '../http/draft.ts'
import { readId } from '../http/query.ts'
import { faultOf, unwrapChoice } from '../http/values.ts'
import type { MailKind } from '../mail/schema.ts'
import type { Outcome } from '../seats/batch.ts'
import type { Desk } from '../seats/desk.ts'
import { noChange, type PersonErrand } from '../seats/registration.ts'
import { emptyWish, type Reason, type Wish } from '../seats/wish.ts'
import { newSecureId } from '../sessions/secure-id.ts'
import type { IdBlock } from './ids.ts'
import { readNewRegistrant, readRegistrantUpdate } from './input.ts'
import type { Manner } from './manner.ts'
import { findRegistrant, findRegistrantPlacement, type RegistrantRow } from './queries.ts'
import type { RegistrantInput } from './schema.ts'

/** What registrants are written with. */
export type Registration = {
  db: Db
  desk: Desk
  ids: IdBlock
  questionsOf: (event_id: number) => Promise<EventQuestionRow[]>
}

/** A registrant as written, and the sessions that were not granted although the rest was. */
export type Registered = { registrant: RegistrantRow; skipped: Reason[] }

/**
 * Registers a person with their sessions: both, or neither. Sessions that are selected by default are taken only when
 * none are named. Throws 422 with everything that is wrong, or with every reason against the sessions.
 */
export async function register(
  tools: Registration,
  actor: Actor,
  body: Body,
  manner: Manner,
): Promise<Registered> {
  const { db, desk, ids } = tools
  const draft = readNewRegistrant(await questionsFor(tools, actor.account_id, body), body)
  await checkPlacement(db, actor.account_id, draft)
  const given = settle<RegistrantInput>(draft)
  const status = given.registration_status!
  const person = {
    ...(given as Required<RegistrantInput>),
    secure_id: given.secure_id ?? newSecureId(),
    addresses: draft.addresses,
    custom_fields: draft.answers,
  }
  const registrant_id = await ids.next(db)
  const wish: Wish = {
    ...emptyWish,
    ...wishOf(manner),
    registrant_id,
    status,
    add: draft.session_ids ?? [],
    useDefaults: draft.session_ids === undefined,
  }
  const errand: PersonErrand = {
    actor,
    wish,
    person,
    newcomer: { reg_type_id: person.reg_type_id ?? null, group_id: person.group_id ?? null },
    ...(manner.mail && status !== 'in_progress' && { letter: 'confirmation' as const }),
  }
  const skipped = mustBeGranted(await desk.submit(db, given.event_id, errand))
  return { registrant: await mustFindRegistrant(db, actor.account_id, registrant_id), skipped }
}

/**
 * Changes the given fields of a registrant; `session_ids` replaces the selection at once, so that a swap never loses
 * the old seat. Throws 404, 412, 422.
 */
export async function changeRegistrant(
  tools: Registration,
  actor: Actor,
  id: number,
  body: Body,
  manner: Manner,
): Promise<Registered> {
  const { db, desk } = tools
  const current = await mustFindRegistrant(db, actor.account_id, id)
  const draft = readRegistrantUpdate(await tools.questionsOf(current.event_id), body)
  await checkPlacement(db, actor.account_id, {
    given: { ...draft.given, event_id: current.event_id },
    faults: draft.faults,
  })
  const { registration_status: status, ...given } = settle<Partial<RegistrantInput>>(draft)
  if (given.secure_id === null) delete given.secure_id
  const isReassigned = 'reg_type_id' in given || 'group_id' in given
  const errand: PersonErrand = {
    actor,
    wish: {
      ...emptyWish,
      ...wishOf(manner),
      registrant_id: id,
      ...(status && { status }),
      add: draft.session_ids ?? [],
      replace: draft.session_ids !== undefined,
      ...(isReassigned && {
        profile: {
          ...('reg_type_id' in given && { reg_type_id: given.reg_type_id }),
          ...('group_id' in given && { group_id: given.group_id }),
        },
      }),
    },
    change: { given, addresses: draft.addresses, answers: draft.answers, unanswered: draft.unanswered },
    ...(manner.mail && { letter: letterFor(current, status) }),
  }
  const skipped = mustBeGranted(await desk.submit(db, current.event_id, errand))
  return { registrant: await mustFindRegistrant(db, actor.account_id, id), skipped }
}

/** Deletes a registrant; seats are given back first, and lines move. */
export async function removeRegistrant(tools: Registration, actor: Actor, id: number): Promise<void> {
  const { db, desk } = tools
  const { event_id } = await mustFindRegistrant(db, actor.account_id, id)
  const wish: Wish = { ...emptyWish, by: 'organiser', registrant_id: id, status: 'cancelled' }
  mustBeGranted(await desk.submit(db, event_id, { actor, wish, removal: true }))
}

/** Marks a registrant as attended, no-show, or registered again. Throws 422 for one who is not registered any more. */
export async function checkIn(
  tools: Registration,
  actor: Actor,
  id: number,
  status: 'attended' | 'confirmed' | 'no_show',
): Promise<RegistrantRow> {
  const { db, desk } = tools
  const { event_id } = await mustFindRegistrant(db, actor.account_id, id)
  const wish: Wish = { ...emptyWish, by: 'organiser', registrant_id: id, status, checksIn: true }
  mustBeGranted(await desk.submit(db, event_id, { actor, wish, change: noChange }))
  return mustFindRegistrant(db, actor.account_id, id)
}

export async function mustFindRegistrant(db: Db, account_id: number, id: number): Promise<RegistrantRow> {
  const registrant = await findRegistrant(db, account_id, id)
  if (!registrant) throw notFound('Registrant', id)
  return registrant
}

/** What was skipped of a wish that was granted. Throws the refusal of one that was not. */
export function mustBeGranted(outcome: Outcome): Reason[] {
  if ('failure' in outcome) throw outcome.failure
  if (!outcome.granted) throw refusal(outcome.reasons)
  return outcome.skipped
}

/** A refusal is a 422 with an entry for each reason. */
function refusal(reasons: Reason[]): ApiError {
  return invalid(reasons as Fault[])
}

/** The organiser's API acts as the organiser. */
export const wishOf = ({ override }: Manner) => ({ by: 'organiser' as const, override })

/** The questions of the event that a body names; none when it is not the account's, so that nothing is told of them. */
async function questionsFor(
  { questionsOf }: Registration,
  account_id: number,
  body: Body,
): Promise<EventQuestionRow[]> {
  const event_id = readId(String(unwrapChoice(body.event_id) ?? ''))
  const questions = event_id ? await questionsOf(event_id) : []
  return questions.filter(question => question.account_id === account_id)
}

type Placed = Draft<{ event_id: number; reg_type_id?: number | null; group_id?: number | null }>

async function checkPlacement(db: Db, account_id: number, { given, faults }: Placed): Promise<void> {
  const { event_id, reg_type_id = null, group_id = null } = given
  if (!event_id) return
  const placement = await findRegistrantPlacement(db, account_id, { event_id, reg_type_id, group_id })
  const foreign = { type: 'not_found', message: 'does not belong to this event.' }
  if (!placement) faults.push(unknownEvent)
  else {
    if (reg_type_id && placement.reg_type_name === null) faults.push(faultOf('reg_type_id', foreign))
    if (group_id && placement.group_name === null) faults.push(faultOf('group_id', foreign))
  }
}

/** A first confirmation, a cancellation, or a change. */
function letterFor(current: RegistrantRow, status: RegistrantInput['registration_status']): MailKind {
  if (status === 'cancelled' || status === 'denied') return 'cancelled'
  return status === 'confirmed' && current.registration_status === 'in_progress' ? 'confirmation' : 'modified'
}
