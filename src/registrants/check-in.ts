import Type from 'typebox'
import { type Body, readNew, settle } from '../http/draft.ts'
import { Id, Word } from '../http/values.ts'

const checkInStatuses = ['attended', 'confirmed', 'no_show'] as const

export const CheckInInput = Type.Object({
  id: Id({ description: 'The registrant; `registrant_id` is understood as well.', examples: [987] }),
  status: Type.Optional(
    Word([...checkInStatuses], { default: 'attended', description: '`confirmed` takes a check-in back.' }),
  ),
})

/** Reads who is checked in, and as what. Throws 422. */
export function readCheckIn(body: Body): { id: number; status: (typeof checkInStatuses)[number] } {
  const { id, status } = settle(readNew(CheckInInput, { ...body, id: body.id ?? body.registrant_id }))
  return { id, status: status! }
}
