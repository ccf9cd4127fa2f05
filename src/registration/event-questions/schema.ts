import Type, { type Static, type TSchema } from 'typebox'
import { attributesOf } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { Flag, Id, Nullable, Text, Timestamp, Whole, Word } from '../../http/values/values.ts'
import { Choice, ChoiceInputs, valueTypes } from '../../records/custom-fields/schema.ts'

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))

/** What a client may say of a question, apart from its choices. */
export const EventQuestionInput = Type.Object({
  event_id: Id({
    description: 'The event whose registrants answer it. Cannot be changed later.',
    examples: [67890],
  }),
  name: Text(1000, { minLength: 1, description: 'The question.', examples: ['What do you eat?'] }),
  type: Type.Optional(
    Word([...valueTypes], {
      default: 'textInput',
      description: 'Kind of answer. Cannot be changed later.',
      examples: ['radioList'],
    }),
  ),
  public_short_name: optional(Text(255, { description: 'Short name that attendees see.' })),
  admin_short_name: optional(Text(255, { description: 'Short name for internal usage.' })),
  hint: optional(Text(1000, { description: 'Hint shown beside the question.' })),
  required: Type.Optional(
    Flag({
      default: 0,
      description: 'Attendees must answer it; of others, `missing_answers` of the registrant names it.',
    }),
  ),
  visible: Type.Optional(Flag({ default: 1, description: 'Whether attendees see it.' })),
  allow_html: Type.Optional(
    Flag({ default: 0, description: 'Whether the answer is HTML; it is sanitised then.' }),
  ),
  page_id: optional(Id({ description: 'The page of the registration form that it is on.' })),
  sort: Type.Optional(Whole({ default: 0, description: 'Position, ascending.' })),
})
export type EventQuestionInput = Static<typeof EventQuestionInput>

/** The body of a create or update: the input with its choices. */
export const EventQuestionBody = Type.Object({ ...EventQuestionInput.properties, choices: ChoiceInputs })

/** A question as it is returned. */
export const EventQuestion = Type.Object({
  id: Id({ examples: [2001] }),
  event_id: Id({ examples: [67890] }),
  type: Word([...valueTypes], { examples: ['radioList'] }),
  attribute: Type.String({
    description: '"c_" followed by the id: the name of the answer in a registrant.',
    examples: ['c_2001'],
  }),
  name: Text(1000, { examples: ['What do you eat?'] }),
  public_short_name: Nullable(Text(255)),
  admin_short_name: Nullable(Text(255)),
  hint: Nullable(Text(1000)),
  required: Flag(),
  visible: Flag(),
  allow_html: Flag(),
  page_id: Nullable(Id()),
  sort: Whole(),
  choices: Type.Array(Choice),
  created_at: Timestamp(),
  updated_at: Timestamp(),
})
export type EventQuestion = Static<typeof EventQuestion>

export const eventQuestionLists: Listable = {
  attributes: attributesOf(EventQuestion, ['attribute']),
  sparse: ['id', 'attribute', 'name', 'type'],
}
