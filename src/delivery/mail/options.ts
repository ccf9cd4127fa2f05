import type { Pool } from '../../db/connection.ts'
import type { MailServer, Sender } from './smtp.ts'

/** What a queue of e-mails is made of. */
export type MailOptions = {
  pool: Pool
  now: () => Date
  /** base of links; null: letters have none of their own */
  baseUrl: string | null
  /** null: letters are written and kept */
  server: MailServer | null
  /** whom e-mails are from; its domain is that of the Message-IDs */
  sender: Sender
  /** told of rounds that failed */
  warn: (error: unknown) => void
  /** told of what could not be written, and of which e-mail: nothing but a change of the program mends that */
  fault: (error: unknown, letter_id: number) => void
}
