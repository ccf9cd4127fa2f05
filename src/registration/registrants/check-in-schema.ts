import Type from 'typebox'
import { Id, Word } from '../../http/values/values.ts'
import { WrittenRegistrant } from './schema.ts'

const checkInStatuses = ['attended', 'confirmed', 'no_show'] as const

export type CheckInStatus = (typeof checkInStatuses)[number]

/** Who is checked in, and as what. */
export const CheckInInput = Type.Object({
  id: Id({ description: 'The registrant; `registrant_id` is understood as well.', examples: [987] }),
  status: Type.Optional(
    Word([...checkInStatuses], { default: 'attended', description: '`confirmed` takes a check-in back.' }),
  ),
})

/** A registrant as they are returned by a check-in. */
export const CheckedIn = Type.Object(
  {
    ...WrittenRegistrant.properties,
    status: Word(['Attended', 'Confirmed', 'No Show'], { description: 'The new status, in words.' }),
    first_check_in: Type.Boolean({
      description: 'Whether the registrant was not attended before.',
      examples: [true],
    }),
  },
  { additionalProperties: true, description: 'Answers are flat, as `c_N`.' },
)
