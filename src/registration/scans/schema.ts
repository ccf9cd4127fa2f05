import Type, { type TSchema } from 'typebox'
import type { Listable } from '../../http/lists/listing.ts'
import { Id, Nullable, Text, Timestamp, Word } from '../../http/values/values.ts'
import { writers } from '../../http/view.ts'
import { attendanceLists } from '../attendance/schema.ts'

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))

/** A scan as it is returned: an attendance by another name. */
export const Scan = Type.Object({
  id: Id({ examples: [69] }),
  event_id: Id({ examples: [67890] }),
  registrant_id: Id({ examples: [987] }),
  type: Type.String({ enum: ['session'], description: 'What was scanned for.', examples: ['session'] }),
  scan_id: Id({ description: 'The session.', examples: [12345] }),
  unexpected: Type.Boolean({
    description: 'Whether the registrant had no seat in the session, or was not active.',
    examples: [false],
  }),
  created_at: Timestamp({ description: 'When the registrant came, in UTC.' }),
  created_by: writers.created_by,
})

/** Scans are listed by what they are made of. */
export const scanLists: Listable = {
  attributes: {
    id: attendanceLists.attributes.id!,
    registrant_id: attendanceLists.attributes.registrant_id!,
    scan_id: attendanceLists.attributes.session_id!,
    created_at: attendanceLists.attributes.check_in_date!,
  },
  sparse: Object.keys(Scan.properties),
}

export const mostScans = 500

/** A scan that a device made, perhaps without a network. */
export const ScanInput = Type.Object({
  client_id: Text(255, {
    minLength: 1,
    description: 'An id that the device gives it, by which a repetition is recognised.',
    examples: ['6f1c7f52-6a43-4f1e-9d3a-2b1c0d9e8f70'],
  }),
  registrant_id: optional(
    Id({ description: 'The registrant; or `secure_id`, or `ext_token`.', examples: [987] }),
  ),
  secure_id: optional(Text(255, { description: 'The secure id of the registrant.' })),
  ext_token: optional(Text(255, { description: 'The token that another system has for the registrant.' })),
  session_id: Id({ description: 'The session.', examples: [12345] }),
  direction: Type.Optional(
    Word(['in', 'out'], {
      description: 'Whether they came or left: `in` unless given.',
      examples: ['in'],
    }),
  ),
  scanned_at: optional(
    Timestamp({
      description: 'When it was scanned, RFC 3339 or in UTC; now unless given.',
      examples: ['2026-09-01T08:30:00Z'],
    }),
  ),
  device: optional(Text(255, { description: 'Name of the device.', examples: ['Door 2'] })),
})

/** What became of each scan of a batch. */
export const ScanResult = Type.Object({
  client_id: Nullable(
    Type.String({ description: 'The id that the device gave it.', examples: ['6f1c7f52'] }),
  ),
  status: Type.String({
    enum: ['created', 'existing', 'refused'],
    description: 'Whether it was taken, had been before, or cannot be.',
    examples: ['created'],
  }),
  id: Nullable(Id({ description: 'The attendance; null when it is refused.', examples: [69] })),
  unexpected: Type.Boolean({ description: 'As of a single scan.', examples: [false] }),
  reason: Nullable(
    Type.String({
      description:
        'Why it is refused: `not_found` (no such registrant), `session_not_found`, `not_expected` (where `strict_scans` is set), or `invalid`.',
      examples: [null],
    }),
  ),
  message: Nullable(Type.String({ description: 'The same for people.', examples: [null] })),
  clock_ahead_seconds: Nullable(
    Type.Integer({
      description: 'How far the clock of the device is ahead, when that is more than five minutes.',
      examples: [null],
    }),
  ),
})
