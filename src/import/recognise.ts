import { isFrabJson, readFrabJson } from './frab-json.ts'
import { isFrabXml, readFrabXml } from './frab-xml.ts'
import { parseJson } from './json.ts'
import { type Schedule, unreadable } from './schedule.ts'
import { parseXml } from './xml.ts'

/** Reads a programme; its format is told from the content. Throws when it is none that is known, or broken. */
export function readSchedule(text: string): Schedule {
  const start = text.trimStart().charAt(0)
  if (start === '<') {
    const root = parseXml(text)
    if (isFrabXml(root)) return readFrabXml(root)
  }
  if (start === '{' || start === '[') {
    const value = parseJson(text)
    if (isFrabJson(value)) return readFrabJson(value)
  }
  throw unreadable(
    'This is no programme that Lectern can read: it takes Pentabarf or frab XML (<schedule> with <day>, <room> and ' +
      '<event>) and frab JSON ({"schedule": {"conference": {"days": …}}}).',
  )
}
