import { decode, kindOf } from './file.ts'
import { isFrabJson, readFrabJson } from './frab-json.ts'
import { isFrabXml, readFrabXml } from './frab-xml.ts'
import { isCalendar, readCalendar } from './icalendar.ts'
import { parseJson } from './json.ts'
import { isPretalx, readPretalx } from './pretalx.ts'
import { type Schedule, unreadable } from './schedule.ts'
import { isSessionize, readSessionize } from './sessionize.ts'
import { delimiterOf, readCsv } from './table/csv.ts'
import { isFlatJson, readFlatJson } from './table/flat-json.ts'
import { readTable, type TableOptions } from './table/table.ts'
import { isWorkbook, readWorkbook } from './table/workbook.ts'
import { parseXml } from './xml.ts'

/** Reads a programme file of any format; `name` is what messages call it. Throws 400 and 422. */
export async function readProgramme(
  bytes: Buffer,
  name: string,
  options: TableOptions = {},
): Promise<Schedule> {
  if (isWorkbook(bytes)) return readTable(await readWorkbook(bytes), options)
  const text = decode(bytes)
  if (text === undefined) throw unreadable(`${name} is not a text file${kindOf(bytes)}.`)
  if (text.trim() === '') throw unreadable(`${name} is empty.`)
  return readSchedule(text, options)
}

/** Reads a programme in text; its format is told from the content. Throws when it is none that is known, or broken. */
export function readSchedule(text: string, options: TableOptions = {}): Schedule {
  const start = text.trimStart().charAt(0)
  if (start === '<') {
    if (isWebPage(text)) throw unknown('a web page (HTML)')
    const root = parseXml(text)
    if (isFrabXml(root)) return readFrabXml(root)
    throw unknown(`XML, but its root is <${root.name}> without <day> and <conference>`)
  }
  if (start === '{' || start === '[') {
    const value = parseJson(text)
    if (isFrabJson(value)) return readFrabJson(value)
    if (isSessionize(value)) return readSessionize(value)
    if (isPretalx(value)) return readPretalx(value)
    if (isFlatJson(value)) return readTable(readFlatJson(value), options)
    throw unknown(`JSON, but ${Array.isArray(value) ? listOf(value) : 'without schedule.conference.days'}`)
  }
  if (isCalendar(text)) return readCalendar(text)
  const delimiter = delimiterOf(text)
  if (delimiter) return readTable(readCsv(text, delimiter), options)
  throw unknown('text of another kind')
}

const listOf = (value: unknown[]) =>
  value.length === 0 ? 'an empty list' : 'a list of objects that are not flat'

const unknown = (what: string) =>
  unreadable(
    `This is no programme that Lectern can read: it is ${what}. Lectern takes Pentabarf or frab XML (<schedule> with ` +
      '<day>, <room> and <event>), frab JSON ({"schedule": {"conference": {"days": …}}}), iCalendar, the views of ' +
      'Sessionize, objects of pretalx, and tables: CSV, XLSX, or a JSON list of flat objects.',
  )

const isWebPage = (text: string) => /^<(?:!doctype )?html\b/i.test(text.trimStart())
