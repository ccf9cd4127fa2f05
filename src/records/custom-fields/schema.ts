import Type, { type Static } from 'typebox'

/** Kinds of custom values: of a session field, or of an event's question. */
export const valueTypes = [
  'textInput',
  'textArea',
  'dropDownList',
  'radioList',
  'checkboxList',
  'email',
  'phone',
  'date',
  'time',
  'number',
  'url',
  'flag',
] as const
type ValueType = (typeof valueTypes)[number]

/** Types whose values are chosen from a list; `checkboxList` takes several. */
export const choiceTypes: readonly string[] = [
  'dropDownList',
  'radioList',
  'checkboxList',
] satisfies ValueType[]

/** Most choices of one definition. */
export const mostChoices = 5000

/** What a client may say of choices. */
export const ChoiceInputs = Type.Optional(
  Type.Array(
    Type.Object({
      id: Type.Optional(Type.Integer({ description: 'A choice that exists.' })),
      name: Type.Optional(Type.String({ description: 'Its name, or its new name.' })),
      sort: Type.Optional(Type.Integer()),
      delete: Type.Optional(Type.Boolean({ description: 'Whether to delete it.' })),
    }),
    {
      maxItems: mostChoices,
      description: 'Choices to add (`name`), rename (`id`, `name`) or delete (`id`, `delete`).',
      examples: [[{ name: 'Beginner' }, { name: 'Advanced', sort: 2 }]],
    },
  ),
)

/** Custom values of an object, by attribute, as they are sent and returned. */
export const CustomFields = (noun: string) =>
  Type.Object(
    {},
    {
      additionalProperties: true,
      description: `Custom fields associated with the ${noun}, by attribute. Chosen values by id.`,
      examples: [{ c_1001: 'Value1', c_1002: [{ id: 123 }] }],
    },
  )

export const Choice = Type.Object({
  id: Type.Integer({ examples: [149] }),
  name: Type.String({ examples: ['Beginner'] }),
  sort: Type.Integer(),
})
export type Choice = Static<typeof Choice>
