import type { Db } from '../../db/connection.ts'
import { makeLinks } from '../../programme/cfs-links/links.ts'
import { listTold, type ToldSubmission, untell } from '../../programme/decisions/queries.ts'
import { storeLetters, type WrittenLetter } from '../mail/letter-queries.ts'
import type { MailOptions } from '../mail/options.ts'
import { type SingleLetter, sendSingle, unsent, written } from '../mail/single.ts'
import { mailPauses } from '../queue/pauses.ts'
import { DeliveryQueue } from '../queue/queue.ts'
import { writeSubmitterLetter } from './letter.ts'
import { type Addressee, readSubmitters, submitterOutbox, type TakenLetter } from './letter-queries.ts'

/** A letter as it goes out: whoever has it can act for its submitter, so that it is stored without its link. */
type Outgoing = SingleLetter

/** The queue of e-mails to submitters: as that of registrants, on the same outbox and to the same mail server. */
export function submitterMailQueue(options: MailOptions): DeliveryQueue<TakenLetter, Outgoing> {
  const { pool, now, warn, server } = options
  return new DeliveryQueue<TakenLetter, Outgoing>({
    pool,
    now,
    table: submitterOutbox,
    pauses: mailPauses,
    prepare: (db, letters, moment) => prepare(db, letters, moment, options),
    deliver: (letter, outgoing) => sendSingle(letter, outgoing, server!, options.sender),
    warn,
    release: () => server?.close(),
  })
}

async function prepare(
  db: Db,
  letters: TakenLetter[],
  now: Date,
  options: MailOptions,
): Promise<(Outgoing | undefined)[]> {
  const { baseUrl, server } = options
  const addressees = await readSubmitters(db, letters)
  const ids = letters.map(({ id }) => id)
  const told = Map.groupBy(await listTold(db, ids), ({ letter_id }) => letter_id)
  await untell(db, ids)
  const reachable = [...addressees.values()].flatMap(({ id, email }) =>
    email === null ? [] : [{ contact_id: id, email }],
  )
  const tokens = baseUrl && server ? await makeLinks(db, reachable, now) : new Map<number, string>()
  const results = letters.map(letter => {
    const addressee = addressees.get(letter.cfs_contact_id)!
    const token = tokens.get(letter.cfs_contact_id)
    return writeOne(letter, addressee, told.get(letter.id) ?? [], token, options)
  })
  await storeLetters(
    db,
    results.map(({ stored }) => stored),
  )
  return results.map(({ outgoing }) => outgoing)
}

function writeOne(
  { id, kind }: TakenLetter,
  addressee: Addressee,
  submissions: ToldSubmission[],
  token: string | undefined,
  { baseUrl, server, fault }: MailOptions,
): { stored: WrittenLetter; outgoing: Outgoing | undefined } {
  const { email, forgotten_at, event_name } = addressee
  if (email === null || forgotten_at) return unsent(id, 'dropped', 'The submitter was forgotten.')
  if (kind === 'cfs_decision' && submissions.length === 0)
    return unsent(id, 'dropped', 'What it would say was no longer true when its turn came.')
  try {
    const page = token ? `${baseUrl}/submit/${token}` : null
    const texts = writeSubmitterLetter({ kind, name: nameOf(addressee), event_name, submissions, page })
    const hide = (text: string) => (token ? text.replaceAll(token, '…') : text)
    const letter = {
      name: [addressee.first_name, addressee.last_name].filter(Boolean).join(' '),
      address: email,
    }
    const hidden = { ...letter, subject: texts.subject, text: hide(texts.text), html: hide(texts.html) }
    return {
      stored: written(id, hidden, server !== null),
      outgoing: server ? { ...letter, ...texts } : undefined,
    }
  } catch (error) {
    fault(error, id)
    return unsent(id, 'failed', `It could not be written: ${(error as Error).message}`)
  }
}

const nameOf = ({ first_name, last_name, email }: Addressee) =>
  [first_name, last_name].filter(Boolean).join(' ') || email!
