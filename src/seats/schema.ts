import Type from 'typebox'

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
    'What to do when a promotion is in conflict with a seat: keep the place in the line, or give up that seat.',
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
  already_selected: 'who has a seat does not line up for one',
  registration_closed: 'registration has closed',
  registrant_inactive: 'who is cancelled, denied or expired has no sessions',
  wrong_event: 'the session belongs to another event',
  session_started: 'the session has started',
  not_found: 'there is no such session',
  group_limit: 'the group is full',
  reg_type: 'the registrant type is full',
}
export type ReasonType = keyof typeof reasonTypes

/** Why a selection changed: the `why` of its records in the change feed. */
export const moveReasons = {
  claimed: 'asked for',
  included: 'part of every registration',
  selected_by_default: 'no sessions were named',
  lined_up: 'went into the line',
  promoted: 'the line gave a free seat',
  offered: 'the line kept a free seat until the answer',
  released: 'given up',
  swapped: 'given up for another session (`for_session_id`)',
  left_line: 'left the line',
  offer_declined: 'the offer was declined',
  offer_ended: 'the offer could not be accepted any more: back to the former place in the line',
  offer_end_moved: 'nothing moved, but the offer ends at another moment',
  offer_expired: 'the offer was not answered in time',
  times_changed:
    'nothing moved, but it is in conflict since a session was moved, or takes place again (`conflicts_with`)',
  registrant_forgotten: 'the registrant was forgotten',
  session_deleted: 'the session was deleted',
  event_deleted: 'the event was deleted, and everything with it',
  registration_confirmed: 'the registration took on this status, and its seats with it',
  registration_pending: 'likewise',
  registration_attended: 'likewise',
  registration_no_show: 'likewise',
  registration_in_progress: 'likewise',
  registrant_cancelled: 'the registrant was cancelled or deleted',
  registrant_denied: 'the registrant was denied',
  registrant_expired: 'the registration was not finished in time',
}

const Explained = (words: Record<string, string>, description: string, example: string) =>
  Type.String({
    enum: Object.keys(words),
    description: `${description} ${Object.entries(words)
      .map(([word, meaning]) => `\`${word}\`: ${meaning}`)
      .join('; ')}.`,
    examples: [example],
  })

/** What entries of a 422 say besides field, type and message. */
export const faultDetails = {
  session_id: Type.Optional(Type.Integer({ description: 'The session that is refused.', examples: [12346] })),
  conflicts_with: Type.Optional(
    Type.Array(Type.Integer(), { description: 'Sessions at the same time.', examples: [[12345]] }),
  ),
  waitlist: Type.Optional(Type.Boolean({ description: 'Whether lining up is possible.', examples: [true] })),
  seats_taken: Type.Optional(Type.Integer({ description: 'Seats that are taken.', examples: [42] })),
  waitlisted: Type.Optional(Type.Integer({ description: 'People in the line.', examples: [3] })),
  registrants: Type.Optional(Type.Integer({ description: 'Registrants who are there.', examples: [12] })),
}

/** An entry of a refusal: one reason against one wish (docs/seats.md §2). */
const { session_id, conflicts_with, waitlist } = faultDetails
const Refusal = Type.Object({
  field: Type.String({ examples: ['session_ids'] }),
  session_id,
  type: Explained(reasonTypes, 'A stable word.', 'sold_out'),
  message: Type.String({ description: 'For people.', examples: ['This session is fully booked.'] }),
  conflicts_with,
  waitlist,
})

/** What a change of a session did to people's seats: members of the answer. */
export const whatHappenedToSeats = {
  not_included: Type.Optional(
    Type.Array(Type.Object({ registrant_id: Type.Integer({ examples: [987] }), ...Refusal.properties }), {
      description:
        'Those who do not fit into a session that is included for every registrant, and why; whom the organiser took out of it is not named.',
    }),
  ),
  new_conflicts: Type.Optional(
    Type.Array(
      Type.Object({
        registrant_id: Type.Integer({ examples: [987] }),
        session_id: Type.Integer({ examples: [12345] }),
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
        'How many people have the session, or wait for it, and were not told that it does not take place any more, or that it does after all. Absent when there are none.',
      examples: [12],
    }),
  ),
}

/** A selection in the change feed. */
const SelectionChange = Type.Object({
  registrant_id: Type.Integer({ examples: [987] }),
  session_id: Type.Integer({ examples: [12345] }),
  state: Type.String({ enum: ['selected', 'held', 'offered', 'waitlisted'], examples: ['selected'] }),
  why: Type.Optional(Explained(moveReasons, 'Why it is so now; of a deletion, why it is gone.', 'promoted')),
  place: Type.Optional(
    Type.Integer({
      description: 'Of a promotion, and of a registrant whom the organiser picked: the place in the line.',
      examples: [1],
    }),
  ),
  passed_over: Type.Optional(
    Type.Array(Type.Object({ registrant_id: Type.Integer(), why: Type.String() }), {
      description:
        'Of a promotion: who stood before, and why they could not take it (conflict, registrant_inactive).',
      examples: [[{ registrant_id: 986, why: 'conflict' }]],
    }),
  ),
  for_session_id: Type.Optional(Type.Integer({ description: 'Of a swap.', examples: [12346] })),
  conflicts_with,
  override: Type.Optional(
    Type.Boolean({
      description: 'Whether the seat is beyond the capacity, by an override.',
      examples: [true],
    }),
  ),
})

export const seatSchemas = {
  Refusal,
  SelectionChange,
  Success: Type.Object({ success: Type.Boolean({ examples: [true] }) }),
  ClaimInput: Type.Object({ drop: Type.Optional(Drop) }),
  LineInput: Type.Object({ on_conflict: Type.Optional(OnConflict) }),
  AgendaInput: Type.Object({
    session_ids: Type.Optional(Ids('Replaces the sessions.', 12345)),
    waitlist_ids: Type.Optional(Ids('Replaces the lines that the registrant waits in.', 12346)),
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
  Agenda: Type.Object({
    success: Type.Boolean({ examples: [true] }),
    session_ids: Texts('Sessions in which the registrant has a seat.'),
    waitlisted_session_ids: Texts('Sessions for which the registrant waits, or has an offer.'),
    refused: Type.Array(Type.Ref('Refusal'), { description: 'With `partial`: what did not fit, and why.' }),
  }),
  Seats: Type.Object({
    session_id: Type.Integer({ examples: [12345] }),
    capacity: Type.Union([Type.Integer(), Type.Null()], { examples: [150] }),
    selected: Count('Seats that people have.'),
    held: Count('Seats kept for registrations that are not finished.'),
    offered: Count('Seats kept for someone from the line until they answer.'),
    waitlisted: Count('People in the line.'),
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
        registrant_id: Type.Integer({ examples: [987] }),
        since: Type.String({ examples: ['2026-09-01 08:30:00'] }),
        on_conflict: OnConflict,
      }),
      { description: 'Who waits, in order.' },
    ),
  }),
  Availability: Type.Object(
    {},
    {
      additionalProperties: { type: ['integer', 'null'] },
      description:
        'Seats that can be claimed by session id; null is unlimited; 0 of a session that does not take place or has started, and once registration has closed.',
      examples: [{ 12345: 17, 12346: null }],
    },
  ),
}
