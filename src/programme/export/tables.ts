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

/** The programme as CSV (RFC 4180) with a byte order mark. What a spreadsheet would take for a formula is marked as text. */
export function sessionsCsv(programme: PublicProgramme): string {
  return stringify([header, ...rowsOf(programme)], {
    bom: true,
    record_delimiter: 'windows',
    escape_formulas: true,
  })
}

/** The programme as a workbook. All cells are texts, so none is a formula. */
export function sessionsXlsx(programme: PublicProgramme): Buffer {
  // A cell of a workbook holds no more.
  const rows = rowsOf(programme).map(row => row.map(cell => cell.slice(0, 32_767)))
  const sheet = utils.aoa_to_sheet([header, ...rows])
  const book = utils.book_new()
  utils.book_append_sheet(book, sheet, 'Sessions')
  return write(book, { type: 'buffer', bookType: 'xlsx', compression: true }) as Buffer
}

/** Times are those on the wall in the zone of the event. An end on another day has its date. */
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
