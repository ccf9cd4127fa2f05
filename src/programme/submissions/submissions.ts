import { type Db, transaction } from '../../db/connection.ts'
import { ApiError, type Fault, invalid, mustBeValid, notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { readId } from '../../http/query.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { type Body, isBlank, readNew, readUpdate } from '../../http/values/draft.ts'
import { unwrapChoice } from '../../http/values/values.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import type { Manner } from '../../registration/registrants/manner.ts'
import { markSubmitter } from '../cfs-contacts/queries.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { changeSession } from '../sessions/change.ts'
import { type Insert, insertAlone, type Removal } from '../sessions/insert.ts'
import { createSession, removeSession } from '../sessions/sessions.ts'
import { convertLocked, type Written } from './conversion.ts'
import { faultOfMove } from './moves.ts'
import { faultsOfPeople, replaceProposed } from './proposed-speakers.ts'
import {
  findFirstDay,
  findSubmission,
  lockSubmissions,
  type SubmissionRow,
  updateSubmission,
} from './queries.ts'
import { SubmissionInput } from './schema.ts'

const usual: Manner = { override: false, mail: false }

/**
 * Creates a submission: a session of the status `submitted`, with who submits it and who is to speak. Throws 422 with
 * everything that is wrong with it.
 */
export async function createSubmission(
  db: Db,
  actor: Actor,
  fields: SessionFieldRow[],
  body: Body,
): Promise<Written> {
  const draft = readNew(SubmissionInput, withStatus(body))
  return transaction(db, async tx => {
    const { contact_id = null, cfs_answer = 'open', speakers = [], submission_status } = draft.given
    const event_id = readId(String(unwrapChoice(body.event_id) ?? '')) ?? 0
    const event = await findFirstDay(tx, actor.account_id, event_id)
    // The event before anything of it, as everywhere, so that there is no deadlock.
    if (event) await lockEventSeats(tx, event_id)
    const isKnown = contact_id === null || !event || (await markSubmitter(tx, actor, event_id, contact_id))
    const faults = [
      ...draft.faults,
      ...faultsOfPeople(speakers),
      ...(isKnown ? [] : [unknownContact]),
      ...movesTo('submitted', submission_status),
    ]
    const submitted_at = actor.now.toISOString()
    const own = { submitted_at, cfs_answer, contact_id: isKnown && event ? contact_id : null }
    const insert: Insert = (db, given) => insertAlone(db, { ...given, session: { ...given.session, ...own } })
    const { id } = await alsoSaying(faults, () =>
      createSession(tx, actor, fields, sessionOf(body, dayFor(actor, event), 'submitted'), { insert }),
    )
    await replaceProposed(tx, actor, { id, event_id }, speakers)
    return mustFindSubmission(tx, actor.account_id, id)
  })
}

/**
 * Changes the given fields of a submission. A status is a move: `live` puts it into the programme, as conversion does. Throws
 * 404, 412, and 422 also for a move that is not allowed.
 */
export async function changeSubmission(
  db: Db,
  actor: Actor,
  fields: SessionFieldRow[],
  id: number,
  body: Body,
  manner: Manner = usual,
): Promise<Written> {
  return transaction(db, async tx => {
    const current = await mustLockSubmission(tx, actor, id)
    const draft = readUpdate(SubmissionInput, withStatus(body), current)
    const { contact_id, cfs_answer, speakers } = draft.given
    const status = draft.given.submission_status ?? undefined
    const { event_id } = current
    const isKnown = !contact_id || (await markSubmitter(tx, actor, event_id, contact_id))
    const faults = [
      ...draft.faults,
      ...faultsOfPeople(speakers),
      ...(isKnown ? [] : [unknownContact]),
      ...movesTo(current.session_status, status),
    ]
    const isMove = status !== undefined && status !== current.session_status && status !== 'live'
    const given = sessionOf(body, current.date, isMove ? status : current.session_status)
    const unconditional = { ...actor, ifMatch: undefined }
    const changed = await alsoSaying(faults, () =>
      changeSession(tx, unconditional, fields, id, given, manner),
    )
    const own = {
      ...(contact_id !== undefined && contact_id !== current.contact_id && { contact_id }),
      ...(cfs_answer !== undefined && cfs_answer !== current.cfs_answer && { cfs_answer }),
    }
    const isRecast = speakers !== undefined && (await replaceProposed(tx, actor, current, speakers))
    if (isRecast || Object.keys(own).length > 0) await updateSubmission(tx, actor, id, own)
    const submission = await mustFindSubmission(tx, actor.account_id, id)
    if (status === 'live' && current.session_status !== 'live')
      return convertLocked(tx, unconditional, fields, submission, manner)
    const { not_included, new_conflicts, people_not_told } = changed
    return {
      ...submission,
      ...(not_included && { not_included }),
      ...(new_conflicts && { new_conflicts }),
      ...(people_not_told && { people_not_told }),
    }
  })
}

/**
 * Puts an approved submission into the programme: the session is live, and who is to speak speaks. One that is live stays so,
 * so that a repetition gives the same answer. Throws 404, 412; 422 for another status, and for what its submitter declined.
 */
export async function convertSubmission(
  db: Db,
  actor: Actor,
  fields: SessionFieldRow[],
  id: number,
  manner: Manner = usual,
): Promise<Written> {
  return transaction(db, async tx => {
    const submission = await mustLockSubmission(tx, actor, id)
    mustBeValid(movesTo(submission.session_status, 'live'))
    return convertLocked(tx, { ...actor, ifMatch: undefined }, fields, submission, manner)
  })
}

/** Deletes a submission with its reviews. Throws 404, 412; 422 when people have seats in it, unless forced. */
export async function removeSubmission(db: Db, actor: Actor, id: number, how: Removal): Promise<number> {
  await mustFindSubmission(db, actor.account_id, id)
  return removeSession(db, actor, id, how)
}

export async function mustFindSubmission(db: Db, account_id: number, id: number): Promise<SubmissionRow> {
  const submission = await findSubmission(db, account_id, id)
  if (!submission) throw notFound('Submission', id)
  return submission
}

/** The submission, under the lock of its event and its own. Throws 404, 412. */
export async function mustLockSubmission(db: Db, actor: Actor, id: number): Promise<SubmissionRow> {
  const { event_id } = await mustFindSubmission(db, actor.account_id, id)
  await lockEventSeats(db, event_id)
  await lockSubmissions(db, [id])
  const submission = await mustFindSubmission(db, actor.account_id, id)
  mustMatchVersion(actor.ifMatch, submission.version)
  return submission
}

/** Does something, and throws what is wrong with it together with what was found before. */
async function alsoSaying<T>(faults: Fault[], work: () => Promise<T>): Promise<T> {
  const done = await work().catch((error: unknown) => {
    if (error instanceof ApiError && error.status === 422) throw invalid([...faults, ...error.faults])
    throw error
  })
  mustBeValid(faults)
  return done
}

const movesTo = (from: string, to: string | null | undefined): Fault[] =>
  [to ? faultOfMove('submission_status', from, to) : undefined].filter(fault => fault !== undefined)

/** What a body says of the session; its status is a move of the submission. */
function sessionOf(body: Body, day: string, session_status: string): Body {
  const { submission_status: _new, session_status: _old, ...given } = body
  const { speakers: _speakers, contact_id: _contact, cfs_answer: _answer, ...session } = given
  return { ...session, ...(isBlank(session.date) && { date: day }), session_status }
}

const withStatus = (body: Body): Body => ({
  ...body,
  ...(!isBlank(body.submission_status ?? body.session_status) && {
    submission_status: body.submission_status ?? body.session_status,
  }),
})

/** The first day of the event, or today: a session has a day, and a submission none yet. */
const dayFor = ({ now }: Actor, event: { start_date: string | null } | undefined) =>
  event?.start_date ?? now.toISOString().slice(0, 10)

const unknownContact: Fault = {
  field: 'contact_id',
  type: 'not_found',
  message: 'Submitter does not belong to this event.',
}
