import type { AddressInfo } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

/** A letter as a mail server got it. */
export type Received = { to: string[]; mail: ParsedMail }

type Behaviour = {
  /** what RCPT TO answers for an address; undefined: it is accepted */
  refuse?: (address: string) => { code: number; text: string } | undefined
  /** waits before the answer to the text of a letter */
  beforeAnswer?: (mail: ParsedMail) => Promise<void>
  /** what the text of a letter is answered with; undefined: 250 */
  answer?: () => { code: number; text: string } | undefined
}

export type TestMailServer = {
  url: string
  port: number
  received: Received[]
  behaviour: Behaviour
  /** connections that have ended */
  gone: Set<string>
  close: () => Promise<void>
}

/** A real SMTP server on this machine. A letter counts as received when it was answered with 250 to a client that was still there. */
export async function testMailServer(port = 0): Promise<TestMailServer> {
  const received: Received[] = []
  const behaviour: Behaviour = {}
  const gone = new Set<string>()
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    closeTimeout: 100,
    onRcptTo({ address }, _session, done) {
      const refusal = behaviour.refuse?.(address)
      done(refusal && Object.assign(new Error(refusal.text), { responseCode: refusal.code }))
    },
    async onData(stream, session, done) {
      const mail = await simpleParser(stream).catch(() => undefined)
      if (!mail) return done(new Error('The connection broke.'))
      await behaviour.beforeAnswer?.(mail)
      const failure = behaviour.answer?.()
      if (failure) return done(Object.assign(new Error(failure.text), { responseCode: failure.code }))
      if (!gone.has(session.id))
        received.push({ to: session.envelope.rcptTo.map(each => each.address), mail })
      done()
    },
    onClose: session => void gone.add(session.id),
  })
  server.on('error', () => {})
  await new Promise<void>(resolve => server.listen(port, '127.0.0.1', resolve))
  const address = server.server.address() as AddressInfo
  return {
    url: `smtp://127.0.0.1:${address.port}`,
    port: address.port,
    received,
    behaviour,
    gone,
    close: () => new Promise(resolve => server.close(() => resolve())),
  }
}
