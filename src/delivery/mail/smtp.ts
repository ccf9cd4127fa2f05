import { createTransport } from 'nodemailer'
import MimeNode from 'nodemailer/lib/mime-node'

/** What is handed to the mail server. */
export type Parcel = {
  message_id: string
  recipients: string[]
  to: { name: string; address: string }
  cc: string | null
  subject: string
  text: string
  html: string
  calendar: string | null
}

/** What the mail server made of a parcel. Whoever is in neither list may be tried again. */
export type Delivery = {
  delivered: string[]
  refused: string[]
  reason: string | null
  /** the mail server was away, or refused us rather than this letter */
  isOutage: boolean
}

type Failure = Error & {
  permanent?: boolean
  recipient?: string
  /** what was refused */
  command?: string
  responseCode?: number
  response?: string
  rejectedErrors?: Failure[]
}

/** A mail server that letters can be handed to. Never throws: a failure is a delivery to nobody. */
export type MailServer = { deliver: (parcel: Parcel) => Promise<Delivery>; close: () => void }

const minutes = (count: number) => count * 60_000

/** The mail server at an smtp:// or smtps:// URL, over a few connections that are kept. */
export function mailServerAt(url: string, sender: Sender): MailServer {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections: 4,
    // A connection that breaks after the text was sent may have delivered it: whether to repeat is for us to say.
    maxRequeues: 0,
    idleTimeout: 20_000,
    connectionTimeout: minutes(0.5),
    greetingTimeout: minutes(5),
    // RFC 5321 §4.5.3.2.6: giving up earlier after the final dot makes duplicates.
    socketTimeout: minutes(10),
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  // The pool says so of connections that nobody waits for; each letter has its own failure.
  transport.on('error', () => {})
  return {
    deliver: async parcel => {
      const given = Map.groupBy(parcel.recipients, asTold)
      const delivery = await transport.sendMail(messageOf(parcel, [...given.keys()], sender)).then(
        ({ accepted, rejectedErrors = [] }) => deliveryOf(accepted, rejectedErrors as Failure[]),
        (failure: Failure) => failureOf(failure, [...given.keys()]),
      )
      const asGiven = (told: string[]) => told.flatMap(address => given.get(address) ?? [])
      return { ...delivery, delivered: asGiven(delivery.delivered), refused: asGiven(delivery.refused) }
    },
    close: () => transport.close(),
  }
}

/** The domain of a sender, as it may stand in a Message-ID. */
export const domainOf = ({ address }: Sender) => asTold(address).replace(/^.*@/, '')

export type Sender = { name: string; address: string }

/** `Name <address>`, or an address alone. The name is any text: a header would read `Fair: desk` as a group. */
export function senderOf(from: string): Sender {
  const [, name = '', address = from] = /^(.*?)\s*<(.*)>$/.exec(from) ?? []
  return { name: name.replace(/^"(.*)"$/, '$1'), address }
}

/**
 * An address as the mail server is told it, and names it in its answers: a domain in small letters of ASCII, an unusual
 * name in quotes.
 */
const asTold = (address: string) =>
  new MimeNode('text/plain').setEnvelope({ to: bare(address) }).getEnvelope().to[0] ?? address

/** Whether the mail server is told the same address for both. */
export const isSameMailbox = (one: string, other: string) =>
  asTold(one).toLowerCase() === asTold(other).toLowerCase()

/** Not to be read as a header, where `a(b)@c` means `a@c`, and `a:b@c` a group. */
const bare = (address: string) => ({ name: '', address })

function messageOf(
  { message_id, to, cc, subject, text, html, calendar }: Parcel,
  told: string[],
  sender: Sender,
) {
  return {
    messageId: message_id,
    envelope: { from: sender.address, to: told.map(bare) },
    from: sender,
    to,
    ...(cc && { cc: bare(cc) }),
    subject,
    text,
    html,
    headers: { 'Auto-Submitted': 'auto-generated' },
    ...(calendar && {
      attachments: [
        {
          filename: 'agenda.ics',
          content: calendar,
          contentType: 'text/calendar; charset=utf-8; method=PUBLISH',
        },
      ],
    }),
  }
}

function failureOf(failure: Failure, told: string[]): Delivery {
  if (failure.rejectedErrors?.length) return deliveryOf([], failure.rejectedErrors)
  const { responseCode, permanent = false, command } = failure
  // The text is this letter's; connection, login and sender are those of every letter, and refused until somebody helps.
  const isFinal = permanent && command === 'DATA'
  return {
    delivered: [],
    refused: isFinal ? told : [],
    reason: reasonOf(failure),
    isOutage: !isFinal && (responseCode === undefined || permanent),
  }
}

function deliveryOf(delivered: string[], rejected: Failure[]): Delivery {
  return {
    delivered,
    refused: rejected.filter(each => each.permanent).map(each => each.recipient!),
    reason: rejected.map(each => `${each.recipient}: ${reasonOf(each)}`).join('; ') || null,
    isOutage: false,
  }
}

const reasonOf = ({ response, message }: Failure) => (response ?? message).slice(0, 1000)
