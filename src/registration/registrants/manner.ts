import { writeQuery } from '../../http/lists/parameters.ts'
import { isAsked, type Query, Switch } from '../../http/query.ts'
import type { Body } from '../../http/values/draft.ts'

/** How a caller wants a wish to be carried out. */
export type Manner = { override: boolean; mail: boolean }

/** Query parameters of every call that may change seats. */
export const seatQuery = {
  ...writeQuery,
  override_capacity_errors: Switch(
    '`true`: grants seats beyond the capacity of a session, or of the event; lifts nothing else.',
  ),
  send_email: Switch('`true`: tells the registrant by e-mail.'),
}

export function mannerOf(call: { query: Query; body: Body }): Manner {
  return { override: isAsked(call, 'override_capacity_errors'), mail: isAsked(call, 'send_email') }
}
