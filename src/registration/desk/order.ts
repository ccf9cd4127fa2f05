import type { MailKind } from '../../records/outbox/schema.ts'
import type { Order } from '../../seats/ledger/order.ts'
import type { NewRegistrant, ProfileChange } from '../registrants/queries.ts'

/** An order with what is written of the person in the transaction of their seats: both, or neither. */
export type PersonOrder = Order & {
  person?: NewRegistrant
  /** what changes of the person; needed for a change of status too */
  change?: ProfileChange
  /** a letter to send when the order is granted */
  letter?: MailKind
}

/** An order as it is brought to the desk: with the event that it is about. */
export type DeskOrder = PersonOrder & { event_id: number }
