import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '../../config.ts'
import { type Pool, transaction } from '../../db/connection.ts'
import { instantOf } from '../../registration/agenda/words.ts'
import {
  type ClaimedLetter,
  claimLetters,
  renewLeases,
  type Settlement,
  settleLetter,
  storeLetters,
} from './dispatch-queries.ts'
import type { LetterTexts } from './letter.ts'
import { oneLine } from './prose.ts'
import { both, settle } from './settlement.ts'
import {
  type Delivery,
  domainOf,
  isSameMailbox,
  type MailServer,
  mailServerAt,
  type Sender,
  senderOf,
} from './smtp.ts'
import { type SealedLetter, withoutToken, writeLetters } from './writing.ts'

/** How often the outbox is looked at, in milliseconds. */
const interval = 1000
/** Letters that a process has in hand at most. More are taken when half of the hands are free. */
const hands = 20
/** How long a letter belongs to a process that is not heard of; a living one renews it three times as often. */
const leaseTime = 120_000
/** How long a stop waits for letters that are being sent. */
const farewell = 10_000

export type DispatcherOptions = {
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

type Outgoing = { claimed: ClaimedLetter; written: SealedLetter }

/**
 * Takes letters from the outbox, writes them, and hands them to the mail server. Any number of processes may do so on one
 * database. A letter goes out once; only when a process dies between the server's 250 and its own record of it, or is not
 * heard of for two minutes, the letter goes out again, with the same Message-ID.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions
  /** letters in hand, by their id, and the end of their sending */
  readonly #inHand = new Map<number, Promise<void>>()
  readonly #timers: NodeJS.Timeout[] = []
  #round: Promise<void> | undefined
  #closing = false

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  start(): void {
    this.#timers.push(
      setInterval(() => void this.dispatch().catch(this.#options.warn), interval).unref(),
      setInterval(() => void this.#renew().catch(this.#options.warn), leaseTime / 3).unref(),
    )
  }

  /** Sends everything whose turn has come; a round that is under way already is joined. */
  dispatch(): Promise<void> {
    this.#round ??= this.#sendAll().finally(() => {
      this.#round = undefined
    })
    return this.#round
  }

  /** Takes no more letters, and waits a while for those that are being sent. */
  async close(): Promise<void> {
    this.#closing = true
    for (const timer of this.#timers) clearInterval(timer)
    await Promise.race([
      Promise.allSettled([this.#round, ...this.#inHand.values()]),
      sleep(farewell, undefined, { ref: false }),
    ])
    this.#options.server?.close()
  }

  async #sendAll(): Promise<void> {
    for (;;) {
      await this.#fillHands()
      if (this.#inHand.size === 0) return
      await Promise.race([...this.#inHand.values(), sleep(interval, undefined, { ref: false })])
    }
  }

  /** Takes letters as hands come free, so that one which the mail server keeps waiting holds up no other. */
  async #fillHands(): Promise<void> {
    while (!this.#closing && this.#inHand.size <= hands / 2) {
      const limit = hands - this.#inHand.size
      const { taken, outgoing } = await this.#take(limit)
      for (const letter of outgoing) {
        const { id } = letter.claimed
        this.#inHand.set(
          id,
          this.#send(letter).finally(() => this.#inHand.delete(id)),
        )
      }
      if (taken < limit) return
    }
  }

  async #take(limit: number): Promise<{ taken: number; outgoing: Outgoing[] }> {
    const { pool, baseUrl, server, sender, fault } = this.#options
    const now = this.#options.now()
    return transaction(pool, async db => {
      const claimed = await claimLetters(db, {
        now,
        lease: leaseFrom(now),
        limit,
        inHand: [...this.#inHand.keys()],
      })
      if (claimed.length === 0) return { taken: 0, outgoing: [] }
      const written = await writeLetters(db, claimed, {
        baseUrl,
        now,
        organiser: sender,
        isKept: !server,
        fault,
      })
      await storeLetters(db, written.map(withoutToken))
      const outgoing = claimed.flatMap((letter, index) =>
        written[index]!.state === 'sending' ? [{ claimed: letter, written: written[index]! }] : [],
      )
      return { taken: claimed.length, outgoing }
    })
  }

  async #send({ claimed, written }: Outgoing): Promise<void> {
    const done = new Set([...claimed.delivered, ...claimed.refused])
    const recipients = written.recipients.filter(recipient => !done.has(recipient))
    const [own, copies] = partition(recipients, recipient => isSameMailbox(recipient, claimed.email))
    const texts = { subject: written.subject!, text: written.body_text!, html: written.body_html! }
    const delivery = both(
      await this.#deliver(claimed, written, own, texts),
      await this.#deliver(claimed, written, copies, written.copy ?? texts, 'copy.'),
    )
    const settlement = settle(claimed, recipients, delivery, this.#options.now())
    const last_error = settlement.last_error ?? written.last_error
    await this.#record(claimed, { ...settlement, last_error })
  }

  async #deliver(
    { id, first_name, last_name, email, created_at }: ClaimedLetter,
    written: SealedLetter,
    recipients: string[],
    texts: LetterTexts,
    part = '',
  ): Promise<Delivery> {
    if (recipients.length === 0) return { delivered: [], refused: [], reason: null, isOutage: false }
    const domain = domainOf(this.#options.sender)
    return this.#options.server!.deliver({
      ...texts,
      message_id: `<letter.${id}.${part}${instantOf(created_at).getTime()}@${domain}>`,
      recipients,
      to: { name: oneLine([first_name, last_name].filter(Boolean).join(' ')), address: email },
      cc: written.recipients[1] ?? null,
      calendar: written.calendar,
    })
  }

  /** What the mail server has taken must be written down, or it would go out again: a database that is away is waited for. */
  async #record(letter: ClaimedLetter, settlement: Settlement): Promise<void> {
    for (;;) {
      try {
        return await settleLetter(this.#options.pool, letter, settlement, this.#options.now())
      } catch (error) {
        this.#options.warn(error)
        if (this.#closing) return
        await sleep(1000, undefined, { ref: false })
      }
    }
  }

  async #renew(): Promise<void> {
    if (this.#inHand.size > 0)
      await renewLeases(this.#options.pool, [...this.#inHand.keys()], leaseFrom(this.#options.now()))
  }
}

/** The dispatcher of this process, at work; `baseUrl` is the base of links in e-mails. */
export function startDispatcher(
  pool: Pool,
  { SMTP_URL, MAIL_FROM }: Config,
  baseUrl: string | null,
  now: () => Date,
  told: Pick<DispatcherOptions, 'warn' | 'fault'>,
): Dispatcher {
  const sender = senderOf(MAIL_FROM)
  const dispatcher = new Dispatcher({
    pool,
    now,
    baseUrl,
    server: SMTP_URL ? mailServerAt(SMTP_URL, sender) : null,
    sender,
    ...told,
  })
  dispatcher.start()
  return dispatcher
}

function partition<T>(items: T[], belongs: (item: T) => boolean): [T[], T[]] {
  return [items.filter(belongs), items.filter(item => !belongs(item))]
}

const leaseFrom = (now: Date) => new Date(now.getTime() + leaseTime)
