import { type Db, transaction } from '../../db/connection.ts'
import { type Fault, mustBeValid } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { type Body, readNew } from '../../http/values/draft.ts'
import { faultOf } from '../../http/values/values.ts'
import { lockEventSeats } from '../../records/events/queries.ts'
import type { Manner } from '../../registration/registrants/manner.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { convertLocked, type Written } from '../submissions/conversion.ts'
import { declined, faultOfMove } from '../submissions/moves.ts'
import {
  findSubmissions,
  lockSubmissions,
  type SubmissionRow,
  updateStatuses,
} from '../submissions/queries.ts'
import { DecisionInput, mostDecisions } from './schema.ts'

type Decision = { id: number; status: string }

/** A submission after a decision. */
export type Decided = { id: number; before: string; status: string; written: Written }

/**
 * Decides about many submissions at once: all of it, or nothing. What goes live is put into the programme as conversion does.
 * Nobody is told. Throws 412 unless `If-Match` names the version of each, and 422 naming each decision that cannot be taken, by its place in the list.
 */
export async function decide(
  db: Db,
  actor: Actor,
  fields: SessionFieldRow[],
  items: unknown,
  manner: Manner,
): Promise<Decided[]> {
  const decisions = readDecisions(items)
  return transaction(db, async tx => {
    const known = await findLocked(
      tx,
      actor.account_id,
      decisions.map(({ id }) => id),
    )
    for (const { version } of known.values()) mustMatchVersion(actor.ifMatch, version)
    mustBeValid(decisions.flatMap((decision, place) => faultsOf(decision, place, known)))
    const isMove = ({ id, status }: Decision) => known.get(id)!.session_status !== status
    const moves = decisions.filter(isMove)
    await updateStatuses(
      tx,
      actor,
      moves.filter(({ status }) => status !== 'live'),
    )
    const converted = new Map<number, Written>()
    for (const { id } of moves.filter(({ status }) => status === 'live'))
      converted.set(
        id,
        await convertLocked(tx, { ...actor, ifMatch: undefined }, fields, known.get(id)!, manner),
      )
    const rows = await findSubmissions(
      tx,
      actor.account_id,
      decisions.map(({ id }) => id),
    )
    const after = new Map(rows.map(row => [row.id, row]))
    return decisions.map(({ id, status }) => ({
      id,
      before: known.get(id)!.session_status,
      status,
      written: { ...after.get(id)!, ...converted.get(id) },
    }))
  })
}

/** Submissions of the account, by id, under the locks of their events and their own. */
async function findLocked(db: Db, account_id: number, ids: number[]): Promise<Map<number, SubmissionRow>> {
  const found = await findSubmissions(db, account_id, ids)
  const events = new Set(found.map(({ event_id }) => event_id))
  for (const event_id of [...events].sort((a, b) => a - b)) await lockEventSeats(db, event_id)
  await lockSubmissions(
    db,
    found.map(({ id }) => id),
  )
  const rows = await findSubmissions(db, account_id, ids)
  return new Map(rows.map(row => [row.id, row]))
}

function faultsOf({ id, status }: Decision, place: number, known: Map<number, SubmissionRow>): Fault[] {
  const submission = known.get(id)
  if (!submission)
    return [
      { field: `decisions.${place}.id`, type: 'not_found', message: `Submission ${id} does not exist.` },
    ]
  const field = `decisions.${place}.status`
  const fault = faultOfMove(field, submission.session_status, status)
  const isDeclined =
    status === 'live' && submission.session_status === 'approved' && submission.cfs_answer === 'no'
  return [...(fault ? [fault] : []), ...(isDeclined ? [declined(field)] : [])].map(each => ({
    ...each,
    message: `Submission ${id}: ${each.message}`,
  }))
}

/** Reads a list of decisions. Throws 422, also for one submission twice. */
function readDecisions(items: unknown): Decision[] {
  const list = Array.isArray(items) ? items : []
  if (list.length === 0)
    mustBeValid([faultOf('decisions', { type: 'required', message: 'cannot be blank.' })])
  if (list.length > mostDecisions)
    mustBeValid([faultOf('decisions', { type: 'too_many', message: `has at most ${mostDecisions} items.` })])
  const drafts = list.map(item => readNew(DecisionInput, (item ?? {}) as Body))
  const places = Map.groupBy(drafts.keys(), place => drafts[place]!.given.id)
  const repeated = [...places].flatMap(([id, [, ...others]]) => (id ? others : []))
  mustBeValid([
    ...drafts.flatMap(({ faults }, place) =>
      faults.map(fault => ({ ...fault, field: `decisions.${place}.${fault.field}` })),
    ),
    ...repeated.map(place => ({
      field: `decisions.${place}.id`,
      type: 'unique',
      message: 'A submission stands in the list once.',
    })),
  ])
  return drafts.map(({ given }) => given as Decision)
}
