import type { Config } from '../config.ts'
import type { Pool } from '../db/connection.ts'
import { mailQueue } from './mail/mail.ts'
import type { MailOptions } from './mail/options.ts'
import { type MailServer, mailServerAt, senderOf } from './mail/smtp.ts'
import { speakerMailQueue } from './speaker-mail/mail.ts'
import { submitterMailQueue } from './submitter-mail/mail.ts'

/** The queues of e-mails of this process, at work; `baseUrl` is the base of links in e-mails. */
export function startMail(
  pool: Pool,
  { SMTP_URL, MAIL_FROM }: Config,
  baseUrl: string | null,
  now: () => Date,
  told: Pick<MailOptions, 'warn' | 'fault'>,
): { close: () => Promise<void> } {
  const sender = senderOf(MAIL_FROM)
  const server = SMTP_URL ? shared(mailServerAt(SMTP_URL, sender), 3) : null
  const options = { pool, now, baseUrl, server, sender, ...told }
  const queues = [mailQueue(options), submitterMailQueue(options), speakerMailQueue(options)]
  for (const queue of queues) queue.start()
  return { close: async () => void (await Promise.all(queues.map(queue => queue.close()))) }
}

/** A mail server that several queues use: it is closed when the last of them needs it no longer. */
function shared(server: MailServer, users: number): MailServer {
  let open = users
  return {
    deliver: server.deliver,
    close: () => {
      open--
      if (open === 0) server.close()
    },
  }
}
