import Type from 'typebox'
import { Flag, Id } from '../../http/values/values.ts'
import { type MailKind, mailKinds } from '../../records/outbox/schema.ts'

/** Those that `trigger-email` can send again. */
export const triggeredKinds = ['confirmation', 'modified', 'cancelled', 'abandoned'] as const
/** What the hosted API and its clients call them, after `registration_`. */
export const triggeredSpellings = new Map<string, MailKind>([
  ['created', 'confirmation'],
  ['canceled', 'cancelled'],
])

/** Which templates of an event are switched on. */
export const EmailTemplates = Type.Object(
  Object.fromEntries(
    mailKinds.map(kind => [
      kind,
      Flag({ description: 'Whether e-mails of this kind are sent.', examples: [1] }),
    ]),
  ) as Record<MailKind, ReturnType<typeof Flag>>,
)

/** What came of a trigger. */
export const Triggered = Type.Object({
  sent: Type.Integer({
    description:
      '1: the e-mail is in the outbox; 0: the template is switched off, or the person is forgotten.',
    examples: [1],
  }),
  id: Id({ description: 'The registrant.', examples: [987] }),
  letter_id: Type.Union([Type.Integer(), Type.Null()], {
    description: 'The e-mail in the outbox; null when there is none.',
    examples: [501],
  }),
})
