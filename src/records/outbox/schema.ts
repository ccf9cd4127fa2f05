import Type from 'typebox'
import { attributesOf } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { Id, Nullable, Text, Timestamp, Whole, Word } from '../../http/values/values.ts'

/** What letters can be about. */
export const mailKinds = [
  'confirmation',
  'modified',
  'cancelled',
  'abandoned',
  'offer',
  'promotion',
  'withdrawn',
  'restored',
  'rescheduled',
] as const
export type MailKind = (typeof mailKinds)[number]

/** What letters to submitters can be about: a link that was asked for, and what was decided. */
const submitterMailKinds = ['cfs_link', 'cfs_decision'] as const

/** What letters to speakers can be about: that sessions of theirs are moved. */
const speakerMailKinds = ['speaker_rescheduled'] as const
export type SubmitterMailKind = (typeof submitterMailKinds)[number]

const letterStates = ['waiting', 'sending', 'sent', 'failed', 'dropped', 'kept'] as const

const Addresses = (description: string, examples: string[][]) =>
  Type.Array(Type.String(), { description, examples })

/** A letter in the outbox, as it is returned. */
export const OutboxLetter = Type.Object({
  id: Id({ description: 'Unique identifier.', examples: [501] }),
  event_id: Id({ description: 'The event that it is about.', examples: [67890] }),
  registrant_id: Nullable(
    Id({ description: 'The registrant to whom it is written; null for others.', examples: [987] }),
  ),
  cfs_contact_id: Nullable(
    Id({ description: 'The submitter to whom it is written, of `/cfs-contacts`; null for others.' }),
  ),
  speaker_id: Nullable(Id({ description: 'The speaker to whom it is written; null for others.' })),
  kind: Word([...mailKinds, ...submitterMailKinds, ...speakerMailKinds], {
    description: 'What it is about.',
  }),
  session_id: Nullable(
    Id({
      description:
        'What an offer or a promotion is about; what does not take place (`withdrawn`), and may have been deleted; or what takes place after all (`restored`).',
    }),
  ),
  dropped_session_ids: Type.Array(Type.Integer(), {
    description: 'Sessions that were given up in the same moment.',
    examples: [[]],
  }),
  state: Word([...letterStates], {
    description:
      'waiting: to be sent; sending: a server has it in hand; sent: a recipient got it; failed: no recipient will; dropped: it was no longer true when its turn came, or a later one says it; kept: no mail server is set.',
    examples: ['sent'],
  }),
  recipients: Addresses('Whom it is for.', [['ada@example.com']]),
  delivered: Addresses('Those for whom the mail server accepted it.', [['ada@example.com']]),
  refused: Addresses('Those for whom the mail server refused it for good.', [[]]),
  subject: Nullable(
    Text(4000, {
      description: 'Subject; null until it is written.',
      examples: ['You are registered: Spring Summit 2027'],
    }),
  ),
  body_text: Nullable(
    Text(1_000_000, { description: 'Text; null until it is written.', examples: ['Dear Ada,\n…'] }),
  ),
  body_html: Nullable(
    Text(1_000_000, {
      description: 'The same as HTML; null until it is written.',
      examples: ['<!doctype html>…'],
    }),
  ),
  calendar: Nullable(Text(1_000_000, { description: 'The attached calendar, text/calendar.' })),
  attempts: Whole({ description: 'How often a mail server was tried.', examples: [1] }),
  next_attempt_at: Timestamp({ description: 'When it is tried next, or was tried last, in UTC.' }),
  last_error: Nullable(
    Text(4000, { description: 'Why it was not sent, not to all recipients, or without its calendar.' }),
  ),
  created_at: Timestamp({ description: 'When it was asked for, in UTC.' }),
  sent_at: Nullable(Timestamp({ description: 'When a mail server accepted it, in UTC.' })),
})

/** A letter in lists of somebody's mail: without its bodies. */
export const LetterBrief = Type.Pick(OutboxLetter, [
  'id',
  'registrant_id',
  'kind',
  'session_id',
  'state',
  'recipients',
  'subject',
  'last_error',
  'created_at',
  'sent_at',
])

export const outboxLists: Listable = {
  stored: Object.keys(OutboxLetter.properties),
  attributes: attributesOf(OutboxLetter, ['dropped_session_ids', 'recipients', 'delivered', 'refused']),
  sparse: ['id', 'registrant_id', 'kind', 'state', 'subject'],
  long: { body_text: /^body_text$/, body_html: /^body_html$/, calendar: /^calendar$/ },
}
