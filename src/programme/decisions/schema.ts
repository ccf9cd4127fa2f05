import Type from 'typebox'
import { Id, Nullable, Word } from '../../http/values/values.ts'
import { WrittenSession } from '../sessions/schema.ts'
import { Warning } from '../submissions/schema.ts'

export const mostDecisions = 500

/** What is decided about a submission. */
export const DecisionInput = Type.Object({
  id: Id({ description: 'The submission.', examples: [12345] }),
  status: Word(['approved', 'rejected', 'live'], {
    description: 'What it becomes, by the moves of a submission.',
    examples: ['approved'],
  }),
})

/** What came of decisions. */
export const Decisions = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Id({ description: 'The submission.', examples: [12345] }),
      name: Type.String({ description: 'Its title.', examples: ['Event Management Basics'] }),
      status_before: Type.String({ description: 'What it was.', examples: ['submitted'] }),
      submission_status: Type.String({ description: 'What it is now.', examples: ['approved'] }),
      converted_speaker_ids: Type.Array(Type.Integer(), {
        description: 'The speakers of the event that its speakers became.',
        examples: [[]],
      }),
      warnings: Type.Array(Warning, { description: 'What may not be what was meant.', examples: [[]] }),
      not_included: Type.Optional(WrittenSession.properties.not_included!),
      new_conflicts: Type.Optional(WrittenSession.properties.new_conflicts!),
    }),
    { description: 'The submissions, in the order of the list.' },
  ),
  changed: Type.Integer({ description: 'How many are not what they were.', examples: [1] }),
})

/** Whom to tell. */
export const TellInput = Type.Object({
  event_id: Id({ description: 'The event of the submissions.', examples: [67890] }),
  submission_ids: Type.Optional(
    Type.Array(Id(), {
      maxItems: mostDecisions,
      default: [],
      description: 'Only about these; about all that are decided and not told unless given.',
      examples: [[12345]],
    }),
  ),
})

/** Who is told. */
export const Told = Type.Object({
  letters: Type.Integer({ description: 'E-mails in the outbox: one for each submitter.', examples: [1] }),
  told: Type.Array(
    Type.Object({
      id: Id({ description: 'The submission.', examples: [12345] }),
      decision: Type.String({
        description: 'What is told: `approved` or `rejected`.',
        examples: ['approved'],
      }),
      letter_id: Nullable(Id({ description: 'The e-mail in the outbox.', examples: [501] })),
    }),
    { description: 'Submissions whose submitters are told.' },
  ),
  not_told: Type.Array(
    Type.Object({
      id: Id({ description: 'The submission.', examples: [12346] }),
      reason: Type.String({
        enum: ['no_submitter', 'no_address'],
        description: 'Why: `no_submitter` is named, or they have `no_address`.',
        examples: ['no_submitter'],
      }),
    }),
    { description: 'Submissions that are decided, and whose submitters cannot be told.', examples: [[]] },
  ),
})
