import Type, { type Static, type TSchema } from 'typebox'
import { SecureId } from '../../http/values/forms.ts'
import {
  Flag,
  Html,
  HttpUrl,
  Id,
  LocalDate,
  LocalTime,
  Nullable,
  Text,
  TimeZone,
  Whole,
  Word,
} from '../../http/values/values.ts'
import { CustomFields } from '../../records/custom-fields/schema.ts'

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
  picture: optional(HttpUrl({ description: 'URL of a picture, which `/image` takes as well.' })),
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
