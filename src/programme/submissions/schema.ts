import Type, { type Static, type TSchema } from 'typebox'
import { attributesOf } from '../../http/lists/attributes.ts'
import type { Listable } from '../../http/lists/listing.ts'
import { Email } from '../../http/values/forms.ts'
import { Decimal, Html, Id, LocalDate, Nullable, Text, Timestamp, Word } from '../../http/values/values.ts'
import { CustomFields } from '../../records/custom-fields/schema.ts'
import { SessionInput, sessionStatuses } from '../sessions/input-schema.ts'
import { Session, sessionLists, WrittenSession } from '../sessions/schema.ts'
import { cfsAnswers } from '../sessions/submission-schema.ts'

const optional = <T extends TSchema>(schema: T) => Type.Optional(Nullable(schema))

const mostProposed = 50

const person = {
  first_name: optional(
    Text(255, { description: 'First name. One has this or a last name.', examples: ['Ada'] }),
  ),
  last_name: optional(Text(255, { description: 'Last name.', examples: ['Lovelace'] })),
  email: optional(Email({ description: 'E-mail address.' })),
  company: optional(Text(255, { description: 'Company or organisation.' })),
  job_title: optional(Text(255, { description: 'Job title.' })),
  bio: optional(Html({ description: 'HTML.' })),
}

/** Somebody who is to speak, as a submission says. */
export const ProposedInput = Type.Object({
  id: optional(Id({ description: 'Which of those that the submission has; absent for another.' })),
  ...person,
  name: optional(
    Text(511, { description: 'Understood where neither name is given: the last blank divides it.' }),
  ),
})
export type ProposedInput = Static<typeof ProposedInput>

/** The same as it is returned. */
const Proposed = Type.Object({
  id: Id({ description: 'Unique identifier.', examples: [9] }),
  ...(Type.Required(Type.Object(person)).properties as typeof person),
  name: Text(511, { description: 'First and last name.', examples: ['Ada Lovelace'] }),
  speaker_id: Nullable(
    Id({ description: 'The speaker of the event that they became; null until then.', examples: [321] }),
  ),
})

const { session_status: _status, event_id, date: _date, ...ofSession } = SessionInput.properties
const submissionStatus = Word([...sessionStatuses], {
  description:
    'Moves: submitted → approved or rejected; approved → rejected or live; rejected → approved. Any other is 422. `session_status` is understood, too.',
  examples: ['submitted'],
})

/** What a client may say of a submission besides what it says of any session. */
export const SubmissionInput = Type.Object({
  contact_id: optional(
    Id({ description: 'The submitter, of `/cfs-contacts` of the same event.', examples: [77] }),
  ),
  cfs_answer: Type.Optional(
    Word([...cfsAnswers], {
      default: 'open',
      description: 'Whether the submitter will give it.',
      examples: ['open'],
    }),
  ),
  speakers: Type.Optional(
    Type.Array(ProposedInput, {
      maxItems: mostProposed,
      default: [],
      description: `Who is to speak, in their order; at most ${mostProposed}. The list replaces the one before.`,
      examples: [[{ name: 'Ada Lovelace', email: 'ada@example.com' }]],
    }),
  ),
  submission_status: Type.Optional(submissionStatus),
})
export type SubmissionInput = Static<typeof SubmissionInput>

/** The body of a create. */
export const SubmissionBody = Type.Object({
  event_id,
  ...ofSession,
  date: optional(
    LocalDate({
      description: 'A day for it; the first day of the event, or today, until there is one.',
      examples: ['2025-07-20'],
    }),
  ),
  ...SubmissionInput.properties,
  custom_fields: Type.Optional(CustomFields('session')),
})

const own = {
  submission_status: submissionStatus,
  contact_id: Nullable(Id({ description: 'The submitter, of `/cfs-contacts`.', examples: [77] })),
  speakers: Type.Array(Proposed, { description: 'Who is to speak, as the submission says, in their order.' }),
  rating_average: Nullable(
    Decimal({
      description: 'What reviewers think of it on average; null without a review.',
      examples: [4.5],
    }),
  ),
  rating_count: Nullable(
    Type.Integer({
      description: 'How many reviews it has; null for a reviewer who has not reviewed it.',
      examples: [2],
    }),
  ),
  converted_session_id: Nullable(
    Id({ description: 'The session of the programme, which has the same id; null until it is live.' }),
  ),
  converted_speaker_ids: Type.Array(Type.Integer(), {
    description: 'The speakers of the event that its speakers became.',
    examples: [[321]],
  }),
  told_at: Nullable(
    Timestamp({
      description: 'When an e-mail about the decision as it is was asked for, in UTC; null before.',
    }),
  ),
}

const note = 'Custom fields are in `custom_fields`, and beside the others as `c_N`.'

/** A submission as it is returned: a session, with what the call for speakers knows of it. */
export const Submission = Type.Object(
  { ...Session.properties, ...own },
  { additionalProperties: true, description: note },
)

export const Warning = Type.Object({
  field: Type.String({ description: 'The member that it is about.', examples: ['cfs_answer'] }),
  type: Type.String({ description: 'A stable word.', examples: ['not_answered'] }),
  message: Type.String({
    description: 'For people.',
    examples: ['The submitter has not said yes yet.'],
  }),
})
export type Warning = Static<typeof Warning>

/** A submission as it is returned by a write. */
export const WrittenSubmission = Type.Object(
  {
    ...WrittenSession.properties,
    ...own,
    warnings: Type.Optional(
      Type.Array(Warning, { description: 'What was done all the same, and may not be what was meant.' }),
    ),
  },
  { additionalProperties: true, description: note },
)

/** What is read of a session by itself, apart from who is in it: that is what the submission says. */
export const submissionLists: Listable = {
  attributes: {
    ...sessionLists.attributes,
    ...attributesOf(Type.Object({ contact_id: own.contact_id })),
    submission_status: {
      comparison: 'text',
      words: sessionStatuses,
      column: (db, alias) => db`${db(`${alias}.session_status`)}`,
    },
    rating_average: {
      comparison: 'number',
      column: (db, alias) =>
        db`(select avg(v.rating) from cfs_reviews v where v.submission_id = ${db(`${alias}.id`)})`,
    },
    rating_count: {
      comparison: 'number',
      column: (db, alias) =>
        db`(select count(*) from cfs_reviews v where v.submission_id = ${db(`${alias}.id`)})`,
    },
  },
  sparse: ['id', 'name'],
  long: sessionLists.long!,
  expansions: sessionLists.expansions!.filter(name => name !== 'speakers'),
}

/** What entries of a 422 say of submissions. */
export const submissionDetails = {
  submissions: Type.Optional(Type.Integer({ description: 'Submissions that are there.', examples: [12] })),
  reviews: Type.Optional(Type.Integer({ description: 'Reviews that are there.', examples: [30] })),
  allowed: Type.Optional(
    Type.Array(Type.String(), {
      description: 'What is allowed in its place.',
      examples: [['approved', 'rejected']],
    }),
  ),
}
