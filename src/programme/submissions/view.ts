import type { Db } from '../../db/connection.ts'
import type { Attribute } from '../../http/lists/attributes.ts'
import { type Listable, type Projection, project } from '../../http/lists/listing.ts'
import { takesPlace } from '../../seats/rules/state.ts'
import { maskSubmission } from '../reviews/view.ts'
import type { Viewpoint } from '../reviews/viewpoint.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { showSessions } from '../sessions/view.ts'
import { decisionOf } from './moves.ts'
import { listProposed } from './proposed-queries.ts'
import { showProposed } from './proposed-speakers.ts'
import { readStandings, type SubmissionRow } from './queries.ts'
import { submissionLists } from './schema.ts'

/** What submissions are shown with. */
export type Showing = { fields: SessionFieldRow[]; baseUrl: string; view: Viewpoint }

/** Submissions of one event as somebody sees them, with the fields and related objects that were asked for. */
export async function showSubmissions(
  db: Db,
  rows: SubmissionRow[],
  projection: Projection,
  { fields, baseUrl, view }: Showing,
): Promise<Record<string, unknown>[]> {
  const ids = rows.map(({ id }) => id)
  const { expand } = projection
  const [sessions, proposed, standings] = await Promise.all([
    showSessions(db, rows, fields, { fields: undefined, expand }, baseUrl),
    listProposed(db, ids),
    readStandings(db, ids, view === 'organiser' ? null : view.reviewer),
  ])
  const speakersOf = Map.groupBy(proposed, ({ session_id }) => session_id)
  const standingOf = new Map(standings.map(standing => [standing.id, standing]))
  return rows.map((row, place) => {
    const { rating_average, rating_count, has_rated, told_decision, told_at } = standingOf.get(row.id)!
    const speakers = (speakersOf.get(row.id) ?? []).map(showProposed)
    const linked = speakers.flatMap(({ speaker_id }) => speaker_id ?? [])
    const submission = {
      ...sessions[place]!,
      submission_status: row.session_status,
      contact_id: row.contact_id,
      speakers,
      rating_average,
      rating_count,
      converted_session_id: takesPlace(row) ? row.id : null,
      converted_speaker_ids: [...new Set(linked)],
      told_at: told_decision === decisionOf(row.session_status) ? told_at : null,
      ...maskSubmission(view, has_rated),
    }
    return project(submission, projection)
  })
}

/** What somebody may search and sort submissions by: a reviewer not by what they do not see. */
export function listsFor(view: Viewpoint): Listable {
  if (view === 'organiser') return submissionLists
  const { notes: _notes, rating_average, rating_count, ...attributes } = submissionLists.attributes
  const { contact_id: _contact, external_id: _external, ...nameless } = attributes
  return {
    ...submissionLists,
    attributes: {
      ...(view.isBlind ? nameless : attributes),
      rating_average: ratedBy(view.reviewer, rating_average!),
      rating_count: ratedBy(view.reviewer, rating_count!),
    },
  }
}

/** An attribute that is null for submissions which a reviewer has not reviewed. */
function ratedBy(reviewer: number | null, { column }: Attribute): Attribute {
  return {
    comparison: 'number',
    column: (db, alias) => db`(case when exists (
      select from cfs_reviews o where o.submission_id = ${db(`${alias}.id`)} and o.reviewer_id = ${reviewer ?? 0})
      then ${column!(db, alias)} end)`,
  }
}
