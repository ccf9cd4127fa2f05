import { isFrabJson, readFrabJson } from './frab-json.ts'
import { isFrabXml, readFrabXml } from './frab-xml.ts'
import { parseJson } from './json.ts'
import { type Schedule, unreadable } from './schedule.ts'
import { parseXml } from './xml.ts'

/** Reads a programme; its format is told from the content. Throws when it is none that is known, or broken. */
export function readSchedule(text: string): Schedule {
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
    throw unknown(`JSON, but ${Array.isArray(value) ? 'a list' : 'without schedule.conference.days'}`)
  }
  if (/^BEGIN:VCALENDAR\b/i.test(text.trimStart())) throw unknown('a calendar (iCalendar)')
  throw unknown(isTable(text) ? 'a table (CSV)' : 'text of another kind')
}

const unknown = (what: string) =>
  unreadable(
    `This is no programme that Lectern can read: it is ${what}. Lectern takes Pentabarf or frab XML (<schedule> with ` +
      '<day>, <room> and <event>) and frab JSON ({"schedule": {"conference": {"days": …}}}).',
  )

const isWebPage = (text: string) => /^<(?:!doctype )?html\b/i.test(text.trimStart())

/** Whether the first lines have the same number of separators, at least one. */
function isTable(text: string): boolean {
  const lines = text
    .slice(0, 10_000)
    .split(/\r?\n/, 4)
    .filter(line => line.trim() !== '')
  return [',', ';', '\t'].some(separator => {
    const counts = lines.map(line => line.split(separator).length)
    return lines.length > 1 && counts[0]! > 1 && counts[0] === counts[1]
  })
}
