import { expectedError, type Fault } from '../errors.ts'

export const outcomes = ['created', 'updated', 'unchanged', 'rejected'] as const
export type Outcome = (typeof outcomes)[number]
export type Tally = Record<Outcome, number>
export type Noun = 'location' | 'track' | 'session'

/** A row that was not taken: where it is in the file, and everything that is wrong with it. */
export type Rejected = {
  object: Noun
  where: string
  guid: string | null
  name: string | null
  faults: Fault[]
}

/** What an import did. */
export type Report = {
  format: string
  event_id: number
  event_name: string
  event_created: boolean
  timezone: string
  dry_run: boolean
  location: Tally
  track: Tally
  session: Tally
  /** sessions of the event with an external id that the file does not have; they were left alone */
  not_in_file: number
  rejected: Rejected[]
}

export const emptyTally = (): Tally => ({ created: 0, updated: 0, unchanged: 0, rejected: 0 })

/** Counts what became of a row. A refusal of the rules is kept with the row; a failure that is ours is thrown on. */
export async function take(
  report: Report,
  row: Omit<Rejected, 'faults'>,
  work: () => Promise<{ outcome: Outcome; id: number }>,
): Promise<number | null> {
  try {
    const { outcome, id } = await work()
    report[row.object][outcome]++
    return id
  } catch (error) {
    const failure = expectedError(error)
    if (!failure || failure.status >= 500) throw error
    report[row.object].rejected++
    const faults = failure.faults.length > 0 ? failure.faults : [whole(failure.type, failure.message)]
    report.rejected.push({ ...row, faults })
    return null
  }
}

/** Whether a row that is stored differs from what is given for it. */
export function differs(given: Record<string, unknown>, stored: object): boolean {
  return Object.entries(given).some(([field, value]) => (stored as Record<string, unknown>)[field] !== value)
}

const whole = (type: string, message: string): Fault => ({ field: '', type, message })
