import type { Db } from '../../db/connection.ts'
import { instantOf } from '../../http/values/timestamps.ts'
import { mailPauses } from '../queue/pauses.ts'
import { DeliveryQueue } from '../queue/queue.ts'
import type { AttemptResult } from '../queue/settlement.ts'
import type { LetterTexts } from './letter.ts'
import {
  type ClaimedLetter,
  outbox,
  readAddressees,
  storeLetters,
  type TakenLetter,
} from './letter-queries.ts'
import type { MailOptions } from './options.ts'
import { oneLine } from './prose.ts'
import { both, outcomeOf } from './settlement.ts'
import { type Delivery, domainOf, isSameMailbox, type MailServer, type Sender } from './smtp.ts'
import { type SealedLetter, withoutToken, writeLetters } from './writing.ts'

type Outgoing = { claimed: ClaimedLetter; written: SealedLetter }

/**
 * The queue of e-mails: they are written when their turn comes, and handed to the mail server. One that goes out again,
 * because nobody knows whether it did, has the same Message-ID.
 */
export function mailQueue(options: MailOptions): DeliveryQueue<TakenLetter, Outgoing> {
  const { pool, now, warn, server } = options
  return new DeliveryQueue<TakenLetter, Outgoing>({
    pool,
    now,
    table: outbox,
    pauses: mailPauses,
    prepare: (db, letters, moment) => prepare(db, letters, moment, options),
    deliver: (_letter, outgoing) => send(outgoing, server!, options.sender),
    warn,
    release: () => server?.close(),
  })
}

async function prepare(
  db: Db,
  taken: TakenLetter[],
  now: Date,
  { baseUrl, server, sender, fault }: MailOptions,
): Promise<(Outgoing | undefined)[]> {
  const addressees = await readAddressees(db, taken)
  const claimed = taken.map(letter => ({ ...letter, ...addressees.get(letter.registrant_id)! }))
  const written = await writeLetters(db, claimed, { baseUrl, now, organiser: sender, isKept: !server, fault })
  await storeLetters(db, written.map(withoutToken))
  return written.map((letter, index) =>
    letter.state === 'sending' ? { claimed: claimed[index]!, written: letter } : undefined,
  )
}

async function send(
  { claimed, written }: Outgoing,
  server: MailServer,
  sender: Sender,
): Promise<AttemptResult> {
  const done = new Set([...claimed.delivered, ...claimed.refused])
  const recipients = written.recipients.filter(recipient => !done.has(recipient))
  const [own, copies] = partition(recipients, recipient => isSameMailbox(recipient, claimed.email))
  const texts = { subject: written.subject!, text: written.body_text!, html: written.body_html! }
  const hand = async (to: string[], texts: LetterTexts, part: string): Promise<Delivery> =>
    to.length > 0
      ? server.deliver(parcelOf({ claimed, written }, to, texts, part, domainOf(sender)))
      : { delivered: [], refused: [], reason: null, isOutage: false }
  const delivery = both(await hand(own, texts, ''), await hand(copies, written.copy ?? texts, 'copy.'))
  const outcome = outcomeOf(claimed, recipients, delivery)
  return { ...outcome, reason: outcome.reason ?? written.last_error }
}

function parcelOf(
  { claimed: { id, first_name, last_name, email, created_at }, written }: Outgoing,
  recipients: string[],
  texts: LetterTexts,
  part: string,
  domain: string,
) {
  return {
    ...texts,
    message_id: `<letter.${id}.${part}${instantOf(created_at).getTime()}@${domain}>`,
    recipients,
    to: { name: oneLine([first_name, last_name].filter(Boolean).join(' ')), address: email },
    cc: written.recipients[1] ?? null,
    calendar: written.calendar,
  }
}

function partition<T>(items: T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter(item => !belongs(item))]
}
