import Type from 'typebox'
import { answerOf, ExplainedWord } from '../../http/document/schemas.ts'

/** Why a selection changed: the `why` of its records in the change feed. */
export const moveReasons = {
  claimed: 'asked for',
  included: 'part of every registration',
  selected_by_default: 'no sessions were named',
  lined_up: 'joined the waitlist',
  promoted: 'the waitlist gave a free seat',
  offered: 'a free seat was kept for the registrant until the answer',
  released: 'given up',
  swapped: 'given up for another session (`for_session_id`)',
  left_line: 'left the waitlist',
  offer_declined: 'the offer was declined',
  offer_ended: 'the offer could not be accepted any more: back to the former place on the waitlist',
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

/** A selection in the change feed. */
export const SelectionChange = answerOf(
  'SelectionChange',
  Type.Object({
    registrant_id: Type.Integer({ description: 'The registrant.', examples: [987] }),
    session_id: Type.Integer({ description: 'The session.', examples: [12345] }),
    state: Type.String({
      enum: ['selected', 'held', 'offered', 'waitlisted'],
      description:
        'What the registrant has there: a seat, a seat of an unfinished registration, an offer, or a place on the waitlist.',
      examples: ['selected'],
    }),
    why: Type.Optional(
      ExplainedWord(moveReasons, 'Why it is so now; of a deletion, why it is gone.', 'promoted'),
    ),
    place: Type.Optional(
      Type.Integer({
        description:
          'Of a promotion, and of a registrant whom the organiser picked: the place on the waitlist.',
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
    conflicts_with: Type.Optional(
      Type.Array(Type.Integer(), { description: 'Sessions at the same time.', examples: [[12345]] }),
    ),
    override: Type.Optional(
      Type.Boolean({
        description: 'Whether the seat is beyond the capacity, by an override.',
        examples: [true],
      }),
    ),
  }),
)
