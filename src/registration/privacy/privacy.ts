import { type Db, transaction } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { dropContact, listContactsEverOf } from '../../records/contacts/queries.ts'
import {
  attributeOf,
  type CustomField,
  type StoredValues,
  showCustomValues,
} from '../../records/custom-fields/values.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import { deleteImages } from '../../records/images/queries.ts'
import { listLettersInFull } from '../../records/outbox/queries.ts'
import { newSecureId } from '../../records/secure-id.ts'
import { emptyWish } from '../../seats/rules/wish.ts'
import { readAgendas } from '../agenda/agenda.ts'
import { whenOf } from '../agenda/words.ts'
import { showAttendance } from '../attendance/attendances.ts'
import {
  forgetAttendances,
  listAttendancesOfPerson,
  listClientIdsOf,
  listScansOf,
} from '../attendance/queries.ts'
import { carryOut } from '../desk/registration.ts'
import { deleteLinksOf } from '../personal-links/queries.ts'
import { findRegistrant, type RegistrantRow } from '../registrants/queries.ts'
import { impersonal, RegistrantInput } from '../registrants/schema.ts'
import { showRegistrant } from '../registrants/view.ts'
import {
  type Blanks,
  blankHistory,
  blankLetters,
  blankPerson,
  findTrace,
  insertTombstone,
  listHistoryOf,
  listLinksOf,
  lockPerson,
  lockTombstone,
  withholdAnswersAbout,
} from './queries.ts'

/** Everything that is held about a person, also about one who was deleted. Throws 404. */
export async function exportPerson(
  db: Db,
  actor: Actor,
  id: number,
  questionsOf: (event_id: number, answers: StoredValues) => Promise<CustomField[]>,
) {
  const { account_id } = actor
  const { event_id } = await mustFindTrace(db, account_id, id)
  const [person, agendas, history, letters, links, attendances, scans] = await Promise.all([
    findRegistrant(db, account_id, id),
    readAgendas(db, [id], actor.now),
    listHistoryOf(db, { account_id, event_id, id }),
    listLettersInFull(db, id),
    listLinksOf(db, id),
    listAttendancesOfPerson(db, id),
    listScansOf(db, id),
  ])
  return {
    exported_at: actor.now.toISOString().slice(0, 19).replace('T', ' '),
    ...profileOf(person, person ? await questionsOf(event_id, person.custom_fields) : []),
    selections: agendas.of(id).entries.map(entry => ({
      session_id: entry.id,
      name: entry.name,
      when: whenOf(entry),
      state: entry.state,
    })),
    attendances: attendances.map(showAttendance),
    scans,
    history,
    letters,
    links,
  }
}

/** What their row says of a person; one who was deleted has none. */
function profileOf(person: RegistrantRow | undefined, questions: CustomField[]) {
  if (!person) return { registrant: null, addresses: {}, answers: {} }
  const answers = showCustomValues(questions, person.custom_fields)
  return {
    registrant: showRegistrant(person, questions),
    addresses: person.addresses,
    answers: Object.fromEntries(
      questions.map(question => [question.name, answers[attributeOf(question)] ?? null]),
    ),
  }
}

/** Names of the members that are emptied, besides those that always have a value. */
const personal = Object.keys(RegistrantInput.properties).filter(
  name => !impersonal.includes(name) && name !== 'email' && name !== 'secure_id',
)

/**
 * Forgets a person, also one who was deleted: whatever says who they are goes, from their row, from the change log, from
 * letters, and from answers that are remembered for repetitions, which are refused then. Their places in lines and their offers end; their seats, the
 * history of these, and every count of these stay.
 * A second time changes nothing. Throws 404.
 */
export function forgetPerson(
  db: Db,
  actor: Actor,
  id: number,
): Promise<{ id: number; email: string; forgotten_at: string }> {
  return transaction(db, async tx => {
    const { event_id } = await mustFindTrace(tx, actor.account_id, id)
    // Seats change under this lock: who forgets meanwhile must not be overwritten by a registrant that is being changed.
    await lockEventSeats(tx, event_id)
    const person = await lockRemains(tx, actor.account_id, id)
    if (!person.forgotten_at) {
      if (!person.isDeleted) await waitForNothing(tx, actor, event_id, id)
      await blankEverywhere(tx, actor, { id, ...person })
    }
    const { email, forgotten_at } = await lockRemains(tx, actor.account_id, id)
    return { id, email, forgotten_at: forgotten_at! }
  })
}

/** Leaves every line and declines every offer; the lines move in the same transaction. */
async function waitForNothing(db: Db, actor: Actor, event_id: number, id: number): Promise<void> {
  const { selections } = (await findRegistrant(db, actor.account_id, id))!
  const waits = selections.filter(({ state }) => state === 'waitlisted' || state === 'offered')
  const leave = waits.map(({ session_id }) => session_id)
  if (leave.length === 0) return
  const wish = {
    ...emptyWish,
    by: 'organiser' as const,
    registrant_id: id,
    leave,
    why: 'registrant_forgotten',
  }
  await carryOut(db, event_id, [{ actor: { ...actor, ifMatch: undefined }, wish }], actor.now)
}

async function mustFindTrace(db: Db, account_id: number, id: number) {
  const trace = await findTrace(db, account_id, id)
  if (!trace) throw notFound('Registrant', id)
  return trace
}

/** What there is of a person: their row, or the last record of one who was deleted. */
async function lockRemains(db: Db, account_id: number, id: number) {
  const person = await lockPerson(db, account_id, id)
  return person
    ? { ...person, isDeleted: false }
    : { ...(await lockTombstone(db, account_id, id))!, isDeleted: true }
}

async function blankEverywhere(
  db: Db,
  actor: Actor,
  {
    id,
    event_id,
    email,
    contact_id,
    isDeleted,
  }: { id: number; event_id: number; email: string; contact_id: number | null; isDeleted: boolean },
): Promise<void> {
  const blanks: Blanks = {
    ...Object.fromEntries(personal.map(name => [name, null])),
    email: `forgotten-${id}@invalid`,
    secure_id: newSecureId(),
    addresses: {},
    custom_fields: {},
    contact_id: null,
    profile_picture: null,
  }
  const contacts = await listContactsEverOf(db, 'registrant', {
    account_id: actor.account_id,
    id,
    contact_id,
  })
  if (!isDeleted) await blankPerson(db, actor, id, blanks)
  await blankHistory(db, actor.account_id, id, blanks)
  if (isDeleted) await insertTombstone(db, actor, id)
  await blankLetters(db, id)
  await deleteLinksOf(db, id)
  await deleteImages(db, 'registrant', id)
  for (const contact of contacts) await dropContact(db, actor, contact)
  const scans = await listClientIdsOf(db, id)
  await forgetAttendances(db, actor, id)
  await withholdAnswersAbout(db, actor.account_id, {
    id,
    event_id,
    texts: [email, ...scans].map(text => JSON.stringify(text)),
  })
}
