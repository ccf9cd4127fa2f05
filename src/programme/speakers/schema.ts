import Type, { type Static, type TSchema } from 'typebox'
import { dropDefaults } from '../../http/document/schemas.ts'
import { attributesOf, storedIn } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { Email } from '../../http/values/forms.ts'
import {
  Flag,
  Html,
  HttpUrl,
  Id,
  LocalDate,
  LocalTime,
  Named,
  Nullable,
  Text,
  Timestamp,
  Whole,
  Word,
} from '../../http/values/values.ts'
import { AlwaysNull, writers } from '../../http/view.ts'
import { CustomFields } from '../../records/custom-fields/schema.ts'

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))

/** A page of a speaker elsewhere. */
const Link = Type.Object({
  url: HttpUrl({ description: 'Where it leads.', examples: ['https://example.com/ada'] }),
  title: optional(Text(255, { description: 'What it is called.', examples: ['Blog'] })),
  type: optional(
    Text(64, { description: 'What it is, such as `mastodon` or `github`.', examples: ['blog'] }),
  ),
})

/** When a speaker can appear: a part of a day, in the zone of the event. */
const Availability = Type.Object({
  date: LocalDate({ description: 'A day, in the zone of the event.' }),
  start_time: optional(LocalTime({ description: 'From when; null: from the beginning of the day.' })),
  end_time: optional(
    LocalTime({ description: 'Until when; null: until the end of the day.', examples: ['18:00:00'] }),
  ),
})

/** What a client may say of a speaker. */
export const SpeakerInput = Type.Object({
  event_id: Id({
    description: 'The event that the speaker appears in. Cannot be changed later.',
    examples: [67890],
  }),
  email: optional(Email({ description: 'E-mail address. Two speakers may have the same.' })),
  prefix: optional(Text(64, { description: 'Title before the name, such as Dr.' })),
  first_name: optional(
    Text(255, { description: 'First name. A speaker has this or a last name.', examples: ['Ada'] }),
  ),
  middle_name: optional(Text(255, { description: 'Middle name.' })),
  last_name: optional(Text(255, { description: 'Last name.', examples: ['Lovelace'] })),
  suffix: optional(Text(64, { description: 'What follows the name, such as Jr.' })),
  pronouns: optional(Text(64, { description: 'How to refer to the speaker.', examples: ['she/her'] })),
  company: optional(Text(255, { description: 'Company or organisation.' })),
  job_title: optional(Text(255, { description: 'Job title.' })),
  bio: optional(Html({ description: 'HTML.' })),
  work_phone: optional(Text(64, { description: 'Phone number at work.' })),
  mobile_phone: optional(Text(64, { description: 'Mobile phone number.' })),
  twitter_handle: optional(Text(255, { description: 'Handle on Twitter (X).' })),
  gender: optional(
    Named(64, { description: 'In: also as `{"id": 2, "value": "…"}`, of which the value is kept.' }),
  ),
  birth_date: optional(LocalDate({ description: 'Date of birth.', examples: ['1970-12-10'] })),
  cc_email: optional(
    Email({ description: 'Gets a copy of every e-mail.', examples: ['office@example.com'] }),
  ),
  vat_number: optional(Text(64, { description: 'VAT number.' })),
  profile_picture: optional(
    HttpUrl({ description: 'URL of a picture.', examples: ['https://example.com/ada.jpg'] }),
  ),
  links: Type.Optional(
    Type.Array(Link, { maxItems: 50, default: [], description: 'Pages of the speaker, at most 50.' }),
  ),
  availabilities: Type.Optional(
    Type.Array(Availability, {
      maxItems: 100,
      default: [],
      description: 'When the speaker can appear, at most 100 parts of days. None: at any time.',
    }),
  ),
  cfs_speaker: Type.Optional(
    Flag({ default: 0, description: 'Whether the speaker came by the call for speakers.' }),
  ),
  event_sort: Type.Optional(
    Whole({ default: 0, description: 'Position among the speakers of the event, ascending.' }),
  ),
  external_id: optional(Text(255, { description: 'Identifier in another system, unique per event.' })),
})
export type SpeakerInput = Static<typeof SpeakerInput>

const { gender: _gender, ...plain } = dropDefaults(SpeakerInput).properties as typeof SpeakerInput.properties

/** A speaker as it is returned. */
export const Speaker = Type.Object(
  {
    id: Id({ examples: [321] }),
    ...(Type.Required(Type.Object(plain)).properties as typeof plain),
    name: Text(511, { description: 'First and last name.', examples: ['Ada Lovelace'] }),
    gender: Type.Object(
      { id: Type.Null(), value: Nullable(Text(64)) },
      { description: 'The value; both null when it is unset.', examples: [{ id: null, value: null }] },
    ),
    contact_id: Nullable(
      Id({ description: 'Contact of the account, by the address; null without one.', examples: [77] }),
    ),
    direct_link: AlwaysNull(HttpUrl(), 'Page of the speaker.'),
    custom_fields: CustomFields('speaker'),
    created_at: Timestamp(),
    updated_at: Timestamp(),
    ...writers,
  },
  {
    additionalProperties: true,
    description: 'Custom fields are in `custom_fields`, and beside the others as `c_N`.',
  },
)

const derived = ['gender', 'links', 'availabilities', 'direct_link', 'custom_fields']

export const speakerLists: Listable = {
  attributes: attributesOf(Speaker, derived),
  stored: storedIn(Speaker, derived),
  sparse: ['id', 'first_name', 'last_name'],
  long: { bio: /^bio$/, custom_fields: /^(custom_fields|c_\d+)$/ },
  expansions: ['sessions'],
}

/** What a speaker does in a session. */
const speakerRoles = ['speaker', 'moderator', 'host', 'panelist'] as const
export const mostSpeakers = 50

const appearance = {
  role: Word([...speakerRoles], {
    description: 'What the speaker does in the session.',
    examples: ['speaker'],
  }),
  sort: Whole({ description: 'Position among the speakers of the session, from 1.', examples: [1] }),
}

/** One of the speakers that a session is to have. */
export const AppearanceInput = Type.Object({
  speaker_id: Id({ description: 'A speaker of the same event.', examples: [321] }),
  role: Type.Optional(
    Word([...speakerRoles], {
      description: 'What the speaker does in the session: `speaker` unless given.',
      examples: ['speaker'],
    }),
  ),
  sort: Type.Optional(
    Whole({ description: 'Position; those without one keep the order of the list.', examples: [1] }),
  ),
})
export type AppearanceInput = Static<typeof AppearanceInput>

/** A speaker as one of a session. */
export const SpeakerInSession = Type.Object(
  { ...Speaker.properties, ...appearance },
  { additionalProperties: true },
)

/** What is left of a speaker after they are forgotten. */
export const ForgottenSpeaker = Type.Object({
  id: Id({ description: 'The speaker.', examples: [321] }),
  forgotten_at: Timestamp({ description: 'When the speaker was forgotten, in UTC.' }),
})

/** A speaker with the sessions in which they appear. */
export const SpeakerWithSessions = Type.Object(
  {
    ...Speaker.properties,
    sessions: Type.Array(Type.Object({}, { additionalProperties: true }), {
      description: 'Full records of the sessions, with role and place.',
    }),
  },
  { additionalProperties: true },
)
