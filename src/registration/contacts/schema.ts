import Type, { type Static, type TSchema } from 'typebox'
import { dropDefaults } from '../../http/document/schemas.ts'
import { attributesOf, storedIn } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { Email } from '../../http/values/forms.ts'
import {
  Html,
  HttpUrl,
  Id,
  LocalDate,
  Named,
  Nullable,
  Text,
  Timestamp,
  Word,
} from '../../http/values/values.ts'
import { writers } from '../../http/view.ts'

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))

/** What a client may say of a contact. */
export const ContactInput = Type.Object({
  email: Email({
    description: 'Address, which no other contact of the account has.',
    examples: ['ada@example.com'],
  }),
  prefix: optional(Text(64, { description: 'Title before the name, such as Dr.' })),
  first_name: optional(Text(255, { description: 'First name.', examples: ['Ada'] })),
  middle_name: optional(Text(255, { description: 'Middle name.' })),
  last_name: optional(Text(255, { description: 'Last name.', examples: ['Lovelace'] })),
  suffix: optional(Text(64, { description: 'What follows the name, such as Jr.' })),
  company: optional(Text(255, { description: 'Company or organisation.' })),
  job_title: optional(Text(255, { description: 'Job title.' })),
  bio: optional(Html({ description: 'HTML.' })),
  birth_date: optional(LocalDate({ description: 'Date of birth.', examples: ['1970-12-10'] })),
  gender: optional(
    Named(64, { description: 'In: also as `{"id": 2, "value": "…"}`, of which the value is kept.' }),
  ),
  work_phone: optional(Text(64, { description: 'Phone number at work.' })),
  mobile_phone: optional(Text(64, { description: 'Mobile phone number.' })),
  cc_email: optional(Email({ description: 'Another address.', examples: ['office@example.com'] })),
  vat_number: optional(Text(64, { description: 'VAT number.' })),
  twitter_handle: optional(Text(255, { description: 'Handle on Twitter (X).' })),
  notes: optional(Text(100_000, { description: 'Notes of the organiser.' })),
  profile_picture: optional(HttpUrl({ description: 'URL of a picture, which `/image` takes as well.' })),
  subscribe_status: Type.Optional(
    Word(['subscribed', 'unsubscribed'], {
      default: 'subscribed',
      description: 'Whether the contact wants to hear of other events. Lectern sends nothing by it.',
    }),
  ),
  external_id: optional(Text(255, { description: 'Identifier in another system, unique per account.' })),
})
export type ContactInput = Static<typeof ContactInput>

const plain = (Type.Required(dropDefaults(ContactInput)) as Type.TObject)
  .properties as typeof ContactInput.properties

/** A contact as they are returned. */
export const Contact = Type.Object({
  id: Id({ description: 'Unique identifier.', examples: [77] }),
  account_id: Id({ description: 'The account.', examples: [1] }),
  ...plain,
  gender: Type.Object(
    { id: Type.Null(), value: Nullable(Text(64)) },
    { description: 'The value; both null when it is unset.', examples: [{ id: null, value: 'female' }] },
  ),
  forgotten_at: Nullable(Timestamp({ description: 'When the contact was forgotten, in UTC.' })),
  created_at: Timestamp({ description: 'When it was created, in UTC.' }),
  updated_at: Timestamp({ description: 'When it was changed last, in UTC.' }),
  ...writers,
})

export const contactLists = {
  attributes: {
    ...attributesOf(Contact, ['gender']),
    gender: { comparison: 'text', column: (db, alias) => db`${db(`${alias}.gender`)}` },
  },
  stored: storedIn(Contact, ['gender']),
  sparse: ['id', 'first_name', 'last_name'],
  expansions: ['registrants'],
} satisfies Listable as Listable
