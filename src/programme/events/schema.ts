import Type, { type Static, type TSchema } from 'typebox'
import { attributesOf } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { Slug } from '../../http/values/forms.ts'
import {
  Flag,
  Html,
  HttpUrl,
  Id,
  LocalDate,
  LocalTime,
  Nullable,
  Text,
  Timestamp,
  TimeZone,
  Whole,
  Word,
} from '../../http/values/values.ts'
import { writers } from '../../http/view.ts'
import { whatHappenedToSeats } from '../../seats/schema.ts'

const eventStatuses = ['draft', 'live', 'closed', 'archived'] as const

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))

/** Characters of a name. */
export const longestName = 1000

/** What a client may say of an event. */
export const EventInput = Type.Object({
  name: Text(longestName, {
    minLength: 1,
    description: 'Name of the event.',
    examples: ['Spring Summit 2027'],
  }),
  status: Type.Optional(
    Word([...eventStatuses], { default: 'draft', description: 'Where the event is in its life.' }),
  ),
  url: optional(
    Slug({
      description: 'Slug, unique in the account; made from the name when absent.',
      examples: ['spring-summit-2027'],
    }),
  ),
  description: optional(Html({ description: 'HTML.' })),
  hashtag: optional(Text(255, { description: 'Hashtag of the event, for social media.' })),
  timezone: Type.Optional(
    TimeZone({
      default: 'UTC',
      description:
        "Zone of the event. Changing it keeps the wall-clock times of sessions that use the event's zone.",
    }),
  ),
  start_date: optional(LocalDate({ description: 'First day of the event.' })),
  start_time: optional(LocalTime({ description: 'Time at which the event begins.' })),
  end_date: optional(LocalDate({ description: 'Last day of the event.' })),
  end_time: optional(LocalTime({ description: 'Time at which the event ends.' })),
  close_date: optional(LocalDate({ description: 'Day on which registration closes.' })),
  close_time: optional(LocalTime({ description: 'Time at which registration closes.' })),
  capacity: optional(Whole({ minimum: 0, description: 'Most registrants; null is unlimited.' })),
  target_attendance: optional(
    Whole({ description: 'How many registrants the organiser hopes for.', minimum: 0 }),
  ),
  free_event: Type.Optional(Flag({ description: 'Whether the event costs nothing.', default: 0 })),
  waitlist_mode: Type.Optional(
    Word(['automatic', 'offer', 'manual'], {
      default: 'automatic',
      description:
        'How seats that come back go to those who wait: at once, by an offer, or by the organiser.',
    }),
  ),
  waitlist_offer_minutes: Type.Optional(
    Whole({ default: 720, minimum: 1, description: 'How long an offer stands, in minutes.' }),
  ),
  strict_scans: Type.Optional(
    Flag({
      default: 0,
      description: 'Whether scans of registrants who have no seat in the session are refused.',
    }),
  ),
  cfs_opens: optional(
    Timestamp({ description: 'When the call for speakers opens, in UTC. Null: there is none.' }),
  ),
  cfs_closes: optional(
    Timestamp({
      description: 'When it closes, in UTC: from then on nothing is submitted or edited. Null: it does not.',
      examples: ['2026-10-01 23:59:00'],
    }),
  ),
  cfs_text: optional(Html({ description: 'What submitters read first: HTML.' })),
  cfs_fields: Type.Optional(
    Type.Array(Id(), {
      maxItems: 100,
      default: [],
      description: 'Session fields that submitters are asked for, by id, in this order.',
      examples: [[1001]],
    }),
  ),
  blind_review: Type.Optional(
    Flag({
      default: 0,
      description: 'Whether reviewers see neither who submitted, nor who is to speak, nor who reviewed.',
    }),
  ),
  webinar_url: optional(HttpUrl({ description: 'URL of the webinar of the event, if it is virtual.' })),
  logo: optional(HttpUrl({ description: 'URL of the logo, which `/image` takes as well.' })),
  picture: optional(HttpUrl({ description: 'URL of a picture, which `/image` takes as well.' })),
  domain: optional(Text(255, { description: 'Domain that the event has in another system.' })),
  folder_id: optional(Id({ description: 'Folder of the event, in the numbering of the organiser.' })),
  organizer_id: optional(Id({ description: 'Organiser of the event, in the numbering of the organiser.' })),
  type_id: optional(Id({ description: 'Type of the event, in the numbering of the organiser.' })),
  external_id: optional(Text(255, { description: 'Identifier in another system, unique in the account.' })),
})
export type EventInput = Static<typeof EventInput>

/** An event as it is returned. */
export const Event = Type.Object({
  id: Id({ examples: [67890] }),
  name: Text(longestName, { examples: ['Spring Summit 2027'] }),
  status: Word([...eventStatuses]),
  url: Text(255, { examples: ['spring-summit-2027'] }),
  description: Nullable(Html()),
  hashtag: Nullable(Text(255)),
  timezone: TimeZone(),
  start_date: Nullable(LocalDate()),
  start_time: Nullable(LocalTime()),
  end_date: Nullable(LocalDate()),
  end_time: Nullable(LocalTime()),
  close_date: Nullable(LocalDate()),
  close_time: Nullable(LocalTime()),
  capacity: Nullable(Whole()),
  target_attendance: Nullable(Whole()),
  free_event: Flag(),
  waitlist_mode: Word(['automatic', 'offer', 'manual']),
  waitlist_offer_minutes: Whole(),
  strict_scans: Flag(),
  cfs_opens: Nullable(Timestamp()),
  cfs_closes: Nullable(Timestamp()),
  cfs_text: Nullable(Html()),
  cfs_fields: Type.Array(Id(), { examples: [[1001]] }),
  blind_review: Flag(),
  registrants_count: Type.Integer({ description: 'Registrants who are active or in progress.' }),
  webinar_url: Nullable(HttpUrl()),
  logo: Nullable(HttpUrl()),
  picture: Nullable(HttpUrl()),
  domain: Nullable(Text(255)),
  folder_id: Nullable(Id()),
  organizer_id: Nullable(Id()),
  type_id: Nullable(Id()),
  external_id: Nullable(Text(255)),
  created_at: Timestamp(),
  updated_at: Timestamp(),
  ...writers,
})
export type Event = Static<typeof Event>

/** An event as it is returned by an update. */
export const WrittenEvent = Type.Object({ ...Event.properties, ...whatHappenedToSeats })

/** What a clone may say differently from its original. */
export const CloneInput = Type.Object({
  name: optional(
    Text(longestName, {
      description: 'Name of the copy; the original\'s name followed by "(copy)" when absent.',
    }),
  ),
  start_date: optional(
    LocalDate({ description: 'First day of the copy: every date moves by the same number of days.' }),
  ),
})
export type CloneInput = Static<typeof CloneInput>

/** The members of an event that are columns. */
export const eventColumns = Object.keys(Event.properties)

export const eventLists: Listable = {
  stored: eventColumns,
  attributes: attributesOf(Event),
  sparse: ['id', 'name'],
  long: { description: /^description$/, cfs_text: /^cfs_text$/ },
  expansions: ['sessions', 'speakers'],
}
