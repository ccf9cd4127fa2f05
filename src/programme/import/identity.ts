import { createHash } from 'node:crypto'
import type { Row, Schedule } from './schedule.ts'
import { readTimes } from './times.ts'

/** By what sessions of a file are recognised when it is imported again. */
export type MatchedBy = 'id' | 'title and start'

/**
 * The rows with what they are recognised by. In a file without any ids that is title and start, and the room as well where
 * two rows have both alike.
 */
export function identify(schedule: Schedule, zone: string): { rows: Row[]; matched_by: MatchedBy } {
  const { rows, day_change } = schedule
  if (rows.length === 0 || rows.some(({ guid }) => guid !== null)) return { rows, matched_by: 'id' }
  const keyed = rows.map(row => {
    const { date, start_time } = readTimes(row, zone, day_change).wish
    return { row, key: [row.title?.trim() ?? '', date ?? '', start_time ?? ''] }
  })
  const counts = Map.groupBy(keyed, ({ key }) => key.join('\n'))
  return {
    rows: keyed.map(({ row, key }) => {
      const alike = counts.get(key.join('\n'))!.length > 1
      return { ...row, guid: idOf(alike ? [...key, row.room ?? ''] : key) }
    }),
    matched_by: 'title and start',
  }
}

const idOf = (parts: string[]) =>
  `row:${createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 22)}`
