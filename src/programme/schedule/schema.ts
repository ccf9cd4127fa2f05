import Type, { type Static, type TObject } from 'typebox'
import { dropDefaults } from '../../http/document/schemas.ts'
import { attributesOf, storedIn } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { Flag, Id, Nullable, Text, Timestamp, Whole, Word } from '../../http/values/values.ts'
import { whatHappenedToSeats } from '../../seats/schema.ts'
import { Conflict } from '../conflicts/schema.ts'
import { SessionBody } from '../sessions/input-schema.ts'

/** What a change does to a registrant. */
export const effectKinds = ['unaffected', 'in_conflict', 'without_seat', 'promoted'] as const
export type EffectKind = (typeof effectKinds)[number]

/** Registrants, and conflicts, that are named at once, of each kind. */
export const mostNamed = 200

/** Sessions that are changed together, at most. */
export const mostSessions = 500

const Affected = (description: string) =>
  Type.Object(
    {
      count: Type.Integer({ description: 'How many there are.', examples: [2] }),
      ids: Type.Array(Type.Integer(), {
        description: 'The first 200 of them behind `people_after`.',
        examples: [[987, 988]],
      }),
    },
    { description },
  )

const Conflicts = (description: string) =>
  Type.Object(
    {
      count: Type.Integer({ description: 'How many there are.', examples: [0] }),
      items: Type.Array(Conflict, { description: 'The first 200, most urgent first.', examples: [[]] }),
    },
    { description },
  )

/** What a change comes to: members of the answer of a rehearsal. */
export const Outlook = Type.Object({
  conflicts: Type.Object(
    {
      made: Conflicts('Conflicts that there were not before.'),
      resolved: Conflicts('Conflicts that there are no longer.'),
    },
    { description: 'What the change does to the conflicts of these sessions.' },
  ),
  people: Type.Object(
    {
      unaffected: Affected(
        'Registrants who have one of these sessions, or wait for it, and of whom nothing of the other kinds is true.',
      ),
      in_conflict: Affected('Registrants with seats that are at the same time since.'),
      without_seat: Affected('Registrants who no longer have a seat, or an offer, that they had.'),
      promoted: Affected('Registrants who get a seat, or the offer of one, that they did not have.'),
    } satisfies Record<EffectKind, unknown>,
    { description: 'What the change does to registrants.' },
  ),
  basis: Type.String({
    description:
      'A digest of all of it. Sent with the schedule it makes sure that nothing came between: another result is refused.',
    examples: ['x8Yb0cQm2kP0zq3sW4nD1eR5tF6gH7jK8lM9oN0pQ1s'],
  }),
})
export type Outlook = Static<typeof Outlook>

/** The same, of a call that answers with it only when it is rehearsed. */
export const outlook = Type.Partial(Outlook).properties

const item = Type.Object({
  id: Id({ description: 'The session.', examples: [12345] }),
  version: Type.Optional(
    Nullable(
      Whole({
        minimum: 1,
        description: 'The version that the change is meant for: another one is refused.',
        examples: [1],
      }),
    ),
  ),
})

const { event_id: _event, ...changeable } = dropDefaults(SessionBody).properties

/** A session of a schedule: which one, and what changes of it. */
const ScheduledInput = Type.Object({
  ...item.properties,
  ...(Type.Partial(Type.Object(changeable)) as TObject).properties,
})
export const scheduledItem = item

export const ScheduleInput = Type.Object({
  sessions: Type.Array(ScheduledInput, {
    maxItems: mostSessions,
    description: `The sessions to change, and what changes of each; at most ${mostSessions}.`,
    examples: [[{ id: 12345, date: '2026-09-01', start_time: '14:00:00', end_time: '15:00:00' }]],
  }),
  basis: Type.Optional(
    Nullable(
      Text(100, {
        description:
          'The `basis` of a rehearsal: refused with 409 when the change would do something else now.',
        examples: [null],
      }),
    ),
  ),
})

const Rescheduled = Type.Object({
  id: Id({ examples: [12345] }),
  name: Text(1000, { examples: ['Event Management Basics'] }),
  version: Whole({ description: 'Its version now.', examples: [2] }),
  fields: Type.Array(Type.String(), {
    description: 'The members that changed.',
    examples: [['start_time', 'end_time']],
  }),
})

const { not_included, new_conflicts, people_not_told } = whatHappenedToSeats

/** What came of a schedule. */
export const Rearranged = Type.Object({
  change: Nullable(
    Id({
      description: 'What it is called from now on: by this it can be undone. Null when nothing changed.',
      examples: [42],
    }),
  ),
  sessions: Type.Array(Rescheduled, { description: 'The sessions that changed.' }),
  refused: Type.Optional(
    Type.Array(
      Type.Object({
        id: Id({ examples: [12345] }),
        name: Text(1000, { examples: ['Event Management Basics'] }),
        type: Word(['changed_since', 'deleted', 'impossible'], {
          description:
            'changed_since: what is to be restored was changed again; deleted: the session is gone; impossible: it cannot be as it was, as in a location that is gone.',
        }),
        message: Type.String({
          description: 'For people.',
          examples: ['"Event Management Basics" was changed since.'],
        }),
      }),
      { description: 'Of an undoing: sessions that stay as they are, and why.' },
    ),
  ),
  offered: Type.Optional(
    Type.Integer({
      description: 'How many registrants were offered a seat in a repetition, or back.',
      examples: [3],
    }),
  ),
  not_included,
  new_conflicts,
  people_not_told,
  ...outlook,
})
export type Rearranged = Static<typeof Rearranged>

/** A schedule that was carried out. */
export const ScheduleChange = Type.Object({
  id: Id({ examples: [42] }),
  event_id: Id({ examples: [67890] }),
  undoes: Nullable(Id({ description: 'The change that it took back.' })),
  undone_at: Nullable(Timestamp({ description: 'When it was taken back, in UTC.' })),
  actor_id: Nullable(Id({ description: 'Who did it.', examples: [7] })),
  sessions: Type.Array(
    Type.Object({
      id: Id({ examples: [12345] }),
      name: Text(1000, { examples: ['Event Management Basics'] }),
      before: Type.Object({}, { additionalProperties: true, examples: [{ start_time: '10:00:00' }] }),
      after: Type.Object({}, { additionalProperties: true, examples: [{ start_time: '14:00:00' }] }),
    }),
    { description: 'The members that changed of each session.' },
  ),
  created_at: Timestamp(),
  updated_at: Timestamp(),
})

export type Recorded = Static<typeof ScheduleChange>['sessions'][number]

export const scheduleChangeLists: Listable = {
  attributes: attributesOf(ScheduleChange, ['sessions']),
  stored: storedIn(ScheduleChange, []),
  sparse: ['id', 'undoes', 'undone_at', 'created_at'],
}

const Ids = (description: string) => Type.Array(Type.Integer(), { description, examples: [[12345]] })

/** What a registrant was told of a change, and what they chose. */
export const ScheduleNotice = Type.Object({
  id: Id({ examples: [901] }),
  event_id: Id({ examples: [67890] }),
  change_id: Id({ description: 'The change of the schedule.', examples: [42] }),
  registrant_id: Id({ examples: [987] }),
  effect: Word(['moved', 'in_conflict', 'without_seat'], {
    description:
      'moved: a session of theirs is at another time or place; in_conflict: at the same time as another of theirs; without_seat: a seat of theirs is gone.',
  }),
  session_ids: Ids('Sessions of the change that they had, or waited for.'),
  conflicts_with: Ids('Others of their sessions that are at the same time since.'),
  told: Flag({ description: 'Whether they were written to.' }),
  answer: Nullable(
    Word(['keep', 'give_up'], { description: 'What they chose; null while they have not answered.' }),
  ),
  gave_up_ids: Ids('What they gave up since.'),
  answered_at: Nullable(Timestamp({ description: 'When they answered last, in UTC.' })),
  created_at: Timestamp(),
  updated_at: Timestamp(),
})

const lists = ['session_ids', 'conflicts_with', 'gave_up_ids']

export const scheduleNoticeLists: Listable = {
  attributes: attributesOf(ScheduleNotice, lists),
  stored: storedIn(ScheduleNotice, []),
  sparse: ['id', 'change_id', 'registrant_id', 'effect', 'told', 'answer'],
}
