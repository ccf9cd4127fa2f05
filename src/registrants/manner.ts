import type { FastifyRequest } from 'fastify'
import { isOn, type Query } from '../http/query.ts'
import { writeQuery } from '../http/route.ts'

/** How a caller wants a wish to be carried out. */
export type Manner = { override: boolean; mail: boolean }

/** Query parameters of every call that may change seats. */
export const seatQuery = {
  ...writeQuery,
  override_capacity_errors: '`true`: grants seats beyond a capacity; lifts nothing else.',
  send_email: '`true`: tells the registrant by e-mail.',
}

export function mannerOf(request: FastifyRequest): Manner {
  const query = request.query as Query
  return { override: isOn(query, 'override_capacity_errors'), mail: isOn(query, 'send_email') }
}
