import { type Body, readNew, settle } from '../http/draft.ts'
import { CheckInInput, type CheckInStatus } from './schema.ts'

/** Reads who is checked in, and as what. Throws 422. */
export function readCheckIn(body: Body): { id: number; status: CheckInStatus } {
  const { id, status } = settle(readNew(CheckInInput, { ...body, id: body.id ?? body.registrant_id }))
  return { id, status: status! }
}
