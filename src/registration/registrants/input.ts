import type { Fault } from '../../errors.ts'
import { type Body, type Draft, type Given, isBlank, readNew, readUpdate } from '../../http/values/draft.ts'
import { faultOf, unwrapChoice } from '../../http/values/values.ts'
import {
  attributeOf,
  type CustomField,
  customValuesIn,
  faultsOfShape,
  readCustomValues,
  type StoredValues,
} from '../../records/custom-fields/values.ts'
import type { ProfileChange } from './queries.ts'
import {
  type Address,
  AddressInput,
  type AddressKind,
  addressKinds,
  impersonal,
  RegistrantInput,
} from './schema.ts'

/** Everything that a body says of a registrant. */
export type RegistrantDraft<T> = Draft<T> & {
  addresses: Partial<Record<AddressKind, Address>>
  answers: StoredValues
  /** attributes of answers that are taken back */
  unanswered: string[]
  /** attributes of no question */
  unknown: string[]
  /** undefined: no sessions were named */
  session_ids: number[] | undefined
}

/** Reads the body of a new registrant. The organiser's API may leave required questions open; the answer names them. */
export function readNewRegistrant(questions: CustomField[], body: Body): RegistrantDraft<RegistrantInput> {
  return withParts(readNew(RegistrantInput, body), questions, body)
}

/** Reads the body of a change. */
export function readRegistrantUpdate(
  questions: CustomField[],
  body: Body,
): RegistrantDraft<Given<RegistrantInput>> {
  const draft = readUpdate(RegistrantInput, body)
  delete draft.given.event_id
  // Falling back to the default would bring back a registrant who has cancelled.
  if (isBlank(body.registration_status)) delete draft.given.registration_status
  return withParts(draft, questions, body)
}

/** Whether a change stores something about who a person is. */
export function isPersonal({ given, addresses, answers }: ProfileChange): boolean {
  return (
    Object.entries(given).some(([name, value]) => value !== null && !impersonal.includes(name)) ||
    Object.keys({ ...addresses, ...answers }).length > 0
  )
}

function withParts<T>(draft: Draft<T>, questions: CustomField[], body: Body): RegistrantDraft<T> {
  const given = customValuesIn(body)
  const answers = readCustomValues(
    questions.map(question => ({ ...question, required: 0 })),
    given,
  )
  const addresses = readAddresses(body)
  const sessions = readIds('session_ids', body.session_ids)
  draft.faults.push(...faultsOfShape(body), ...answers.faults, ...addresses.faults, ...sessions.faults)
  return {
    ...draft,
    addresses: addresses.values,
    answers: answers.values,
    unanswered: questions
      .map(attributeOf)
      .filter(attribute => attribute in given && !(attribute in answers.values)),
    unknown: answers.unknown,
    session_ids: sessions.ids,
  }
}

/**
 * `work_address_id.line_1=…`, `work_address_id[line_1]=…`, or `"work_address_id": {"line_1": …}`; nothing in place of an
 * address empties all of it.
 */
function readAddresses(body: Body): { values: Partial<Record<AddressKind, Address>>; faults: Fault[] } {
  const values: Partial<Record<AddressKind, Address>> = {}
  const faults: Fault[] = []
  for (const kind of addressKinds) {
    const prefix = `${kind}_address_id`
    const address = addressIn(body, prefix)
    if (!address) {
      faults.push(faultOf(prefix, { type: 'address', message: `must be an address: ${lines.join(', ')}.` }))
      continue
    }
    const draft = readUpdate(AddressInput, address)
    faults.push(...draft.faults.map(fault => ({ ...fault, field: `${prefix}.${fault.field}` })))
    if (Object.keys(draft.given).length > 0) values[kind] = draft.given
  }
  return { values, faults }
}

/** What a body says of the lines of an address; undefined for what is no address. */
function addressIn(body: Body, prefix: string): Body | undefined {
  const given = body[prefix]
  const isEmptied = given === null || (typeof given === 'string' && given.trim() === '')
  const nested = isEmptied ? noAddress : (given ?? {})
  if (typeof nested !== 'object' || Array.isArray(nested)) return undefined
  const dotted = Object.entries(body)
    .filter(([name]) => name.startsWith(`${prefix}.`))
    .map(([name, value]) => [name.slice(prefix.length + 1), value])
  return { ...nested, ...Object.fromEntries(dotted) }
}

const lines = Object.keys(AddressInput.properties)
const noAddress: Body = Object.fromEntries(lines.map(line => [line, null]))

/** Ids as an array, an object of a bracketed form, text joined by commas, or one id; undefined when none are named. */
export function readIds(field: string, raw: unknown): { ids: number[] | undefined; faults: Fault[] } {
  if (raw === null || (typeof raw !== 'object' && isBlank(raw))) return { ids: undefined, faults: [] }
  const items = typeof raw === 'object' ? Object.values(raw) : [raw]
  const texts = items
    .filter(item => !isBlank(item))
    .flatMap(item => String(unwrapChoice(item)).split(','))
    .map(text => text.trim())
    .filter(text => text !== '')
  const isId = (text: string) => /^\d{1,15}$/.test(text) && Number(text) > 0
  const wrong = texts.filter(text => !isId(text))
  if (wrong.length > 0)
    return {
      ids: undefined,
      faults: [
        faultOf(field, {
          type: 'integer',
          message: `must be ids of sessions, not ${wrong.slice(0, 3).join(', ')}.`,
        }),
      ],
    }
  return { ids: [...new Set(texts.map(Number))], faults: [] }
}
