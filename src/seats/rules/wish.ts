import type { ReasonType, RegistrationStatus } from '../schema.ts'
import type { Move, OnConflict } from './state.ts'

/** What is wanted for one registrant. */
export type Wish = {
  registrant_id: number
  /** the organiser's API may do what the attendee may not: drop locked sessions, register late, override */
  by: 'organiser' | 'attendee'
  /** grants seats beyond a capacity; lifts nothing else */
  override: boolean
  /** grants what can be granted instead of all or nothing */
  partial: boolean
  /** the registration status after this; absent: stays as it is */
  status?: RegistrationStatus
  /** the type and group after this; absent: stay as they are */
  profile?: { reg_type_id?: number | null; group_id?: number | null }
  /** sessions to take a seat in */
  add: number[]
  /** sessions to give up a seat in */
  drop: number[]
  /** whether `add` names the whole selection: other seats are given up, except in included sessions */
  replace: boolean
  /** for a new registrant: takes the sessions that are selected by default, as far as they fit */
  useDefaults: boolean
  /** without `on_conflict` what was asked for before stays; `pass` at first */
  waitFor: { session_id: number; on_conflict: OnConflict | undefined }[]
  /** whether `waitFor` names every line: others are left */
  replaceWaits: boolean
  /** sessions whose line, or offer, to leave */
  leave: number[]
  /** sessions of which a seat is to be kept for the registrant: in the first that has a free one and fits */
  offerFirst: number[]
  /** whether this takes note of who is there, or not: for those only who are registered */
  isCheckIn?: boolean
  /** for the change log: why a seat is taken, or a line or an offer is left, when it was not asked for */
  why?: string
}

export const emptyWish = {
  override: false,
  partial: false,
  add: [],
  drop: [],
  replace: false,
  useDefaults: false,
  waitFor: [],
  replaceWaits: false,
  leave: [],
  offerFirst: [],
}

/** Why something is refused: an entry of a 422 (docs/seats.md §2). */
export type Reason = {
  field: string
  type: ReasonType
  message: string
  session_id?: number
  conflicts_with?: number[]
  /** whether lining up is possible */
  waitlist?: boolean
}

export type Decision =
  /** `skipped`: sessions that were not granted although the rest was (defaults, partial wishes), and why */
  { granted: true; moves: Move[]; skipped: Reason[] } | { granted: false; reasons: Reason[] }
