import Type from 'typebox'
import { answerOf, bodyOf, ExplainedWord } from '../http/document/schemas.ts'

/** Where a registration stands (docs/seats.md §1). */
export const registrationStatuses = [
  'confirmed',
  'pending',
  'attended',
  'no_show',
  'in_progress',
  'cancelled',
  'denied',
  'expired',
] as const
export type RegistrationStatus = (typeof registrationStatuses)[number]

const OnConflict = Type.String({
  enum: ['pass', 'swap'],
  description:
    'What to do when a promotion is in conflict with a seat: keep the place on the waitlist, or give up that seat.',
  examples: ['swap'],
})
const Ids = (description: string, example: number) =>
  Type.Array(Type.Integer(), { description, examples: [[example]] })
const Drop = Ids('Sessions to give up in the same step: take this instead of that.', 12347)
const Texts = (description: string) => Type.Array(Type.String(), { description, examples: [['12345']] })
const Count = (description: string) => Type.Integer({ description, examples: [3] })

/** Why something is refused: the `type` of an entry (docs/seats.md §2). */
const reasonTypes = {
  sold_out: 'every seat is taken, or the event is full',
  conflict: 'at the same time as another session',
  not_live: 'the session is not open for selection',
  locked: 'what was saved cannot be changed by the attendee',
  included: 'part of every registration',
  already_selected: 'a registrant with a seat cannot join the waitlist',
  registration_closed: 'registration has closed',
  registrant_inactive: 'who is cancelled, denied or expired has no sessions',
  wrong_event: 'the session belongs to another event',
  session_started: 'the session has started',
  not_found: 'there is no such session',
  group_limit: 'the group is full',
  reg_type: 'the registrant type is full',
}
export type ReasonType = keyof typeof reasonTypes

/** What entries of a 422 say besides field, type and message. */
export const faultDetails = {
  session_id: Type.Optional(Type.Integer({ description: 'The session that is refused.', examples: [12346] })),
  conflicts_with: Type.Optional(
    Type.Array(Type.Integer(), { description: 'Sessions at the same time.', examples: [[12345]] }),
  ),
  waitlist: Type.Optional(
    Type.Boolean({ description: 'Whether joining the waitlist is possible.', examples: [true] }),
  ),
  seats_taken: Type.Optional(Type.Integer({ description: 'Seats that are taken.', examples: [42] })),
  waitlisted: Type.Optional(Type.Integer({ description: 'Registrants on the waitlist.', examples: [3] })),
  registrants: Type.Optional(Type.Integer({ description: 'Registrants who are there.', examples: [12] })),
  version: Type.Optional(Type.Integer({ description: 'The version that there is.', examples: [2] })),
  sessions: Type.Optional(Type.Integer({ description: 'Live sessions that it is in.', examples: [2] })),
}

const { session_id, conflicts_with, waitlist } = faultDetails
const refusal = Type.Object({
  field: Type.String({ description: 'The member that asked for it.', examples: ['session_ids'] }),
  session_id,
  type: ExplainedWord(reasonTypes, 'A stable word.', 'sold_out'),
  message: Type.String({ description: 'For people.', examples: ['This session is fully booked.'] }),
  conflicts_with,
  waitlist,
})

/** An entry of a refusal: one reason against one wish (docs/seats.md §2). */
export const Refusal = answerOf('Refusal', refusal)

/** What a change of a session did to people's seats: members of the answer. */
export const whatHappenedToSeats = {
  not_included: Type.Optional(
    Type.Array(
      Type.Object({
        registrant_id: Type.Integer({ description: 'The registrant.', examples: [987] }),
        ...refusal.properties,
      }),
      {
        description:
          'Those who do not fit into a session that is included for every registrant, and why; whom the organiser took out of it is not named.',
      },
    ),
  ),
  new_conflicts: Type.Optional(
    Type.Array(
      Type.Object({
        registrant_id: Type.Integer({ description: 'The registrant.', examples: [987] }),
        session_id: Type.Integer({ description: 'The session.', examples: [12345] }),
        conflicts_with: Type.Array(Type.Integer(), { examples: [[12346]] }),
      }),
      {
        description:
          'Those who have seats at the same time since the session was moved, or takes place again.',
      },
    ),
  ),
  people_not_told: Type.Optional(
    Type.Integer({
      description:
        'How many people have the session, or wait for it, and were not told that it is moved, does not take place any more, or does after all. Absent when there are none.',
      examples: [12],
    }),
  ),
}

/** What is answered when there is nothing else to say. */
export const Success = answerOf(
  'Success',
  Type.Object({ success: Type.Boolean({ description: 'Always true.', examples: [true] }) }),
)

/** What a claim of a seat may say. */
export const ClaimInput = bodyOf('ClaimInput', Type.Object({ drop: Type.Optional(Drop) }))

/** What joining a waitlist may say. */
export const WaitlistInput = bodyOf('WaitlistInput', Type.Object({ on_conflict: Type.Optional(OnConflict) }))

/** An agenda as it is to be. */
export const AgendaInput = bodyOf(
  'AgendaInput',
  Type.Object({
    session_ids: Type.Optional(Ids('Replaces the sessions.', 12345)),
    waitlist_ids: Type.Optional(Ids('Replaces the waitlists that the registrant is on.', 12346)),
    drop: Type.Optional(Drop),
    on_conflict: Type.Optional(OnConflict),
    partial: Type.Optional(
      Type.Boolean({
        description:
          'Grants what fits, in the order of naming, and lists the rest, instead of all or nothing.',
        examples: [true],
      }),
    ),
  }),
)

/** An agenda as it is. */
export const Agenda = answerOf(
  'Agenda',
  Type.Object({
    success: Type.Boolean({ description: 'Always true.', examples: [true] }),
    session_ids: Texts('Sessions in which the registrant has a seat.'),
    waitlisted_session_ids: Texts('Sessions for which the registrant waits, or has an offer.'),
    refused: Type.Array(Refusal, { description: 'With `partial`: what did not fit, and why.' }),
  }),
)

/** The seats and the waitlist of a session. */
export const Seats = answerOf(
  'Seats',
  Type.Object({
    session_id: Type.Integer({ description: 'The session.', examples: [12345] }),
    capacity: Type.Union([Type.Integer(), Type.Null()], {
      description: 'Seats; null is unlimited.',
      examples: [150],
    }),
    selected: Count('Seats that people have.'),
    held: Count('Seats kept for registrations that are not finished.'),
    offered: Count('Seats kept for registrants from the waitlist until they answer.'),
    waitlisted: Count('Registrants on the waitlist.'),
    seats_left: Type.Union([Type.Integer(), Type.Null()], {
      description: 'Null when unlimited.',
      examples: [141],
    }),
    offers: Type.Array(
      Type.Object({
        registrant_id: Type.Integer({ examples: [986] }),
        until: Type.String({
          description: 'When the offer expires, in UTC.',
          examples: ['2026-09-02 20:30:00'],
        }),
      }),
      { description: 'Whom a seat is kept for until they answer, the next to expire first.' },
    ),
    line: Type.Array(
      Type.Object({
        place: Type.Integer({ examples: [1] }),
        registrant_id: Type.Integer({ description: 'The registrant.', examples: [987] }),
        since: Type.String({ examples: ['2026-09-01 08:30:00'] }),
        on_conflict: OnConflict,
      }),
      { description: 'Who waits, in order.' },
    ),
  }),
)

/** Seats that can be claimed, by session. */
export const Availability = answerOf(
  'Availability',
  Type.Object(
    {},
    {
      additionalProperties: { type: ['integer', 'null'] },
      description:
        'Seats that can be claimed by session id; null is unlimited; 0 of a session that does not take place or has started, and once registration has closed.',
      examples: [{ 12345: 17, 12346: null }],
    },
  ),
)
