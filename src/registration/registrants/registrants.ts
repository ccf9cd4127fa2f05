import type { Db } from '../../db/connection.ts'
import { gathering } from '../../db/gathered.ts'
import { mustBeValid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { ignoring } from '../../http/ignored.ts'
import { readId } from '../../http/query.ts'
import type { Body, Draft } from '../../http/values/draft.ts'
import { faultOf, unwrapChoice } from '../../http/values/values.ts'
import { customValuesIn } from '../../records/custom-fields/values.ts'
import { unknownEvent } from '../../records/events/events.ts'
import type { MailKind } from '../../records/outbox/schema.ts'
import { newSecureId } from '../../records/secure-id.ts'
import { isActive, maySit } from '../../seats/rules/state.ts'
import { emptyWish, type Wish } from '../../seats/rules/wish.ts'
import type { RegistrationStatus } from '../../seats/schema.ts'
import type { Desk } from '../desk/desk.ts'
import type { DeskOrder } from '../desk/order.ts'
import type { EventQuestionRow } from '../event-questions/event-questions.ts'
import { noChange } from './change.ts'
import type { CheckInStatus } from './check-in-schema.ts'
import type { IdBlock } from './ids.ts'
import { readNewRegistrant, readRegistrantUpdate } from './input.ts'
import type { Manner } from './manner.ts'
import { findRegistrant, findRegistrantPlacement, findRegistrants, type RegistrantRow } from './queries.ts'
import type { RegistrantInput } from './schema.ts'

/** What registrants are written with. */
export type Registration = {
  db: Db
  desk: Pick<Desk, 'mustBeFaultless'>
  ids: IdBlock
  /** of an event, for who names these values */
  questionsOf: (event_id: number, ...values: Body[]) => Promise<EventQuestionRow[]>
}

/**
 * What registers a person with their sessions: both, or neither. Sessions that are selected by default are taken only when
 * none are named. Throws 422 with everything that is wrong, or with every reason against the sessions.
 */
export async function register(
  tools: Registration,
  actor: Actor,
  body: Body,
  manner: Manner,
): Promise<DeskOrder> {
  const { db, desk, ids } = tools
  const draft = readNewRegistrant(await questionsFor(tools, actor.account_id, body), body)
  draft.faults.push(...ignoring(actor.ignored, draft.unknown))
  await checkPlacement(db, actor.account_id, draft)
  // Without an event there are no seats that could be refused.
  if (draft.faults.some(({ field }) => field === 'event_id')) mustBeValid(draft.faults)
  const given = draft.given as RegistrantInput
  const status = given.registration_status ?? 'confirmed'
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
  const order: DeskOrder = {
    event_id: given.event_id,
    actor,
    wish,
    person,
    newcomer: { reg_type_id: person.reg_type_id ?? null, group_id: person.group_id ?? null },
    ...(manner.mail && isActive(status) && { letter: 'confirmation' as const }),
  }
  await desk.mustBeFaultless(db, draft.faults, order)
  return order
}

/**
 * What changes the given fields of a registrant; `session_ids` replaces the selection at once, so that a swap never loses
 * the old seat. Throws 404, 412, 422.
 */
export async function changeRegistrant(
  tools: Registration,
  actor: Actor,
  id: number,
  body: Body,
  manner: Manner,
): Promise<DeskOrder> {
  const { db, desk } = tools
  const current = await mustFindRegistrant(db, actor.account_id, id)
  const draft = readRegistrantUpdate(await tools.questionsOf(current.event_id, customValuesIn(body)), body)
  draft.faults.push(...ignoring(actor.ignored, draft.unknown))
  await checkPlacement(db, actor.account_id, {
    given: { ...draft.given, event_id: current.event_id },
    faults: draft.faults,
  })
  const { registration_status: status, ...given } = draft.given
  if (given.secure_id === null) delete given.secure_id
  const isReassigned = 'reg_type_id' in given || 'group_id' in given
  const order: DeskOrder = {
    event_id: current.event_id,
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
    letter: manner.mail ? letterFor(current, status) : undefined,
  }
  await desk.mustBeFaultless(db, draft.faults, order)
  return order
}

/** What deletes a registrant; seats are given back first, and lines move. */
export async function removeRegistrant(db: Db, actor: Actor, id: number): Promise<DeskOrder> {
  const { event_id } = await mustFindRegistrant(db, actor.account_id, id)
  const wish: Wish = { ...emptyWish, by: 'organiser', registrant_id: id, status: 'cancelled' }
  return { event_id, actor, wish, removal: true }
}

/** What marks a registrant as attended, no-show, or registered again. Refused for one who is not registered any more. */
export async function checkIn(db: Db, actor: Actor, id: number, status: CheckInStatus): Promise<DeskOrder> {
  const { event_id } = await mustFindRegistrant(db, actor.account_id, id)
  const wish: Wish = { ...emptyWish, by: 'organiser', registrant_id: id, status, isCheckIn: true }
  return { event_id, actor, wish, change: noChange }
}

export async function mustFindRegistrant(db: Db, account_id: number, id: number): Promise<RegistrantRow> {
  const registrant = await findRegistrant(db, account_id, id)
  if (!registrant) throw notFound('Registrant', id)
  return registrant
}

const findGathered = gathering(findRegistrants)

/** The same for answers: who are asked for at the same time, in one transaction, are read with one statement. */
export async function mustFindAnswered(db: Db, account_id: number, id: number): Promise<RegistrantRow> {
  const registrant = await findGathered(db, id)
  if (registrant?.account_id !== account_id) throw notFound('Registrant', id)
  return registrant
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
  const questions = event_id ? await questionsOf(event_id, customValuesIn(body)) : []
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

/** What a change of status is to its registrant: they come in, they are out, or something else changed; once each. */
function letterFor(current: RegistrantRow, status = current.registration_status!): MailKind | undefined {
  if (!maySit(status)) {
    if (status === current.registration_status) return undefined
    return status === 'expired' ? 'abandoned' : 'cancelled'
  }
  const isIn = (each: RegistrationStatus) => isActive(each) && each !== 'pending'
  return isIn(status) && !isIn(current.registration_status!) ? 'confirmation' : 'modified'
}
