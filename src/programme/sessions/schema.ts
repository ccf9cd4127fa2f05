import Type, { type Static, type TSchema } from 'typebox'
import { dropDefaults } from '../../http/document/schemas.ts'
import { attributesOf, storedIn } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { SecureId } from '../../http/values/forms.ts'
import {
  Flag,
  Html,
  HttpUrl,
  Id,
  Instant,
  LocalDate,
  LocalTime,
  Nullable,
  Text,
  Timestamp,
  TimeZone,
  Whole,
  Word,
} from '../../http/values/values.ts'
import { CustomFields } from '../../records/custom-fields/schema.ts'
import { whatHappenedToSeats } from '../../seats/schema.ts'
import { ofSubmission } from './submission-schema.ts'

export const sessionStatuses = ['submitted', 'approved', 'rejected', 'converted', 'live'] as const
const selectionControls = ['optional', 'included'] as const

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))

/** What a client may say of a session (docs/contract.md §2, §6). */
export const SessionInput = Type.Object({
  event_id: Id({
    description: 'ID of the event associated with this session. Cannot be changed later.',
    examples: [67890],
  }),
  name: Text(1000, {
    minLength: 1,
    description: 'Title or name of the session.',
    examples: ['Event Management Basics'],
  }),
  admin_short_name: optional(
    Text(255, { description: 'Admin-specific short name for internal usage.', examples: ['MgmtBasics'] }),
  ),
  badge_name: optional(
    Text(255, { description: 'Display name on attendee badges.', examples: ['Basics of Management'] }),
  ),
  description: optional(
    Html({
      description: 'Detailed description of the session: HTML, sanitised on the way in.',
      examples: ['An interactive workshop on event management fundamentals.'],
    }),
  ),
  date: LocalDate({ description: 'The date when the session will take place.', examples: ['2025-07-20'] }),
  start_time: optional(LocalTime({ description: 'Start time of the session.', examples: ['10:00:00'] })),
  end_time: optional(
    LocalTime({
      description: 'End time of the session. Earlier than the start: it ends the next day.',
      examples: ['12:00:00'],
    }),
  ),
  timezone: optional(
    TimeZone({
      description: "Zone of the session; the event's when absent.",
      examples: ['America/New_York'],
    }),
  ),
  use_event_timezone: optional(
    Flag({ description: "Whether the event's default timezone is applied to the session.", examples: [1] }),
  ),
  time_fold: Type.Optional(
    Flag({
      default: 0,
      description:
        'Which of two equal wall-clock times is meant when the clocks go back: 0 the earlier, 1 the later.',
    }),
  ),
  capacity: optional(
    Whole({
      minimum: 0,
      description: 'Maximum number of attendees allowed; null is unlimited, 0 is closed.',
      examples: [150],
    }),
  ),
  location_id: optional(
    Id({ description: 'Identifier for the location, of the same event.', examples: [1234] }),
  ),
  track_id: optional(
    Id({ description: "Identifier for the session's track, of the same event.", examples: [5678] }),
  ),
  webinar_url: optional(
    HttpUrl({
      description: 'URL for the webinar if the session is virtual.',
      examples: ['https://example.com/webinar/12345'],
    }),
  ),
  sold_out_message: optional(
    Text(255, {
      description: 'Custom message displayed when the session is sold out.',
      examples: ['This session is fully booked.'],
    }),
  ),
  secure_id: optional(
    SecureId({
      description: 'Secure identifier for the session; made by the server when absent.',
      examples: ['abc123xyz'],
    }),
  ),
  session_status: Type.Optional(
    Word([...sessionStatuses], {
      default: 'live',
      description: 'Current status of the session.',
      examples: ['approved'],
    }),
  ),
  locked_when_saved: Type.Optional(
    Flag({ default: 0, description: 'Whether the session is locked after being saved.', examples: [1] }),
  ),
  selection_control: Type.Optional(
    Word([...selectionControls], {
      default: 'optional',
      description: 'Whether the session is optional or included in every registration.',
      examples: ['optional'],
    }),
  ),
  selected_by_default: Type.Optional(
    Flag({
      default: 0,
      description: 'Indicates if the session is selected by default for attendees.',
      examples: [1],
    }),
  ),
  prevent_session_conflicts: Type.Optional(
    Flag({
      default: 0,
      description: 'Whether when selecting this session should prevent conflicts with other sessions.',
      examples: [1],
    }),
  ),
  notes: optional(Text(100_000, { description: 'Notes of the organiser.' })),
  type_id: optional(Id({ description: 'Type of the session, in the numbering of the organiser.' })),
  repeat_key: optional(
    Text(255, {
      description:
        'Sessions of an event with the same key are repetitions of one: a registrant who cannot come to one is offered another.',
      examples: ['first-aid'],
    }),
  ),
  external_id: optional(
    Text(255, {
      description: 'Identifier in another system, unique per event.',
      examples: ['pretalx-8QTMKA'],
    }),
  ),
})
export type SessionInput = Static<typeof SessionInput>

/** The body of a create: the input with its custom fields, nested here or flat beside the others. */
export const SessionBody = Type.Object({
  ...SessionInput.properties,
  custom_fields: Type.Optional(CustomFields('session')),
})

const Named = (what: string, example: { id: number; name: string }) =>
  Nullable(
    Type.Object(
      { id: Id(), name: Type.String() },
      {
        additionalProperties: true,
        description: `The ${what}; all of it with \`expand=${what}\`.`,
        examples: [example],
      },
    ),
  )

const page = 'https://lectern.example/sessions/12345'
const sessionNote = 'Custom fields are in `custom_fields`, and beside the others as `c_N`.'

const withDefaults = Type.Required(dropDefaults(SessionInput)).properties as Type.TProperties as {
  [K in keyof SessionInput]-?: Type.TUnsafe<Exclude<SessionInput[K], undefined>>
}

/** A session as it is returned. */
export const Session = Type.Object(
  {
    id: Id({ description: 'Unique identifier for the session.', examples: [12345] }),
    ...withDefaults,
    timezone: TimeZone({ description: 'The zone in effect.', examples: ['America/New_York'] }),
    use_event_timezone: Flag({ examples: [1] }),
    secure_id: Text(255, { examples: ['abc123xyz'] }),
    session_included: Flag({ description: '`selection_control` as a flag.' }),
    ...ofSubmission,
    times_with_timezone: Nullable(
      Type.String({ description: 'The times as read.', examples: ['10:00 AM - 12:00 PM (EDT)'] }),
    ),
    starts_at: Nullable(
      Instant({ description: 'The moment of the start.', examples: ['2025-07-20T14:00:00Z'] }),
    ),
    ends_at: Nullable(Instant({ description: 'The moment of the end.', examples: ['2025-07-20T16:00:00Z'] })),
    track: Named('track', { id: 5678, name: 'Security' }),
    location: Named('location', { id: 1234, name: 'Room 2.14' }),
    direct_link: Type.String({ description: 'Page of the session.', examples: [page] }),
    virtual_link: Nullable(
      Type.String({
        description: 'Link that leads attendees to the webinar.',
        examples: [`${page}/virtual/abc123xyz`],
      }),
    ),
    version: Whole({
      description: 'Rises with every change of the session; seats do not change it.',
      examples: [1],
    }),
    seats_taken: Type.Integer({ description: 'Seats that are selected, held or offered.', examples: [42] }),
    seats_left: Nullable(Type.Integer({ description: 'Null when unlimited.', examples: [108] })),
    custom_fields: CustomFields('session'),
    created_at: Timestamp(),
    updated_at: Timestamp(),
  },
  { additionalProperties: true, description: sessionNote },
)

/** A session as it is returned by a write. */
export const WrittenSession = Type.Object(
  { ...Session.properties, ...whatHappenedToSeats },
  { additionalProperties: true, description: sessionNote },
)

/** Fields that are computed, and so neither searched nor sorted by. */
const derived = [
  'session_included',
  'track',
  'location',
  'direct_link',
  'virtual_link',
  'seats_taken',
  'seats_left',
  'custom_fields',
]

export const sessionLists: Listable = {
  attributes: attributesOf(Session, derived),
  stored: storedIn(Session, derived),
  sparse: ['id', 'name'],
  long: { description: /^description$/, notes: /^notes$/, custom_fields: /^(custom_fields|c_\d+)$/ },
  expansions: [
    'location',
    'track',
    'speakers',
    'conflicts',
    'sessionAttendance',
    'fees',
    'translations',
    'registrantCount',
    'reservedCount',
    'waitlistCount',
  ],
} as const satisfies Listable
