import { expectedError, type Fault } from '../../errors.ts'
import type { MemberChange } from './edits.ts'
import type { MatchedBy } from './identity.ts'
import type { Noun } from './queries.ts'
import type { Column } from './schedule.ts'
import type { outcomes } from './schema.ts'

export type RowOutcome = (typeof outcomes)[number]
export type Tally = Record<RowOutcome, number>

/** Where a row is in the file, and what people call it. */
export type RowName = { object: Noun; where: string; guid: string | null; name: string | null }

/** A row that was not taken, and everything that is wrong with it. */
export type Rejected = RowName & { faults: Fault[] }

/** What became of a row of the file. */
export type Taken = {
  outcome: RowOutcome
  /** null when it was deleted by hand, and stays so */
  id: number | null
  /** members that differ from the file; of a record that is created, none */
  members: MemberChange[]
  /** whether an earlier import brought it, and it was deleted by hand since */
  deleted: boolean
}

/** A record that an import creates or changes, or keeps as it was edited by hand. */
export type RecordChange = Omit<Taken, 'outcome'> & RowName & { outcome: 'created' | 'updated' | 'kept' }

/** What an import did. */
export type Report = {
  format: string
  event_id: number
  event_name: string
  event_status: string
  event_created: boolean
  timezone: string
  /** by what sessions are recognised the next time */
  matched_by: MatchedBy
  /** of a table: what each column was taken for */
  columns?: Column[]
  dry_run: boolean
  location: Tally
  track: Tally
  speaker: Tally
  session: Tally
  /** sessions of the event with an external id that the file does not have; they were left alone */
  not_in_file: number
  changes: RecordChange[]
  rejected: Rejected[]
}

export const emptyTally = (): Tally => ({ created: 0, updated: 0, unchanged: 0, rejected: 0 })

/** Reports what became of a row. A refusal of the rules is kept with the row; a failure that is ours is thrown on. */
export async function take(report: Report, row: RowName, work: () => Promise<Taken>): Promise<number | null> {
  try {
    const taken = await work()
    report[row.object][taken.outcome]++
    noteChange(report, row, taken)
    return taken.id
  } catch (error) {
    const failure = expectedError(error)
    if (!failure || failure.status >= 500) throw error
    report[row.object].rejected++
    const faults = failure.faults.length > 0 ? failure.faults : [whole(failure.type, failure.message)]
    report.rejected.push({ ...row, faults })
    return null
  }
}

function noteChange(report: Report, row: RowName, { outcome, id, members, deleted }: Taken): void {
  if (outcome === 'unchanged' && members.length === 0 && !deleted) return
  report.changes.push({
    ...row,
    outcome: outcome === 'created' || outcome === 'updated' ? outcome : 'kept',
    // What a dry run creates has no number that it could be found by.
    id: outcome === 'created' && report.dry_run ? null : id,
    members,
    deleted,
  })
}

const whole = (type: string, message: string): Fault => ({ field: '', type, message })
