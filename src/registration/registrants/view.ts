import type { Db } from '../../db/connection.ts'
import { type Projection, project, storedFields } from '../../http/lists/listing.ts'
import { isBlank } from '../../http/values/draft.ts'
import { viewOf } from '../../http/view.ts'
import {
  attributeOf,
  type CustomField,
  mustBeAnswered,
  showCustomValues,
} from '../../records/custom-fields/values.ts'
import { listLettersOf } from '../../records/outbox/queries.ts'
import { listSessionBriefsByIds } from '../../records/sessions/brief-queries.ts'
import { noMoney } from './money-schema.ts'
import type { RegistrantRow } from './queries.ts'
import { type Address, AddressInput, type AddressKind, Registrant, registrantLists } from './schema.ts'

const members = viewOf(Registrant)

/** Every line of an address, null for one that is empty; null for an address of which nothing is known. */
const showAddress = (address: Address | undefined) =>
  address && addressLines.some(line => address[line])
    ? Object.fromEntries(addressLines.map(line => [line, address[line] ?? null]))
    : null
const addressLines = Object.keys(AddressInput.properties) as (keyof Address)[]

/** A registrant as they leave, with their answers as `c_N`. */
export function showRegistrant(row: RegistrantRow, questions: CustomField[]) {
  const seats = row.selections.filter(
    selection => selection.state === 'selected' || selection.state === 'held',
  )
  const waits = row.selections.filter(
    selection => selection.state === 'waitlisted' || selection.state === 'offered',
  )
  const ids = (selections: { session_id: number }[]) =>
    selections.map(selection => String(selection.session_id))
  const answers = showCustomValues(questions, row.custom_fields)
  return {
    ...members({
      ...row,
      reg_type_id: row.reg_type_id
        ? { id: row.reg_type_id, value: row.reg_type_name }
        : { id: '', value: null },
      session_ids: ids(seats),
      waitlisted_session_ids: ids(waits),
      expired_session_ids: row.expired_session_ids.map(String),
      ...noMoney,
      missing_answers: questions
        .filter(mustBeAnswered)
        .map(attributeOf)
        .filter(attribute => isBlank(answers[attribute])),
    } as never),
    ...answers,
  }
}

/** Registrants with the fields and related objects that were asked for, at the same number of statements for any number. */
export async function showRegistrants(
  db: Db,
  rows: RegistrantRow[],
  questions: CustomField[],
  projection: Projection,
): Promise<Record<string, unknown>[]> {
  if (storedFields(registrantLists, projection)) return rows.map(row => project(row, projection))
  const related = await relatedOf(db, rows, projection.expand)
  return rows.map(row => project({ ...showRegistrant(row, questions), ...related(row) }, projection))
}

async function relatedOf(
  db: Db,
  rows: RegistrantRow[],
  expand: Set<string>,
): Promise<(row: RegistrantRow) => Record<string, unknown>> {
  const session_ids = rows.flatMap(row => row.selections.map(selection => selection.session_id))
  const [sessions, letters] = await Promise.all([
    expand.has('sessions') ? listSessionBriefsByIds(db, session_ids) : [],
    expand.has('emailHistory')
      ? listLettersOf(
          db,
          rows.map(row => row.id),
        )
      : [],
  ])
  const sessionOf = new Map(sessions.map(session => [session.id, session]))
  const address = (row: RegistrantRow, kind: AddressKind) =>
    expand.has(`${kind}Address`) && { [`${kind}Address`]: showAddress(row.addresses[kind]) }
  return row => ({
    ...(expand.has('sessions') && {
      sessions: row.selections.flatMap(({ session_id, state }) => {
        const session = sessionOf.get(session_id)
        return session ? [{ ...session, state }] : []
      }),
    }),
    ...address(row, 'home'),
    ...address(row, 'work'),
    ...address(row, 'billing'),
    ...(expand.has('emailHistory') && {
      emailHistory: letters.filter(letter => letter.registrant_id === row.id),
    }),
    ...(expand.has('lineItems') && { lineItems: [] }),
  })
}
