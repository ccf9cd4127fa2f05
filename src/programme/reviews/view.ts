import type { Viewpoint } from './viewpoint.ts'

type Review = { reviewer_id: number | null }

/** Whether somebody sees what others think of a submission: reviewers after they have said what they think. */
const seesRatings = (view: Viewpoint, hasRated: boolean): boolean => view === 'organiser' || hasRated

/** A review as somebody sees it: while reviews are blind, a reviewer does not see whose the others are. */
export function maskReview<R extends Review>(review: R, view: Viewpoint): R {
  if (view === 'organiser' || !view.isBlind || review.reviewer_id === view.reviewer) return review
  return { ...review, reviewer_id: null, created_by: null, updated_by: null }
}

/** What takes the place of members that somebody may not see of a submission; `hasRated`: whether they have reviewed it. */
export function maskSubmission(view: Viewpoint, hasRated: boolean): object {
  if (view === 'organiser') return {}
  return {
    ...(!seesRatings(view, hasRated) && { rating_average: null, rating_count: null }),
    // What an organiser notes for themselves may name anybody.
    notes: null,
    ...(view.isBlind && { contact_id: null, speakers: [], converted_speaker_ids: [], external_id: null }),
  }
}

const nobody = {
  user_id: null,
  email: null,
  first_name: null,
  last_name: null,
  company: null,
  job_title: null,
  language: null,
  submitter_role: null,
  reviewer_role: null,
  secure_id: '',
  external_id: null,
}

/** The same of a submitter or reviewer: while reviews are blind, a reviewer sees nobody but themselves. */
export function maskContact({ id }: { id: number }, view: Viewpoint): object {
  return view === 'organiser' || !view.isBlind || id === view.reviewer ? {} : nobody
}
