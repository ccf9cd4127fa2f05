import Type, { type Static, type TSchema } from 'typebox'
import { type Attribute, attributesOf, storedIn } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { addressLines } from '../../http/values/addresses.ts'
import { Email, Language, SecureId } from '../../http/values/forms.ts'
import {
  Html,
  HttpUrl,
  Id,
  LocalDate,
  Named,
  Nullable,
  Text,
  Timestamp,
  TimeZone,
  Word,
} from '../../http/values/values.ts'
import { writers } from '../../http/view.ts'
import { Refusal, registrationStatuses } from '../../seats/schema.ts'
import { money } from './money-schema.ts'

const paymentStatuses = ['unpaid', 'partial', 'paid', 'refunded', 'not_required'] as const

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))

/** What a client may say of a registrant, apart from addresses, answers and sessions. */
export const RegistrantInput = Type.Object({
  event_id: Id({ description: 'The event. Cannot be changed later.', examples: [67890] }),
  email: Email({ description: 'E-mail address.' }),
  prefix: optional(Text(64, { description: 'Title before the name, such as Dr.' })),
  first_name: optional(Text(255, { description: 'First name.', examples: ['Ada'] })),
  middle_name: optional(Text(255, { description: 'Middle name.' })),
  last_name: optional(Text(255, { description: 'Last name.', examples: ['Lovelace'] })),
  suffix: optional(Text(64, { description: 'What follows the name, such as Jr.' })),
  company: optional(Text(255, { description: 'Company or organisation.' })),
  job_title: optional(Text(255, { description: 'Job title.' })),
  work_phone: optional(Text(64, { description: 'Phone number at work.' })),
  mobile_phone: optional(Text(64, { description: 'Mobile phone number.' })),
  bio: optional(Html({ description: 'HTML.' })),
  twitter_handle: optional(Text(255, { description: 'Handle on Twitter (X).' })),
  gender: optional(
    Named(64, { description: 'In: also as `{"id": 2, "value": "…"}`, of which the value is kept.' }),
  ),
  birth_date: optional(LocalDate({ description: 'Date of birth.', examples: ['1970-12-10'] })),
  cc_email: optional(
    Email({ description: 'Gets a copy of every e-mail.', examples: ['office@example.com'] }),
  ),
  vat_number: optional(Text(64, { description: 'VAT number.' })),
  notes: optional(Text(100_000, { description: 'Notes of the organiser.' })),
  reference: optional(Text(255, { description: 'Reference of the organiser, such as an order number.' })),
  language: optional(Language({ description: 'BCP 47 tag.' })),
  timezone: optional(TimeZone({ description: 'Time zone of the registrant.' })),
  reg_type_id: optional(Id({ description: 'Registrant type, of the same event.' })),
  group_id: optional(Id({ description: 'Registrant group, of the same event.' })),
  registration_status: Type.Optional(
    Word([...registrationStatuses], {
      default: 'confirmed',
      description:
        'confirmed, pending, attended and no_show are active; in_progress holds seats for 15 minutes; cancelled, denied and expired give everything back.',
    }),
  ),
  payment_status: Type.Optional(
    Word([...paymentStatuses], {
      description: 'What is paid, as the organiser says.',
      default: 'not_required',
    }),
  ),
  ip_address: optional(Text(64, { description: 'IP address from which the registrant registered.' })),
  secure_id: optional(SecureId({ description: 'Made by the server when absent.' })),
  ext_token: optional(Text(255, { description: 'Token of another system.' })),
  external_id: optional(Text(255, { description: 'Identifier in another system, unique per event.' })),
})
export type RegistrantInput = Static<typeof RegistrantInput>

/** Members of a registrant that say nothing about who they are. */
export const impersonal = ['event_id', 'reg_type_id', 'group_id', 'registration_status', 'payment_status']

/** Which of a person's addresses; written as `work_address_id.line_1`. */
export const addressKinds = ['home', 'work', 'billing'] as const
export type AddressKind = (typeof addressKinds)[number]

export const AddressInput = Type.Object(addressLines)
export type Address = Static<typeof AddressInput>

const addresses = Object.fromEntries(
  addressKinds.map(kind => [
    `${kind}_address_id`,
    Type.Optional(
      Type.Union([AddressInput, Type.Null()], {
        description: 'Only the given lines change; null empties the address.',
      }),
    ),
  ]),
)

const SessionIds = (description: string) =>
  Type.Array(Type.Union([Type.Integer(), Type.String()]), { description, examples: [['12345']] })

/** The body of a create or update. */
export const RegistrantBody = Type.Object(
  {
    ...RegistrantInput.properties,
    ...addresses,
    session_ids: Type.Optional(
      SessionIds('The sessions of the registrant. On update they replace the selection: all of it, or none.'),
    ),
  },
  { additionalProperties: true, description: "Answers to the event's questions are flat: `c_2001`." },
)

const ChoiceOut = Type.Object({
  id: Type.Union([Type.Integer(), Type.String()]),
  value: Type.Union([Type.String(), Type.Null()]),
})
const {
  event_id: _event,
  reg_type_id: _type,
  registration_status: _status,
  payment_status: _payment,
  secure_id: _secure,
  email: _email,
  ...plain
} = RegistrantInput.properties

/** A registrant as it is returned. */
export const Registrant = Type.Object(
  {
    id: Id({ examples: [987] }),
    event_id: Id({ examples: [67890] }),
    email: Text(320, { examples: ['ada@example.com'] }),
    ...(Type.Required(Type.Object(plain)).properties as typeof plain),
    reg_type_id: ChoiceOut,
    registration_status: Word([...registrationStatuses]),
    payment_status: Word([...paymentStatuses]),
    secure_id: Text(255),
    session_ids: Type.Array(Type.String(), {
      description: 'Sessions in which the registrant has a seat.',
      examples: [['12345']],
    }),
    waitlisted_session_ids: Type.Array(Type.String(), {
      description: 'Sessions for which the registrant waits, or has an offer.',
    }),
    ...money,
    contact_id: Nullable(Id({ description: 'Contact of the account, by the address.', examples: [77] })),
    profile_picture: Nullable(HttpUrl({ description: 'URL of a picture, which `/image` takes.' })),
    missing_answers: Type.Array(Type.String(), {
      description: 'Required questions without an answer.',
      examples: [['c_2001']],
    }),
    created_at: Timestamp(),
    updated_at: Timestamp(),
    ...writers,
    registered_at: Nullable(Timestamp({ description: 'When the registration was finished, in UTC.' })),
    cancelled_at: Nullable(Timestamp({ description: 'When the registration was cancelled, in UTC.' })),
    checked_in_at: Nullable(Timestamp({ description: 'When the registrant was checked in first, in UTC.' })),
    hold_expires_at: Nullable(
      Timestamp({ description: 'Until when an unfinished registration keeps its seats, in UTC.' }),
    ),
    expired_session_ids: Type.Array(Type.String(), {
      description:
        'Sessions in which the registrant had a seat when the hold ran out. Once more in the answer to the call that registers them again.',
    }),
  },
  { additionalProperties: true, description: 'Answers are flat, as `c_N`.' },
)

/** A registrant as they are returned by a write. */
export const WrittenRegistrant = Type.Object(
  {
    ...Registrant.properties,
    skipped_sessions: Type.Optional(
      Type.Array(Refusal, {
        description: 'Sessions that are selected by default or included, but were not taken, and why.',
      }),
    ),
  },
  { additionalProperties: true, description: 'Answers are flat, as `c_N`.' },
)

const derived = [
  'expired_session_ids',
  'session_ids',
  'waitlisted_session_ids',
  ...Object.keys(money),
  'missing_answers',
  'reg_type_id',
]

/** `work_address_id.city` and the like. */
const addressAttributes = Object.fromEntries(
  addressKinds.flatMap(kind =>
    Object.keys(AddressInput.properties).map((line): [string, Attribute] => [
      `${kind}_address_id.${line}`,
      { comparison: 'text', column: (db, alias) => db`(${db(`${alias}.addresses`)} -> ${kind} ->> ${line})` },
    ]),
  ),
)

export const registrantLists: Listable = {
  attributes: {
    ...attributesOf(Registrant, derived),
    ...addressAttributes,
    reg_type_id: { comparison: 'number', column: (db, alias) => db`${db(`${alias}.reg_type_id`)}` },
  },
  stored: storedIn(Registrant, derived),
  sparse: ['id', 'first_name', 'last_name'],
  long: {
    bio: /^bio$/,
    notes: /^notes$/,
    addresses: /^(home|work|billing)Address$/,
    custom_fields: /^(missing_answers|c_\d+)$/,
  },
  expansions: ['sessions', 'homeAddress', 'workAddress', 'billingAddress', 'emailHistory', 'lineItems'],
}
