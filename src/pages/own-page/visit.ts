import type { Db } from '../../db/connection.ts'
import type { Fault } from '../../errors.ts'
import type { SessionFieldRow } from '../../programme/session-fields/session-fields.ts'
import type { StoredValues } from '../../records/custom-fields/values.ts'
import { type AgendaEntry, hasSeat, readAgendas } from '../../registration/agenda/agenda.ts'
import { registrationOf } from '../../registration/agenda/registration.ts'
import type { DeskOrder } from '../../registration/desk/order.ts'
import type { EventQuestionRow } from '../../registration/event-questions/event-questions.ts'
import { follow } from '../../registration/personal-links/tokens.ts'
import { type LedgerEvent, readEvent } from '../../seats/ledger/queries.ts'
import { hasClosed, maySit } from '../../seats/rules/state.ts'
import { missingDetails } from './missing.ts'
import {
  findVisitor,
  listOpenNotices,
  listProgramme,
  type OpenNotice,
  type ProgrammeEntry,
  type Visitor,
} from './queries.ts'

/**
 * What a person may do now: everything (`open`), the same while seats are held for them (`unfinished`), register again
 * (`expired`), or nothing, because registration has closed or because theirs is cancelled or denied.
 */
export type Standing = 'open' | 'unfinished' | 'expired' | 'closed' | 'inactive'

/** A person at their page, and everything that it is made of. */
export type Visit = {
  person: Visitor
  event: LedgerEvent
  programme: ProgrammeEntry[]
  /** sessions still to come that were deleted while the person had them, or waited for them */
  lost: AgendaEntry[]
  /** those of the programme in which the person has a seat */
  seats: ProgrammeEntry[]
  /** those that attendees see */
  questions: EventQuestionRow[]
  /** of sessions */
  fields: SessionFieldRow[]
  standing: Standing
  /** changes of the schedule that they have not answered */
  notices: OpenNotice[]
  /** what has to be told before a seat is taken or the registration is finished */
  missing: Fault[]
  now: Date
}

/** What a person wants, and what is wrong with what they have told, which keeps it from being carried out. */
export type OwnOrder = { order: DeskOrder; faults: Fault[] }

export type VisitTools = {
  db: Db
  now: Date
  /** of an event, for a person with these answers */
  questionsOf: (event_id: number, answers: StoredValues) => Promise<EventQuestionRow[]>
  fieldsOf: (account_id: number) => Promise<SessionFieldRow[]>
}

/** Whose page a token opens, with what is true now; undefined when the token is unknown or has expired. */
export async function openVisit(
  { db, now, questionsOf, fieldsOf }: VisitTools,
  token: string,
): Promise<Visit | undefined> {
  const linked = await follow(db, token, now)
  const person = linked && (await findVisitor(db, linked.id))
  if (!person) return undefined
  const [event, programme, agendas, questions, fields, notices] = await Promise.all([
    readEvent(db, person.event_id),
    listProgramme(db, person),
    readAgendas(db, [person.id], now),
    questionsOf(person.event_id, person.custom_fields),
    fieldsOf(person.account_id),
    listOpenNotices(db, person.id),
  ])
  if (!event) return undefined
  const visible = questions.filter(question => question.visible === 1)
  return {
    person,
    event,
    programme,
    lost: agendas.of(person.id).lost,
    seats: programme.filter(hasSeat),
    questions: visible,
    fields,
    notices,
    standing: standingOf(person, event, now),
    missing: missingDetails(person, visible),
    now,
  }
}

/** Whether a person may change what they have. */
export const mayChange = ({ standing }: Visit) => standing === 'open' || standing === 'unfinished'

/** Whether a person may take or wait for a seat: not before they have told what has to be told. */
export const mayClaim = (visit: Visit) => mayChange(visit) && visit.missing.length === 0

/** Whether a person has an active registration, or one that is to be finished. */
export const isRegistered = ({ person }: Visit) => maySit(person.registration_status)

function standingOf(person: Visitor, event: LedgerEvent, now: Date): Standing {
  const registration = registrationOf(person, now)
  if (registration === 'ended') return 'inactive'
  if (hasClosed({ event, now: now.getTime() })) return 'closed'
  return registration === 'active' ? 'open' : registration
}
