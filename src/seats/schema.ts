import Type from 'typebox'

const OnConflict = Type.String({
  enum: ['pass', 'swap'],
  description: 'What to do when a promotion would clash: keep the place, or give up what clashes.',
  examples: ['swap'],
})
const Ids = (description: string) => Type.Array(Type.Integer(), { description, examples: [[12345]] })
const Texts = (description: string) => Type.Array(Type.String(), { description, examples: [['12345']] })
const Count = (description: string) => Type.Integer({ description, examples: [3] })

/** An entry of a refusal: one reason against one wish (seats.md §2). */
const Refusal = Type.Object(
  {
    field: Type.String({ examples: ['session_ids'] }),
    session_id: Type.Integer({ examples: [12346] }),
    type: Type.String({ examples: ['sold_out'] }),
    message: Type.String({ examples: ['This session is fully booked.'] }),
  },
  { additionalProperties: true },
)

export const seatSchemas = {
  Success: Type.Object({ success: Type.Boolean({ examples: [true] }) }),
  LineInput: Type.Object({ on_conflict: Type.Optional(OnConflict) }),
  AgendaInput: Type.Object({
    session_ids: Type.Optional(Ids('Replaces the sessions.')),
    waitlist_ids: Type.Optional(Ids('Replaces the lines that the registrant waits in.')),
    on_conflict: Type.Optional(OnConflict),
    partial: Type.Optional(
      Type.Boolean({
        description: 'Grants what fits and lists the rest, instead of all or nothing.',
        examples: [true],
      }),
    ),
  }),
  Agenda: Type.Object({
    success: Type.Boolean({ examples: [true] }),
    session_ids: Texts('Sessions in which the registrant has a seat.'),
    waitlisted_session_ids: Texts('Sessions for which the registrant waits, or has an offer.'),
    refused: Type.Array(Refusal, { description: 'With `partial`: what did not fit, and why.' }),
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
      description: 'Seats left by session id; null is unlimited.',
      examples: [{ 12345: 17, 12346: null }],
    },
  ),
}
