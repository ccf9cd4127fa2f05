import type { AddressInfo } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

/** A letter as a mail server got it. */
export type Received = { to: string[]; mail: ParsedMail }

type Refusal = { code: number; text: string } | undefined

type Behaviour = {
  /** what a client is greeted with; undefined: it is welcome */
  greet?: () => Refusal
  /** what MAIL FROM answers; undefined: the sender is accepted */
  refuseSender?: () => Refusal
  /** what RCPT TO answers for an address; undefined: it is accepted */
  refuse?: (address: string) => Refusal
  /** waits before the answer to the text of a letter, over a connection of that name */
  beforeAnswer?: (mail: ParsedMail, connection: string) => Promise<void>
  /** what the text of a letter is answered with; undefined: 250 */
  answer?: () => Refusal
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
    onConnect: (_session, done) => done(errorOf(behaviour.greet?.())),
    onMailFrom: (_sender, _session, done) => done(errorOf(behaviour.refuseSender?.())),
    onRcptTo: ({ address }, _session, done) => done(errorOf(behaviour.refuse?.(address))),
    async onData(stream, session, done) {
      const mail = await simpleParser(stream).catch(() => undefined)
      if (!mail) return done(new Error('The connection broke.'))
      await behaviour.beforeAnswer?.(mail, session.id)
      const failure = errorOf(behaviour.answer?.())
      if (failure) return done(failure)
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

const errorOf = (refusal: Refusal) =>
  refusal && Object.assign(new Error(refusal.text), { responseCode: refusal.code })
