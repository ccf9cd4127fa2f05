import Type, { type Static } from 'typebox'
import { attributesOf } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { Id, Nullable, Text, Timestamp, Whole } from '../../http/values/values.ts'

/** What a client may say of a registrant group. */
export const RegistrantGroupInput = Type.Object({
  event_id: Id({
    description: 'The event that the group belongs to. Cannot be changed later.',
    examples: [67890],
  }),
  name: Text(255, { minLength: 1, description: 'Name of the group.', examples: ['Analytical Society'] }),
  external_id: Type.Optional(
    Nullable(Text(255, { description: 'Identifier in another system, unique per event.' })),
  ),
})
export type RegistrantGroupInput = Static<typeof RegistrantGroupInput>

/** A registrant group as it is returned. */
export const RegistrantGroup = Type.Object({
  id: Id({ examples: [654] }),
  event_id: Id({ examples: [67890] }),
  name: Text(255, { examples: ['Analytical Society'] }),
  external_id: Nullable(Text(255)),
  size: Whole({ description: 'Members who are active or in progress.', examples: [4] }),
  missing_members: Whole({
    description:
      'How many members are still to come until the group has the `min_group_size` of every type that its members have. Search for `missing_members>0` to find the groups that are not complete.',
    examples: [1],
  }),
  created_at: Timestamp(),
  updated_at: Timestamp(),
})
export type RegistrantGroup = Static<typeof RegistrantGroup>

export const registrantGroupLists: Listable = {
  attributes: attributesOf(RegistrantGroup),
  sparse: ['id', 'name'],
}
