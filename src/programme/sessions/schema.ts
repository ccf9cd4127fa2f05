import Type from 'typebox'
import { dropDefaults } from '../../http/document/schemas.ts'
import { attributesOf, storedIn } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { Flag, Id, Instant, Nullable, Text, Timestamp, TimeZone, Whole } from '../../http/values/values.ts'
import { writers } from '../../http/view.ts'
import { CustomFields } from '../../records/custom-fields/schema.ts'
import { whatHappenedToSeats } from '../../seats/schema.ts'
import { outlook } from '../schedule/schema.ts'
import { SessionInput } from './input-schema.ts'
import { ofSubmission } from './submission-schema.ts'

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
    ...writers,
  },
  { additionalProperties: true, description: sessionNote },
)

/** A session as it is returned by a write. */
export const WrittenSession = Type.Object(
  { ...Session.properties, ...whatHappenedToSeats, ...outlook },
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
