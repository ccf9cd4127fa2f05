import { type Body, readNew, settle } from '../../http/values/draft.ts'
import type { RegistrationStatus } from '../../seats/schema.ts'
import { CheckInInput, type CheckInStatus } from './check-in-schema.ts'

/** What a check-in answers besides the registrant: the new status in words, and whether it is the first. */
export const checkInNote = (status: RegistrationStatus, before: string) => ({
  status: labels[status as CheckInStatus],
  first_check_in: status === 'attended' && before !== 'attended',
})

const labels: Record<CheckInStatus, string> = {
  attended: 'Attended',
  confirmed: 'Confirmed',
  no_show: 'No Show',
}

/** Reads who is checked in, and as what. Throws 422. */
export function readCheckIn(body: Body): { id: number; status: CheckInStatus } {
  const { id, status } = settle(readNew(CheckInInput, { ...body, id: body.id ?? body.registrant_id }))
  return { id, status: status! }
}
