import { type Db, transaction } from '../../db/connection.ts'
import { type Fault, invalid, mustBeValid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import type { Body } from '../../http/values/draft.ts'
import { instantOf } from '../../http/values/timestamps.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import type { LinkedSubmitter } from '../cfs-links/queries.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { decisionOf } from '../submissions/moves.ts'
import { changeSubmission, createSubmission, mustLockSubmission } from '../submissions/submissions.ts'
import { listOwnSubmissions, lockSubmitter, type OwnSubmission, takeDraft } from './queries.ts'

type CallTimes = { cfs_opens: string | null; cfs_closes: string | null }

/** Whether a call takes submissions at this moment: from its opening until it closes. */
export function isCallOpen({ cfs_opens, cfs_closes }: CallTimes, now: Date): boolean {
  if (!cfs_opens || instantOf(cfs_opens) > now) return false
  return !cfs_closes || instantOf(cfs_closes) > now
}

/** Where a submission stands, as its submitter may know: a decision is known once they were told, or it is in the programme. */
export function standingOf({ session_status, cfs_answer, told }: Omit<OwnSubmission, 'custom_fields'>) {
  const decision = decisionOf(session_status)
  const isKnown = session_status === 'live' || (decision !== null && told === decision)
  if (isKnown) return decision === 'approved' ? 'accepted' : 'declined'
  if (cfs_answer === 'no') return 'withdrawn'
  return decision === null ? 'submitted' : 'deciding'
}

/** What a form says of a submission. */
export type Written = { name: string; description: string | null; values: Body; people?: Body[] }

/** Most submissions of one submitter, so that a link cannot fill an event. */
const mostOwn = 100

/**
 * Submits what a submitter wrote; the same that was pressed twice is submitted once. With `draft` it is what they wrote in the
 * open form, which is gone then. Returns its id. Throws 422, also when the call is not open.
 */
export async function submit(
  db: Db,
  actor: Actor,
  submitter: LinkedSubmitter,
  fields: SessionFieldRow[],
  { name, description, values, people }: Written,
  draft?: number,
): Promise<number> {
  const { id: contact_id, event_id, first_name, last_name, email } = submitter
  return transaction(db, async tx => {
    await lockEventSeats(tx, event_id)
    await lockSubmitter(tx, contact_id)
    const own = await listOwnSubmissions(tx, contact_id)
    const twin = own.find(
      each =>
        each.name === name &&
        standingOf(each) === 'submitted' &&
        (each.description ?? '') === (description ?? ''),
    )
    if (draft && !(await takeDraft(tx, contact_id, draft))) {
      if (!twin) throw notFound('Draft', draft)
      return twin.id
    }
    if (twin) return twin.id
    mustBeValid([
      ...(isCallOpen(submitter, actor.now) ? [] : [closed]),
      ...(own.length < mostOwn ? [] : [tooMany]),
    ])
    const self = { first_name, last_name, email }
    const speakers = people ?? (first_name || last_name ? [self] : [])
    const body = { event_id, name, description, contact_id, custom_fields: values, speakers }
    return (await createSubmission(tx, actor, fields, body)).id
  })
}

/** Changes what was submitted. Throws 404 for another submitter's, 422 once the call is closed or something was decided. */
export async function edit(
  db: Db,
  actor: Actor,
  submitter: LinkedSubmitter,
  fields: SessionFieldRow[],
  id: number,
  { name, description, values }: Written,
): Promise<void> {
  await ofOwn(db, actor, submitter, id, async (tx, submission) => {
    if (!isCallOpen(submitter, actor.now)) throw invalid([closed])
    if (standingOf(submission) !== 'submitted') throw invalid([decided])
    await changeSubmission(tx, actor, fields, id, { name, description, custom_fields: values })
  })
}

/** What a submitter says to a submission of theirs. */
export type Answer = 'yes' | 'no' | 'withdraw' | 'again'

/**
 * Answers an acceptance, withdraws what is not decided, or submits again what was withdrawn while the call is open. Saying the same
 * again changes nothing. Throws 404 for another submitter's, 422 where the answer does not fit.
 */
export async function answer(
  db: Db,
  actor: Actor,
  submitter: LinkedSubmitter,
  id: number,
  said: Answer,
): Promise<void> {
  await ofOwn(db, actor, submitter, id, async (tx, submission) => {
    const standing = standingOf(submission)
    const isAnswer = said === 'yes' || said === 'no'
    if (isAnswer && standing !== 'accepted') throw invalid([notAccepted])
    if (said === 'withdraw' && (standing === 'accepted' || standing === 'declined')) throw invalid([decided])
    if (said === 'again' && standing !== 'withdrawn') throw invalid([decided])
    if (said === 'again' && !isCallOpen(submitter, actor.now)) throw invalid([closed])
    const cfs_answer = said === 'again' ? 'open' : said === 'withdraw' ? 'no' : said
    await changeSubmission(tx, actor, [], id, { cfs_answer })
  })
}

/** Does something with a submission of the submitter, under its lock. */
async function ofOwn(
  db: Db,
  actor: Actor,
  { id: contact_id }: LinkedSubmitter,
  id: number,
  work: (tx: Db, submission: OwnSubmission) => Promise<void>,
): Promise<void> {
  await transaction(db, async tx => {
    await mustLockSubmission(tx, actor, id)
    const submission = (await listOwnSubmissions(tx, contact_id)).find(each => each.id === id)
    if (!submission) throw notFound('Submission', id)
    await work(tx, submission)
  })
}

const closed: Fault = {
  field: 'id',
  type: 'closed',
  message: 'The call for speakers is not open: nothing can be submitted or edited.',
}
const decided: Fault = {
  field: 'id',
  type: 'decided',
  message: 'This is decided or withdrawn, and cannot be changed here. The organiser can help you.',
}
const notAccepted: Fault = {
  field: 'id',
  type: 'not_accepted',
  message: 'This is not accepted, so that there is nothing to answer.',
}
const tooMany: Fault = {
  field: 'id',
  type: 'too_many',
  message: `Nobody submits more than ${mostOwn}.`,
}
