import Type, { type Static, type TSchema } from 'typebox'
import { attributesOf } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { Html, Id, Nullable, Text, Timestamp, Whole } from '../../http/values/values.ts'

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))

/** What a client may say of a registrant type. */
export const RegTypeInput = Type.Object({
  event_id: Id({
    description: 'The event that the type belongs to. Cannot be changed later.',
    examples: [67890],
  }),
  name: Text(255, { minLength: 1, description: 'Name of the type.', examples: ['Student'] }),
  public_short_name: optional(Text(255, { description: 'Short name that attendees see.' })),
  admin_short_name: optional(Text(255, { description: 'Short name for internal usage.' })),
  description: optional(Html({ description: 'HTML.' })),
  capacity: optional(
    Whole({
      minimum: 0,
      description: 'The most registrants of this type; null is unlimited, 0 is closed.',
      examples: [50],
    }),
  ),
  sold_out_message: optional(Text(255, { description: 'Shown when the type is full.' })),
  min_group_size: optional(
    Whole({
      minimum: 1,
      description:
        'Smallest group of this type. No registrant is refused for it, because a group grows member by member: `missing_members` of a group says how many are still to come.',
    }),
  ),
  max_group_size: optional(
    Whole({ minimum: 1, description: 'Largest group of this type: one member more is refused.' }),
  ),
  sort: Type.Optional(
    Whole({ default: 0, description: 'Position among the types of the event, ascending.' }),
  ),
  external_id: optional(Text(255, { description: 'Identifier in another system, unique per event.' })),
})
export type RegTypeInput = Static<typeof RegTypeInput>

/** A registrant type as it is returned. */
export const RegType = Type.Object({
  id: Id({ examples: [321] }),
  event_id: Id({ examples: [67890] }),
  name: Text(255, { examples: ['Student'] }),
  public_short_name: Nullable(Text(255)),
  admin_short_name: Nullable(Text(255)),
  description: Nullable(Html()),
  capacity: Nullable(Whole({ examples: [50] })),
  sold_out_message: Nullable(Text(255)),
  min_group_size: Nullable(Whole()),
  max_group_size: Nullable(Whole()),
  sort: Whole(),
  external_id: Nullable(Text(255)),
  registrants_count: Whole({ description: 'Registrants of this type who are active or in progress.' }),
  created_at: Timestamp(),
  updated_at: Timestamp(),
})
export type RegType = Static<typeof RegType>

export const regTypeLists: Listable = {
  attributes: attributesOf(RegType),
  sparse: ['id', 'name'],
  long: { description: /^description$/ },
}
