import Type, { type Static, type TSchema } from 'typebox'
import { attributesOf } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { addressLines } from '../../http/values/addresses.ts'
import { Color } from '../../http/values/forms.ts'
import { Decimal, Flag, Id, Nullable, Text, Timestamp, Whole } from '../../http/values/values.ts'
import { writers } from '../../http/view.ts'

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))

/** What a client may say of a location. */
export const LocationInput = Type.Object({
  event_id: Id({
    description: 'The event that the location belongs to. Cannot be changed later.',
    examples: [67890],
  }),
  name: Text(255, { minLength: 1, description: 'Name of the location.', examples: ['Room 2.14'] }),
  capacity: optional(Whole({ minimum: 0, description: 'How many people fit; null is unknown.' })),
  turnaround_minutes: Type.Optional(
    Whole({
      default: 0,
      minimum: 0,
      description: 'How long the room needs between two sessions, in minutes.',
    }),
  ),
  color: optional(Color({ description: 'Colour in the programme.' })),
  use_event_address: Type.Optional(
    Flag({ default: 1, description: "Whether the location is at the event's address." }),
  ),
  ...addressLines,
  latitude: optional(Decimal({ minimum: -90, maximum: 90, description: 'Degrees north, WGS 84.' })),
  longitude: optional(Decimal({ minimum: -180, maximum: 180, description: 'Degrees east, WGS 84.' })),
  sort: Type.Optional(
    Whole({ default: 0, description: 'Position among the locations of the event, ascending.' }),
  ),
  external_id: optional(Text(255, { description: 'Identifier in another system, unique per event.' })),
})
export type LocationInput = Static<typeof LocationInput>

/** A location as it is returned. */
export const Location = Type.Object({
  id: Id({ examples: [1234] }),
  event_id: Id({ examples: [67890] }),
  name: Text(255, { examples: ['Room 2.14'] }),
  capacity: Nullable(Whole()),
  turnaround_minutes: Whole(),
  color: Nullable(Color()),
  use_event_address: Flag(),
  line_1: Nullable(Text(255)),
  line_2: Nullable(Text(255)),
  line_3: Nullable(Text(255)),
  city: Nullable(Text(255)),
  state: Nullable(Text(255)),
  zip: Nullable(Text(32)),
  country_code: Nullable(Text(2)),
  latitude: Nullable(Decimal()),
  longitude: Nullable(Decimal()),
  sort: Whole(),
  external_id: Nullable(Text(255)),
  created_at: Timestamp(),
  updated_at: Timestamp(),
  ...writers,
})
export type Location = Static<typeof Location>

export const locationLists: Listable = {
  attributes: attributesOf(Location),
  sparse: ['id', 'name'],
}
