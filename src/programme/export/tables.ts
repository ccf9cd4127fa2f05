import { utils, write } from '@e965/xlsx'
import { stringify } from 'csv-stringify/sync'
import { guidOf, inZone, type PublicProgramme } from './programme.ts'

const header = [
  'ID',
  'Title',
  'Date',
  'Start',
  'End',
  'Time zone',
  'Room',
  'Track',
  'Speakers',
  'Description',
]

export const csvType = 'text/csv; charset=utf-8'
export const workbookType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

/** CSV (RFC 4180) with a byte order mark. What a spreadsheet would take for a formula is marked as text. */
export const csvOf = (header: string[], rows: string[][]): string =>
  stringify([header, ...rows], { bom: true, record_delimiter: 'windows', escape_formulas: true })

/** A workbook with one sheet. All cells are texts, so none is a formula; one holds no more than 32,767 characters. */
export function workbookOf(header: string[], rows: string[][]): Buffer {
  const short = rows.map(row => row.map(cell => cell.slice(0, 32_767)))
  const book = utils.book_new()
  utils.book_append_sheet(book, utils.aoa_to_sheet([header, ...short]), 'Lectern')
  return write(book, { type: 'buffer', bookType: 'xlsx', compression: true }) as Buffer
}

export const sessionsCsv = (programme: PublicProgramme): string => csvOf(header, rowsOf(programme))
export const sessionsXlsx = (programme: PublicProgramme): Buffer => workbookOf(header, rowsOf(programme))

/** Times are those on the wall in the zone of the event. An end that is before the start is on the next day. */
function rowsOf({ event, sessions }: PublicProgramme): string[][] {
  return sessions.map(session => {
    const start = inZone(session.starts_at, event.timezone)
    const end = session.ends_at === null ? null : inZone(session.ends_at, event.timezone)
    return [
      guidOf(event, 'session', session),
      session.name,
      start.toPlainDate().toString(),
      timeIn(start),
      end ? timeIn(end) : '',
      event.timezone,
      session.location_name ?? '',
      session.track_name ?? '',
      session.speakers.map(({ name }) => name).join('; '),
      session.description ?? '',
    ]
  })
}

const timeIn = (time: Temporal.ZonedDateTime) => time.toPlainTime().toString({ smallestUnit: 'minute' })
