import type { Db } from '../../db/connection.ts'
import { invalid } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import type { Consequences } from '../../registration/desk/sessions.ts'
import type { Manner } from '../../registration/registrants/manner.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { changeSession } from '../sessions/change.ts'
import { insertAppearances, listAppearances } from '../speakers/queries.ts'
import { mostSpeakers } from '../speakers/schema.ts'
import { createSpeaker } from '../speakers/speakers.ts'
import { findSpeakerLike } from './conversion-queries.ts'
import { declined } from './moves.ts'
import { listProposed, type ProposedRow, updateProposed } from './proposed-queries.ts'
import { findSubmission, type SubmissionRow } from './queries.ts'
import type { Warning } from './schema.ts'

/** A submission as written, with what became of seats when it was put into the programme. */
export type Written = SubmissionRow & Consequences & { warnings?: Warning[] }

/** What a session is that was approved and is to take place, but whose submitter has not said so. */
const notAnswered = {
  field: 'cfs_answer',
  type: 'not_answered',
  message: 'The submitter has not said yes yet.',
}

/**
 * Puts a submission that is locked, and may be moved, into the programme by the rules of sessions, and links its speakers.
 * Throws 422 for one that its submitter declined, and is not live yet.
 */
export async function convertLocked(
  db: Db,
  actor: Actor,
  fields: SessionFieldRow[],
  submission: SubmissionRow,
  manner: Manner,
): Promise<Written> {
  const { id, account_id, cfs_answer } = submission
  if (submission.session_status !== 'live' && cfs_answer === 'no') throw invalid([declined('cfs_answer')])
  const changed = await changeSession(db, actor, fields, id, { session_status: 'live' }, manner)
  await linkSpeakers(db, actor, submission)
  const { not_included, new_conflicts, people_not_told } = changed
  return {
    ...(await findSubmission(db, account_id, id))!,
    ...(not_included && { not_included }),
    ...(new_conflicts && { new_conflicts }),
    ...(people_not_told && { people_not_told }),
    ...(cfs_answer === 'open' && { warnings: [notAnswered] }),
  }
}

/**
 * Makes those who are to speak speakers of the event, and of the session. Who has the name and the address of a speaker of
 * the event is that one. Who was linked before stays, and a session has no more speakers than it may.
 */
export async function linkSpeakers(
  db: Db,
  actor: Actor,
  { id: session_id, event_id }: { id: number; event_id: number },
): Promise<void> {
  const people = (await listProposed(db, [session_id])).filter(({ speaker_id }) => speaker_id === null)
  if (people.length === 0) return
  const appearing = await listAppearances(db, 'session_id', [session_id])
  const known = new Set(appearing.map(({ speaker_id }) => speaker_id))
  let sort = appearing.at(-1)?.sort ?? 0
  for (const person of people) {
    if (isNobody(person)) continue
    const speaker_id =
      (await findSpeakerLike(db, event_id, person)) ?? (await makeSpeaker(db, actor, event_id, person))
    await updateProposed(db, actor, person.id, { speaker_id })
    if (known.has(speaker_id) || known.size >= mostSpeakers) continue
    known.add(speaker_id)
    await insertAppearances(db, actor, event_id, [{ session_id, speaker_id, role: 'speaker', sort: ++sort }])
  }
}

async function makeSpeaker(db: Db, actor: Actor, event_id: number, person: ProposedRow): Promise<number> {
  const { first_name, last_name, email, company, job_title, bio } = person
  const given = { event_id, first_name, last_name, email, company, job_title, bio, cfs_speaker: 1 }
  return (await createSpeaker(db, actor, given)).id
}

/** Who was forgotten has no name any more. */
const isNobody = ({ first_name, last_name }: ProposedRow) => !first_name && !last_name
