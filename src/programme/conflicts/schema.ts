import Type, { type Static } from 'typebox'
import { ExplainedWord } from '../../http/document/schemas.ts'
import { Flag, Nullable } from '../../http/values/values.ts'

/** What can be wrong with a programme, most urgent first. */
export const conflictTypes = {
  speaker_twice: 'a speaker is in two sessions at the same time',
  location_twice:
    'two sessions are in one location at the same time, or closer to each other than its `turnaround_minutes`',
  seats_exceed_location: 'more seats are taken than fit into the location',
  speaker_unavailable: 'a session takes place when a speaker cannot appear',
  registrants_overlap: 'registrants have seats in two sessions at the same time',
  outside_event: 'a session is on a day on which the event does not take place',
  capacity_exceeds_location: 'the capacity is larger than the location',
}
export type ConflictType = keyof typeof conflictTypes

/** A conflict of a programme. */
export const Conflict = Type.Object({
  key: Type.String({
    description:
      'What it is called: of what kind, and of whom. It stays the same as long as the conflict does.',
    examples: ['location_twice-12345-12346'],
  }),
  type: ExplainedWord(conflictTypes, 'What is wrong.', 'location_twice'),
  session_ids: Type.Array(Type.Integer(), { description: 'The sessions.', examples: [[12345, 12346]] }),
  location_id: Nullable(Type.Integer({ description: 'The location that it is about.', examples: [1234] })),
  speaker_id: Nullable(Type.Integer({ description: 'The speaker whom it is about.', examples: [321] })),
  people: Type.Integer({
    description: 'Registrants who have seats in both sessions, otherwise those who have seats in any.',
    examples: [80],
  }),
  message: Type.String({
    description: 'For people.',
    examples: ['"Keynote" and "Opening" are in Great Hall at the same time.'],
  }),
  intended: Flag({ description: 'Whether it is meant to be, as the organiser says.' }),
})
export type Conflict = Static<typeof Conflict>

/** Whether a conflict is meant to be. */
export const IntentionInput = Type.Object({
  intended: Type.Optional(
    Flag({
      description: 'Whether the conflict is meant to be, and silent from now on: it is, unless this is 0.',
      examples: [1],
    }),
  ),
})
