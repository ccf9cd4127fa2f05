import { createTransport } from 'nodemailer'

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
  /** it was the connection that failed, not this letter */
  isOutage: boolean
}

type Failure = Error & {
  permanent?: boolean
  recipient?: string
  responseCode?: number
  response?: string
  rejectedErrors?: Failure[]
}

/** A mail server that letters can be handed to. Never throws: a failure is a delivery to nobody. */
export type MailServer = { deliver: (parcel: Parcel) => Promise<Delivery>; close: () => void }

const minutes = (count: number) => count * 60_000

/** The mail server at an smtp:// or smtps:// URL, over a few connections that are kept. */
export function mailServerAt(url: string, from: string): MailServer {
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
    deliver: parcel =>
      transport.sendMail(messageOf(parcel, from)).then(
        ({ accepted, rejectedErrors = [] }) => deliveryOf(accepted, rejectedErrors as Failure[]),
        (failure: Failure) => failureOf(failure, parcel),
      ),
    close: () => transport.close(),
  }
}

function messageOf({ message_id, recipients, to, cc, subject, text, html, calendar }: Parcel, from: string) {
  return {
    messageId: message_id,
    envelope: { from, to: recipients },
    from,
    to,
    ...(cc && { cc: { name: '', address: cc } }),
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

function failureOf(failure: Failure, { recipients }: Parcel): Delivery {
  if (failure.rejectedErrors?.length) return deliveryOf([], failure.rejectedErrors)
  const { responseCode, permanent = false } = failure
  // A refused login (535) is about us, not about this letter.
  const isFinal = permanent && (failure as { code?: string }).code !== 'EAUTH'
  return {
    delivered: [],
    refused: isFinal ? recipients : [],
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
