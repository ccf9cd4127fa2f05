import Type, { type TSchema } from 'typebox'
import { attributesOf, storedIn } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { Flag, Id, Nullable, Timestamp } from '../../http/values/values.ts'
import { writers } from '../../http/view.ts'

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))

/** What a client may say of an attendance. */
export const AttendanceInput = Type.Object({
  session_id: Id({ description: 'The session. Cannot be changed later.', examples: [12345] }),
  registrant_id: Id({
    description: 'The registrant, of the same event. Cannot be changed later.',
    examples: [987],
  }),
  waiting_room_date: optional(Timestamp({ description: 'When the registrant was in the waiting room.' })),
  check_in_date: optional(Timestamp({ description: 'When the registrant came.' })),
  check_out_date: optional(
    Timestamp({ description: 'When the registrant left.', examples: ['2026-09-01 09:30:00'] }),
  ),
  on_demand_date: optional(Timestamp({ description: 'When the registrant watched the recording.' })),
})

/** An attendance as it is returned. */
export const Attendance = Type.Object({
  id: Id({ examples: [69] }),
  event_id: Id({ examples: [67890] }),
  session_id: Id({ examples: [12345] }),
  registrant_id: Id({ examples: [987] }),
  waiting_room_date: Nullable(Timestamp()),
  check_in_date: Nullable(Timestamp()),
  check_out_date: Nullable(Timestamp()),
  on_demand_date: Nullable(Timestamp()),
  duration: Nullable(
    Type.String({
      description: 'Whole minutes from in to out, as text; null while one is open.',
      examples: ['60'],
    }),
  ),
  unexpected: Flag({ description: 'Whether the registrant had no seat in the session, or was not active.' }),
  created_at: Timestamp(),
  updated_at: Timestamp(),
  ...writers,
})

const derived = ['duration']

export const attendanceLists: Listable = {
  attributes: attributesOf(Attendance, derived),
  stored: storedIn(Attendance, derived),
  sparse: ['id', 'session_id', 'registrant_id', 'check_in_date', 'check_out_date'],
}

/** Who came to a session of an event. */
export const SessionTurnout = Type.Object({
  session_id: Id({ description: 'The session.', examples: [12345] }),
  name: Type.String({ description: 'Its name.', examples: ['Event Management Basics'] }),
  seats: Type.Integer({ description: 'Registrants who have a seat.', examples: [80] }),
  present: Type.Integer({ description: 'Registrants who were there.', examples: [74] }),
  unexpected: Type.Integer({ description: 'Of these, those who had no seat.', examples: [3] }),
  no_shows: Nullable(
    Type.Integer({
      description: 'Registrants with a seat who did not come; null until the session has ended.',
      examples: [9],
    }),
  ),
  minutes: Type.Integer({ description: 'Minutes from in to out of all of them together.', examples: [4210] }),
})
