import type { MailKind } from '../../records/outbox/schema.ts'
import type { Errand } from '../../seats/ledger/errand.ts'
import type { NewRegistrant, ProfileChange } from '../registrants/queries.ts'

/** An errand with what is written of the person in the transaction of their seats: both, or neither. */
export type PersonErrand = Errand & {
  person?: NewRegistrant
  /** what changes of the person; needed for a change of status too */
  change?: ProfileChange
  /** a letter to send when the errand is granted */
  letter?: MailKind
}

/** An errand, and the event that it is about. */
export type Order = { event_id: number; errand: PersonErrand }
