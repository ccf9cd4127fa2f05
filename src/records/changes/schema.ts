import Type from 'typebox'
import { answerOf } from '../../http/document/schemas.ts'
import { Id, Nullable, Timestamp } from '../../http/values/values.ts'
import { SelectionChange } from './selection-schema.ts'

const Row = (description: string, example: object) =>
  Type.Union([SelectionChange, Type.Object({}, { additionalProperties: true }), Type.Null()], {
    description,
    examples: [example],
  })

/** What is recorded. */
export const objectKinds = [
  'event',
  'track',
  'location',
  'session_field',
  'session',
  'speaker_field',
  'speaker',
  'session_speaker',
  'session_fee',
  'sponsor_field',
  'sponsor',
  'registrant',
  'reg_type',
  'registrant_group',
  'event_question',
  'selection',
  'session_attendance',
  'user',
  'contact',
  'intended_conflict',
  'schedule_change',
  'schedule_notice',
  'cfs_contact',
  'cfs_review',
  'cfs_speaker',
] as const
export type ObjectKind = (typeof objectKinds)[number]

/** One change of one object, as it is returned. */
const Change = answerOf(
  'Change',
  Type.Object({
    cursor: Type.String({
      description: 'Where the feed goes on after this change.',
      examples: ['2.812.4711.1784542500000'],
    }),
    event_id: Nullable(Id({ description: 'Null for what belongs to no event.', examples: [67890] })),
    object: Type.String({
      enum: [...objectKinds],
      description: 'The kind of object that changed.',
      examples: ['session'],
    }),
    object_id: Id({ description: 'Identifier of the object.', examples: [12345] }),
    action: Type.String({
      enum: ['create', 'update', 'delete'],
      description: 'What happened to it.',
      examples: ['update'],
    }),
    actor_id: Nullable(
      Id({
        description: 'Who did it: a credential or a user. Null: the command line, or the server by itself.',
        examples: [7],
      }),
    ),
    request_id: Nullable(
      Type.String({
        description: 'The request that did it; null when none did.',
        examples: ['6f1c7f52-6a43-4f1e-9d3a-2b1c0d9e8f70'],
      }),
    ),
    before: Row('The record before; null for a creation.', {
      id: 12345,
      name: 'Event Management',
      version: 1,
    }),
    after: Row('The record after; null for a deletion.', {
      id: 12345,
      name: 'Event Management Basics',
      version: 2,
    }),
    created_at: Timestamp({ description: 'When it was written, in UTC.' }),
  }),
)

/** A part of the feed. */
export const ChangePage = answerOf(
  'ChangePage',
  Type.Object({
    items: Type.Array(Change, { description: 'Changes, in the order of commits.' }),
    cursor: Type.String({
      description: 'The `since` of the next call.',
      examples: ['2.812.4711.1784542500000'],
    }),
    has_more: Type.Boolean({
      description: 'Whether the next call will return more at once.',
      examples: [false],
    }),
  }),
)
