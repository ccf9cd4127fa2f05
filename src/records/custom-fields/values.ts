import type { TSchema } from 'typebox'
import type { Db } from '../../db/connection.ts'
import type { Fault } from '../../errors.ts'
import { type Ignored, ignoring } from '../../http/ignored.ts'
import { type Attribute, columnTypes, comparisonOf } from '../../http/lists/attributes.ts'
import { type Body, type Draft, isBlank, isUnchanged, Repeated } from '../../http/values/draft.ts'
import { Email, Phone } from '../../http/values/forms.ts'
import {
  Decimal,
  Flag,
  faultOf,
  Html,
  HttpUrl,
  LocalDate,
  LocalTime,
  readValue,
  Text,
  unwrapChoice,
} from '../../http/values/values.ts'
import { type Choice, choiceTypes } from './schema.ts'

/** What a value is read by: a session field, or a question of an event. */
export type CustomField = {
  id: number
  name: string
  type: string
  required: number
  allow_html: number
  choices: Choice[]
}

/** Values as they are stored: by attribute, chosen ids as an array. Absent is unset. */
export type StoredValues = Record<string, unknown>

const longest = 20_000

/** The custom values of a body: in `custom_fields`, or flat as `c_N`. */
export function customValuesIn(body: Body): Body {
  const nested = body.custom_fields
  const flat = Object.entries(body).filter(([name]) => isAttribute(name))
  return {
    ...(nested && typeof nested === 'object' && !Array.isArray(nested) ? (nested as Body) : {}),
    ...Object.fromEntries(flat),
  }
}

/** What is wrong with `custom_fields` as a whole: nothing can be read of what is no object. */
export function faultsOfShape({ custom_fields: given }: Body): Fault[] {
  if (isBlank(given) || (typeof given === 'object' && !Array.isArray(given))) return []
  const message = 'must be an object with values by attribute, such as {"c_1001": "Value"}.'
  return [faultOf('custom_fields', { type: 'object', message })]
}

/**
 * Reads custom values by the type of their field; those of no field are named as `unknown`. `current` are the values of the
 * session that is being changed: fields that are not given keep them. Only a new session needs the required ones.
 */
export function readCustomValues(
  fields: CustomField[],
  given: Body,
  current?: StoredValues,
): { values: StoredValues; faults: Fault[]; unknown: string[] } {
  const values: StoredValues = { ...current }
  const faults: Fault[] = []
  for (const field of fields) {
    const attribute = attributeOf(field)
    const raw = valueFor(field, given[attribute])
    if (isUnchanged(raw, current?.[attribute])) continue
    if (!isBlank(raw)) {
      const reading = readCustomValue(field, raw)
      if ('value' in reading) values[attribute] = reading.value
      else faults.push({ field: attribute, type: reading.type, message: `${field.name} ${reading.message}` })
    } else if (!current || attribute in given) {
      delete values[attribute]
      if (mustBeAnswered(field))
        faults.push({ field: attribute, type: 'required', message: `${field.name} cannot be blank.` })
    }
  }
  const known = new Set(fields.map(attributeOf))
  return { values, faults, unknown: Object.keys(given).filter(name => isAttribute(name) && !known.has(name)) }
}

/** What custom values are read by, and where those of no definition are named. */
export type Definitions = { fields: CustomField[]; ignored: Ignored | undefined }

/** A draft with the custom values of its body, as `custom_fields`; `stored` is the record that is being changed. */
export function withCustomValues<T extends object>(
  draft: Draft<T>,
  body: Body,
  by: Definitions | undefined,
  stored?: { custom_fields?: StoredValues },
): Draft<T> {
  if (!by) return draft
  const { values, faults, unknown } = readCustomValues(by.fields, customValuesIn(body), stored?.custom_fields)
  return {
    given: { ...draft.given, custom_fields: values },
    faults: [...draft.faults, ...faultsOfShape(body), ...faults, ...ignoring(by.ignored, unknown)],
  }
}

export const isAttribute = (name: string) => /^c_\d+$/.test(name)

/** Whether a value is required; a list without choices asks for nothing. */
export function mustBeAnswered({ type, required, choices }: CustomField): boolean {
  return required === 1 && (choices.length > 0 || !choiceTypes.includes(type))
}

/** Of a name that a form repeats only a list of boxes takes all values. */
function valueFor({ type }: CustomField, raw: unknown): unknown {
  return raw instanceof Repeated && type !== 'checkboxList' ? raw.at(-1) : raw
}

/** The values as they leave: every field of the account, flat, choices with their names, unset ones as null. */
export function showCustomValues(fields: CustomField[], stored: StoredValues = {}): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  for (const field of fields) {
    const attribute = attributeOf(field)
    shown[attribute] = showCustomValue(field, stored[attribute])
  }
  return shown
}

/** What lists can be searched and sorted by. */
export function customAttributes(fields: CustomField[]): Record<string, Attribute> {
  return Object.fromEntries(fields.map(field => [attributeOf(field), customAttribute(field)]))
}

/** `c_` followed by the id. */
export function attributeOf(field: { id: number }): string {
  return `c_${field.id}`
}

function readCustomValue(field: CustomField, raw: unknown) {
  if (choiceTypes.includes(field.type)) return readChoices(field, raw)
  return readValue(kindOf(field), raw)
}

/** Whether values are HTML. */
export function isHtml({ type, allow_html }: CustomField): boolean {
  return allow_html === 1 && (type === 'textInput' || type === 'textArea')
}

function kindOf(field: CustomField): TSchema {
  return isHtml(field) ? Html() : (kinds[field.type] ?? Text(longest))
}

const kinds: Record<string, TSchema> = {
  email: Email(),
  phone: Phone(),
  date: LocalDate(),
  time: LocalTime(),
  number: Decimal(),
  url: HttpUrl(),
  flag: Flag(),
}

/** Choices arrive as an id, `{"id": …}`, or an array of either; a choice's name is understood too. */
function readChoices(field: CustomField, raw: unknown) {
  const given = chosenIn(raw)
  const known = idsOf(field.choices)
  const ids = given.map(text => known.get(text))
  const unknown = unknownChoices(field, raw)
  if (unknown.length > 0)
    return { type: 'choice', message: `has no choice ${unknown.slice(0, 3).join(', ')}.` }
  if (ids.length > 1 && field.type !== 'checkboxList')
    return { type: 'choice', message: 'takes one choice only.' }
  return { value: [...new Set(ids)] }
}

const chosenIn = (raw: unknown): string[] =>
  (Array.isArray(raw) ? raw : [raw])
    .map(item => String(unwrapChoice(item)).trim())
    .filter(text => text !== '')

/** What a value of a list names that is no choice of it. */
export function unknownChoices(field: CustomField, raw: unknown): string[] {
  const known = idsOf(field.choices)
  return chosenIn(valueFor(field, raw)).filter(text => !known.has(text))
}

/** What is made of a list of choices, made once: definitions are remembered, and never changed in place. */
function madeOnce<T>(make: (choices: Choice[]) => T): (choices: Choice[]) => T {
  const made = new WeakMap<Choice[], T>()
  return choices => {
    const known = made.get(choices) ?? make(choices)
    made.set(choices, known)
    return known
  }
}

/** Ids of choices by what clients call them: the id or, when there is none of that id, the name. */
const idsOf = madeOnce(
  choices =>
    new Map([
      ...choices.map(({ id, name }): [string, number] => [name, id]).reverse(),
      ...choices.map(({ id }): [string, number] => [String(id), id]),
    ]),
)
const namesOf = madeOnce(choices => new Map(choices.map(({ id, name }) => [id, name])))

function showCustomValue(field: CustomField, value: unknown): unknown {
  if (!choiceTypes.includes(field.type)) return value ?? null
  const chosen: { id: number; value: string }[] = []
  for (const id of (value as number[] | undefined) ?? []) {
    const name = namesOf(field.choices).get(id)
    if (name !== undefined) chosen.push({ id, value: name })
  }
  return field.type === 'checkboxList' ? chosen : (chosen[0] ?? { id: '', value: null })
}

function customAttribute(field: CustomField): Attribute {
  const name = attributeOf(field)
  if (choiceTypes.includes(field.type)) return choiceAttribute(name, field.choices)
  const comparison = comparisonOf(kindOf(field))!
  // Values are stored in the form that their kind is read into, so that the cast never fails.
  return {
    comparison,
    column: (db, alias) =>
      db`(${db(`${alias}.custom_fields`)} ->> ${name})::${db.unsafe(columnTypes[comparison])}`,
  }
}

/** Rows with several choices are compared choice by choice, in the order of the choices. */
function choiceAttribute(name: string, choices: Choice[]): Attribute {
  const chosen = (db: Db, alias: string) =>
    db`jsonb_array_elements(${db(`${alias}.custom_fields`)} -> ${name}) chosen`
  return {
    choices,
    holds: (db, alias, ids) =>
      db`(exists (select from ${chosen(db, alias)} ${ids ? db`where chosen::bigint = any(${ids}::bigint[])` : db``}))`,
    column: (db, alias) => db`(
      select array_agg(place order by place)
      from ${chosen(db, alias)} join unnest(${choices.map(({ id }) => id)}::bigint[]) with ordinality as c (id, place)
        on c.id = chosen::bigint)`,
  }
}
