import { Nullable, Timestamp, Word } from '../../http/values/values.ts'

/** What a submitter says to giving the session. */
export const cfsAnswers = ['open', 'yes', 'no'] as const

/** What a session has that came by the call for speakers. */
export const ofSubmission = {
  submitted_at: Nullable(
    Timestamp({
      description: 'When it was submitted, in UTC; null unless it came by the call for speakers.',
    }),
  ),
  cfs_answer: Nullable(
    Word([...cfsAnswers], {
      description:
        'Whether the submitter will give it: `open` until they say, `no` also when they withdrew it; null unless it was submitted.',
      examples: ['yes'],
    }),
  ),
}
