import Type, { type Static, type TSchema } from 'typebox'
import { attributesOf } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { Flag, Id, Nullable, Text, Timestamp, Whole, Word } from '../../http/values/values.ts'
import { Choice, ChoiceInputs, valueTypes } from '../../records/custom-fields/schema.ts'

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))

/** What a client may say of a session field, apart from its choices. */
export const SessionFieldInput = Type.Object({
  name: Text(255, { minLength: 1, description: 'Name of the field.', examples: ['Level'] }),
  type: Word([...valueTypes], {
    description: 'Kind of value. Cannot be changed later.',
    examples: ['dropDownList'],
  }),
  required: Type.Optional(Flag({ default: 0, description: 'Whether a new session must have a value.' })),
  visible: Type.Optional(
    Flag({
      default: 0,
      description: 'Whether its values are shown on session pages, on own pages and in e-mails.',
    }),
  ),
  sort: Type.Optional(Whole({ default: 0, description: 'Position, ascending.' })),
  allow_html: Type.Optional(
    Flag({ default: 0, description: 'Whether the value is HTML; it is sanitised then.' }),
  ),
  s_hint: optional(Text(1000, { description: 'Hint shown beside the field.' })),
})
export type SessionFieldInput = Static<typeof SessionFieldInput>

/** The body of a create or update: the input with its choices and settings. */
export const SessionFieldBody = Type.Object({
  ...SessionFieldInput.properties,
  choices: ChoiceInputs,
  settings: Type.Optional(
    Type.Object(
      {},
      { additionalProperties: true, description: 'Kept as given, for the pages of the organiser.' },
    ),
  ),
})

/** A session field as it is returned. */
export const SessionField = Type.Object({
  id: Id({ examples: [1001] }),
  attribute: Type.String({
    description: '"c_" followed by the id: the name of the value in a session.',
    examples: ['c_1001'],
  }),
  name: Text(255, { examples: ['Level'] }),
  type: Word([...valueTypes], { examples: ['dropDownList'] }),
  required: Flag(),
  visible: Flag(),
  sort: Whole(),
  allow_html: Flag(),
  s_hint: Nullable(Text(1000)),
  choices: Type.Array(Choice),
  settings: Type.Object({}, { additionalProperties: true }),
  created_at: Timestamp(),
  updated_at: Timestamp(),
})
export type SessionField = Static<typeof SessionField>

export const sessionFieldLists: Listable = {
  attributes: attributesOf(SessionField, ['attribute']),
  sparse: ['id', 'attribute', 'name', 'type'],
}
