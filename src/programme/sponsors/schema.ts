import Type, { type Static, type TSchema } from 'typebox'
import { dropDefaults } from '../../http/document/schemas.ts'
import { attributesOf, storedIn } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { Html, HttpUrl, Id, Named, Nullable, Text, Timestamp, Whole } from '../../http/values/values.ts'
import { AlwaysNull, writers } from '../../http/view.ts'
import { CustomFields } from '../../records/custom-fields/schema.ts'

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))

/** What a client may say of a sponsor. */
export const SponsorInput = Type.Object({
  event_id: Id({ description: 'The event that is supported. Cannot be changed later.', examples: [67890] }),
  name: Text(255, { minLength: 1, description: 'Name of the sponsor.', examples: ['Analytical Engines'] }),
  level: optional(
    Named(64, {
      description:
        'How much they support. In: also as `{"id": 2, "value": "Gold"}`, of which the value is kept.',
    }),
  ),
  website: optional(HttpUrl({ description: 'Their website.', examples: ['https://example.com'] })),
  description: optional(Html({ description: 'HTML.' })),
  logo_id: optional(
    HttpUrl({ description: 'URL of their logo.', examples: ['https://example.com/logo.png'] }),
  ),
  webinar_url: optional(HttpUrl({ description: 'URL of a webinar of theirs.' })),
  video_url: optional(HttpUrl({ description: 'URL of a video of theirs.' })),
  notes: optional(Text(100_000, { description: 'Notes of the organiser.' })),
  sort: Type.Optional(
    Whole({ default: 0, description: 'Position among the sponsors of the event, ascending.' }),
  ),
  external_id: optional(Text(255, { description: 'Identifier in another system, unique per event.' })),
})
export type SponsorInput = Static<typeof SponsorInput>

const { level: _level, ...plain } = dropDefaults(SponsorInput).properties as typeof SponsorInput.properties

/** A sponsor as it is returned. */
export const Sponsor = Type.Object(
  {
    id: Id({ examples: [55] }),
    ...(Type.Required(Type.Object(plain)).properties as typeof plain),
    level: Type.Object(
      { id: Type.Null(), value: Nullable(Text(64)) },
      { description: 'The value; both null when it is unset.', examples: [{ id: null, value: 'Gold' }] },
    ),
    direct_link: AlwaysNull(HttpUrl(), 'Page of the sponsor.'),
    custom_fields: CustomFields('sponsor'),
    created_at: Timestamp(),
    updated_at: Timestamp(),
    ...writers,
  },
  {
    additionalProperties: true,
    description: 'Custom fields are in `custom_fields`, and beside the others as `c_N`.',
  },
)

const derived = ['level', 'direct_link', 'custom_fields']

export const sponsorLists: Listable = {
  attributes: {
    ...attributesOf(Sponsor, derived),
    level: { comparison: 'text', column: (db, alias) => db`${db(`${alias}.level`)}` },
  },
  stored: storedIn(Sponsor, derived),
  sparse: ['id', 'name'],
  long: { description: /^description$/, notes: /^notes$/, custom_fields: /^(custom_fields|c_\d+)$/ },
}
