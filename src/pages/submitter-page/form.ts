import Type from 'typebox'
import type { Fault } from '../../errors.ts'
import { asHtml, type Html, html, inLines } from '../../http/html.ts'
import { type Body, readUpdate } from '../../http/values/draft.ts'
import type { Written } from '../../programme/own-submissions/own-submissions.ts'
import type { Form, OwnSubmission } from '../../programme/own-submissions/queries.ts'
import type { SessionFieldRow } from '../../programme/session-fields/session-fields.ts'
import { SessionInput } from '../../programme/sessions/input-schema.ts'
import { choiceTypes } from '../../records/custom-fields/schema.ts'
import {
  attributeOf,
  isHtml,
  readCustomValues,
  type StoredValues,
} from '../../records/custom-fields/values.ts'
import { plainText } from '../../registration/agenda/visible-values.ts'
import { inWords, textsIn, untickedIn } from '../own-page/details.ts'
import { type Question, questionField, textQuestion } from '../own-page/questions.ts'

const { name, description } = SessionInput.properties
const Texts = Type.Object({ name, description })

/** What a form asks besides a title and a description. */
export type Asked = SessionFieldRow[]

/** The fields that an event asks for, in its order; those that were deleted since are left out. */
export const askedOf = (fields: SessionFieldRow[], ids: number[]): Asked =>
  ids.flatMap(id => fields.find(field => field.id === id) ?? [])

const questionOf = (field: SessionFieldRow): Question => ({ ...field, hint: field.s_hint })

/** Texts by the names of fields: what is in a form, from a body, a draft or what is stored. */
export type Filled = (name: string) => string[]

export const filledFrom =
  (body: Form | Body): Filled =>
  name =>
    textsIn(body as Body, name) ?? []

/** What is stored, as a form shows it. */
export function filledWith({ name, description, custom_fields }: OwnSubmission, asked: Asked): Filled {
  const values = new Map<string, string[]>([
    ['name', [name]],
    ['description', [textOfHtml(description)]],
    ...asked.map((field): [string, string[]] => [attributeOf(field), storedIn(field, custom_fields)]),
  ])
  return attribute => values.get(attribute) ?? []
}

function storedIn(field: SessionFieldRow, stored: StoredValues): string[] {
  const value = stored[attributeOf(field)] ?? null
  if (choiceTypes.includes(field.type)) return ((value as number[] | null) ?? []).map(String)
  if (value === null) return []
  return [isHtml(field) ? textOfHtml(String(value)) : String(value)]
}

const textOfHtml = (stored: string | null) => (stored === null ? '' : plainText(asHtml(stored)))

/** Text as HTML: a paragraph for each line. */
const htmlOfText = (text: string) =>
  text
    .split(/\r?\n/)
    .flatMap(line => (line.trim() === '' ? [] : html`<p>${line.trim()}</p>`.markup))
    .join('')

/** Title, description and what the event asks for. */
export function submissionFields(asked: Asked, filled: Filled, faults: Map<string, string>): Html {
  return inLines([
    textQuestion({
      name: 'name',
      label: 'Title',
      hint: null,
      isRequired: true,
      chosen: filled('name'),
      fault: faults.get('name'),
    }),
    questionField(
      { ...describing, required: 0 },
      filled('description'),
      faults.get('description'),
      'description',
    ),
    ...asked.map(field => {
      const attribute = attributeOf(field)
      return questionField(questionOf(field), filled(attribute), faults.get(attribute))
    }),
  ])
}

const describing: Question = {
  id: 0,
  name: 'Description',
  type: 'textArea',
  hint: 'What it is about, in plain text.',
  required: 0,
  choices: [],
  allow_html: 0,
}

/** What a form says, and what is wrong with it in words; what is stored stays where its text is the same. */
export function readForm(
  body: Body,
  asked: Asked,
  stored?: OwnSubmission,
): { written: Written; faults: Fault[] } {
  const text = (name: string) => textsIn(body, name)?.at(-1)?.trim() ?? ''
  const description = text('description')
  const values: Body = {}
  for (const field of asked) {
    const attribute = attributeOf(field)
    const texts = textsIn(body, attribute)
    const given = texts?.at(-1) ?? ''
    const current = stored?.custom_fields[attribute]
    if (field.type === 'checkboxList') values[attribute] = texts ?? []
    else if (field.type === 'flag') values[attribute] = given === '' ? '0' : given
    else if (isHtml(field))
      values[attribute] = current && sameText(String(current), given) ? current : htmlOfText(given)
    else values[attribute] = given
  }
  const read = readCustomValues(asked, values)
  const kept = stored?.description && sameText(stored.description, description) ? stored.description : null
  const written = { name: text('name'), description: kept ?? (htmlOfText(description) || null), values }
  const texts = readUpdate(Texts, written, stored)
  const questions = asked.map(questionOf)
  const faults = [
    ...(text('name') === '' ? [{ field: 'name', type: 'required', message: 'Please write a title.' }] : []),
    ...[
      ...texts.faults.filter(({ type }) => type !== 'required'),
      ...read.faults,
      ...untickedIn(questions, read.values),
    ].map(fault => inWords(questions, fault)),
  ]
  return { written, faults }
}

const sameText = (stored: string, given: string) =>
  textOfHtml(stored) ===
  given
    .split(/\r?\n/)
    .flatMap(line => line.trim() || [])
    .join('\n')
