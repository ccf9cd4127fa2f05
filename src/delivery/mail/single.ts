import { instantOf } from '../../http/values/timestamps.ts'
import type { AttemptResult } from '../queue/settlement.ts'
import type { WrittenLetter } from './letter-queries.ts'
import { oneLine } from './prose.ts'
import { outcomeOf } from './settlement.ts'
import { domainOf, type MailServer, type Sender } from './smtp.ts'

/** An e-mail to one person, as it goes out: without a calendar, and without a copy for somebody else. */
export type SingleLetter = { name: string; address: string; subject: string; text: string; html: string }

const nothing = {
  recipients: [],
  subject: null,
  body_text: null,
  body_html: null,
  calendar: null,
  calendar_session_ids: null,
  last_error: null,
}

/** An e-mail that is stored as it is, or kept where nobody sends it. */
export const written = (
  id: number,
  { address, subject, text, html }: SingleLetter,
  isSent: boolean,
): WrittenLetter => ({
  ...nothing,
  id,
  state: isSent ? 'sending' : 'kept',
  recipients: [address],
  subject,
  body_text: text,
  body_html: html,
})

/** An e-mail that does not go out. */
export const unsent = (id: number, state: 'dropped' | 'failed', last_error: string) => ({
  stored: { ...nothing, id, state, last_error } satisfies WrittenLetter,
  outgoing: undefined,
})

/** Sends an e-mail to one person, unless an earlier attempt did. */
export async function sendSingle(
  letter: { id: number; created_at: string; delivered: string[]; refused: string[] },
  { name, address, subject, text, html }: SingleLetter,
  server: MailServer,
  sender: Sender,
): Promise<AttemptResult> {
  const done = new Set([...letter.delivered, ...letter.refused])
  const recipients = [address].filter(recipient => !done.has(recipient))
  const delivery = await server.deliver({
    ...{ subject, text, html, recipients, cc: null, calendar: null },
    message_id: `<letter.${letter.id}.${instantOf(letter.created_at).getTime()}@${domainOf(sender)}>`,
    to: { name: oneLine(name), address },
  })
  return outcomeOf(letter, recipients, delivery)
}
