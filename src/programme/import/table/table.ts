import { invalid } from '../../../errors.ts'
import { nameIn, type Person, type Row, rowOf, type Schedule, scheduleOf, unreadable } from '../schedule.ts'
import { readClock, readClocks, readLength } from './clock.ts'
import { columnsOf, mustMap, quoted, type Role, rolesOf } from './columns.ts'
import { type DateOrder, orderShown, readDay } from './dates.ts'

/** How a table is understood where it does not tell by itself. */
export type TableOptions = {
  /** columns by name, and the member that each is; an empty member passes the column over */
  map?: ReadonlyMap<string, string> | undefined
  date_order?: DateOrder | undefined
}

/** A table as it stands in a file: rows of texts, the header among the first of them. */
export type Table = {
  format: string
  rows: string[][]
  /** where a row is, for people, by its place in `rows` */
  whereOf: (index: number) => string
}

/** How many rows may stand above the header: a title, a blank one, a logo. */
const aboveHeader = 20

/** Reads a table. Throws 400 when no column holds titles, 422 when its dates can be read in two ways. */
export function readTable({ format, rows, whereOf }: Table, options: TableOptions = {}): Schedule {
  const at = headerAt(rows, options)
  const header = (rows[at] ?? []).map(cell => cell.trim())
  mustMap(header, options.map ?? new Map())
  const taken = rolesOf(header, options.map)
  if (!taken.includes('name'))
    throw unreadable(
      `The table has no column of titles. Its columns are ${quoted(header)}; say which one it is, such as --map ${JSON.stringify(`${header[0] ?? 'Title'}=name`)}.`,
    )
  const cells = rows
    .slice(at + 1)
    .map((row, index) => ({ row, where: whereOf(at + 1 + index) }))
    .filter(({ row }) => row.some(cell => cell.trim() !== ''))
    .map(({ row, where }) => ({ where, cells: cellsOf(row, taken) }))
  const order = options.date_order ?? orderShown(datesIn(cells))
  const sessions = cells.map(({ where, cells }) => readRow(where, cells, order))
  return scheduleOf(format, sessions, {
    columns: columnsOf(header, taken),
  })
}

/** The row in which most columns are understood; the first that is not empty when none is. */
function headerAt(rows: string[][], { map }: TableOptions): number {
  const counts = rows.slice(0, aboveHeader).map(row => rolesOf(row, map).filter(role => role !== null).length)
  const most = Math.max(0, ...counts)
  if (most > 0) return counts.indexOf(most)
  return Math.max(
    0,
    rows.findIndex(row => row.some(cell => cell.trim() !== '')),
  )
}

type Cells = Partial<Record<Role, string>> & { people: string[] }

function cellsOf(row: string[], roles: (Role | null)[]): Cells {
  const cells: Cells = { people: [] }
  for (const [index, role] of roles.entries()) {
    const text = nameIn(row[index] ?? null)
    if (role === 'speakers' && text) cells.people.push(text)
    else if (role && text) cells[role] = text
  }
  return cells
}

function* datesIn(rows: { cells: Cells }[]): Iterable<string> {
  for (const { cells } of rows)
    for (const role of ['date', 'start_time', 'end_time'] as const) if (cells[role]) yield cells[role]
}

function readRow(where: string, cells: Cells, order: DateOrder | undefined): Row {
  const start = readMoment(cells.start_time, order, where)
  const day = readMoment(cells.date, order, where)
  const range = start?.end ?? day?.end
  const end = readMoment(cells.end_time, order, where)
  const date = start?.date ?? day?.date ?? null
  const time = start?.time ?? day?.time ?? null
  return rowOf(where, {
    guid: cells.external_id ?? null,
    title: cells.name ?? null,
    subtitle: cells.subtitle ?? null,
    description: cells.description ?? null,
    date: start?.moment ?? day?.moment ?? date,
    start: start?.moment || day?.moment ? null : time,
    end: end?.moment ?? (end?.date && end.time ? `${end.date}T${end.time}` : (end?.time ?? range ?? null)),
    duration: cells.duration && !cells.end_time ? readLength(cells.duration) : null,
    room: cells.location ?? null,
    track: cells.track ?? null,
    type: cells.type ?? null,
    language: cells.language ?? null,
    url: cells.url ?? null,
    ...(cells.capacity !== undefined && { capacity: cells.capacity }),
    persons: cells.people.flatMap(peopleIn),
  })
}

type Moment = { date?: string; time?: string; end?: string; moment?: string }

const withOffset = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)? ?(?:Z|[+-]\d\d:?\d\d)$/i

/** What a cell says of a time: a moment, a date, a time of day, two times of day, or a date followed by these. */
function readMoment(
  text: string | undefined,
  order: DateOrder | undefined,
  where: string,
): Moment | undefined {
  if (text === undefined) return undefined
  if (withOffset.test(text)) return { moment: text.toUpperCase() }
  const clock = clockIn(text)
  if (clock) return clock
  const date = dateIn(text, order, where)
  if (date) return { date }
  for (const { index } of text.matchAll(/[\s,T]+/g)) {
    const rest = clockIn(text.slice(index).replace(/^[\s,T]+(?:at |um |à )?/, ''))
    const before = rest && dateIn(text.slice(0, index), order, where)
    if (before) return { date: before, ...rest }
  }
  // What cannot be read is handed on as it is, for the rules of sessions to refuse.
  return /\d{3}|[/.]/.test(text) ? { date: text } : { time: text }
}

function clockIn(text: string): Moment | undefined {
  const time = readClock(text)
  if (time) return { time }
  const both = readClocks(text)
  return both && { time: both.start, end: both.end }
}

function dateIn(text: string, order: DateOrder | undefined, where: string): string | undefined {
  const read = readDay(text, order)
  if (!read || 'date' in read) return read?.date
  const [dmy, mdy] = read.either
  throw invalid([
    {
      field: 'date_order',
      type: 'ambiguous_date',
      message: `"${text}" (${where}) can be ${dmy} or ${mdy}: say date_order=dmy or date_order=mdy.`,
    },
  ])
}

/** `A, B; C`: by semicolons or lines where there are any, else by commas. `Jr.` and the like belong to the name before. */
function peopleIn(text: string): Person[] {
  const separator = /[;\n|]/.test(text) ? /[;\n|]/ : /,(?!\s*(?:jr|sr|ph\.?\s?d|m\.?d|ii|iii)\b)/i
  const called = text.split(separator).flatMap(part => nameIn(part) ?? [])
  return [...new Set(called)].map(name => ({ name, id: null, biography: null, picture: null }))
}
