import type { Db } from '../../db/connection.ts'
import type { Fault } from '../../errors.ts'
import type { Given } from '../../http/values/draft.ts'
import { sessionFields } from '../session-fields/session-fields.ts'
import { shiftDays } from '../sessions/times.ts'
import type { EventRow } from './queries.ts'
import type { EventInput } from './schema.ts'

/** What is wrong with the call for speakers of an event: its times, and fields that the account does not have. */
export async function faultsOfCall(
  db: Db,
  account_id: number,
  { cfs_opens, cfs_closes, cfs_fields = [] }: Given<EventInput>,
  stored: { cfs_fields: number[] } = { cfs_fields: [] },
): Promise<Fault[]> {
  const faults: Fault[] = []
  if (cfs_opens && cfs_closes && cfs_closes <= cfs_opens)
    faults.push({
      field: 'cfs_closes',
      type: 'end_before_start',
      message: 'CFS Closes must be after CFS Opens.',
    })
  if (cfs_fields.every(id => stored.cfs_fields.includes(id))) return faults
  const known = new Set((await sessionFields.queries.allOf(db, account_id)).map(({ id }) => id))
  const unknown = cfs_fields.flatMap((id, place) =>
    known.has(id) || stored.cfs_fields.includes(id)
      ? []
      : [{ field: `cfs_fields.${place}`, type: 'not_found', message: `Session field ${id} does not exist.` }],
  )
  return [...faults, ...unknown]
}

/** The call for speakers of an event so many days later. */
export const shiftCall = ({ cfs_opens, cfs_closes }: EventRow, days: number) => ({
  cfs_opens: shiftMoment(cfs_opens, days),
  cfs_closes: shiftMoment(cfs_closes, days),
})

const shiftMoment = (moment: string | null, days: number) =>
  moment && `${shiftDays(moment.slice(0, 10), days)}${moment.slice(10)}`
