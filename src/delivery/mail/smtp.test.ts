import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { testMailServer } from '../../../test/support/mail-server.ts'
import { domainOf, mailServerAt, senderOf } from './smtp.ts'

const smtp = await testMailServer()
after(() => smtp.close())

describe('a sender', () => {
  const senders: [string, string, string][] = [
    ['summit@example.org', '', 'summit@example.org'],
    ['<summit@example.org>', '', 'summit@example.org'],
    ['Summit <summit@example.org>', 'Summit', 'summit@example.org'],
    ['"Summit, 2027" <summit@example.org>', 'Summit, 2027', 'summit@example.org'],
    ['Fair: desk (main) <summit@example.org>', 'Fair: desk (main)', 'summit@example.org'],
    ['A; "B" <summit@Bücher.example>', 'A; "B"', 'summit@bücher.example'],
  ]

  for (const [from, name, address] of senders)
    it(`${from} arrives as it is written`, async () => {
      const server = mailServerAt(smtp.url, senderOf(from))
      const { delivered } = await server.deliver({
        message_id: `<letter.1@${domainOf(senderOf(from))}>`,
        recipients: ['ada@example.com'],
        to: { name: 'Ada', address: 'ada@example.com' },
        cc: null,
        subject: 'Hello',
        text: 'Hello',
        html: '<p>Hello</p>',
        calendar: null,
      })
      server.close()
      assert.deepEqual(delivered, ['ada@example.com'])
      const { mail } = smtp.received.pop()!
      assert.deepEqual(mail.from!.value, [{ name, address }])
      assert.match(mail.messageId!, /^<letter\.1@[a-z.-]+>$/)
    })
})
