import Type, { type Static } from 'typebox'
import { attributesOf } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { Color } from '../../http/values/forms.ts'
import { Html, Id, Nullable, Text, Timestamp, Whole } from '../../http/values/values.ts'

/** What a client may say of a track. */
export const TrackInput = Type.Object({
  event_id: Id({
    description: 'The event that the track belongs to. Cannot be changed later.',
    examples: [67890],
  }),
  name: Text(255, { minLength: 1, description: 'Name of the track.', examples: ['Security'] }),
  color: Type.Optional(Nullable(Color({ description: 'Colour in the programme.' }))),
  description: Type.Optional(Nullable(Html({ description: 'HTML.' }))),
  sort: Type.Optional(
    Whole({ default: 0, description: 'Position among the tracks of the event, ascending.' }),
  ),
  external_id: Type.Optional(
    Nullable(Text(255, { description: 'Identifier in another system, unique per event.' })),
  ),
})
export type TrackInput = Static<typeof TrackInput>

/** A track as it is returned. */
export const Track = Type.Object({
  id: Id({ examples: [5678] }),
  event_id: Id({ examples: [67890] }),
  name: Text(255, { examples: ['Security'] }),
  color: Nullable(Color()),
  description: Nullable(Html()),
  sort: Whole(),
  external_id: Nullable(Text(255)),
  created_at: Timestamp(),
  updated_at: Timestamp(),
})
export type Track = Static<typeof Track>

export const trackLists: Listable = {
  attributes: attributesOf(Track),
  sparse: ['id', 'name'],
  long: { description: /^description$/ },
}
