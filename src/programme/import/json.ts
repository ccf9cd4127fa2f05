import { nameIn, unreadable } from './schedule.ts'

export type JsonObject = Record<string, unknown>

/** The value that a JSON text holds. Throws saying what is wrong with it, and where when that is known. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw unreadable(`The file is not JSON: ${(error as Error).message.replaceAll(/\s+/g, ' ')}.`)
  }
}

/** The member of an object, undefined when the value is no object or has no such member of its own. */
export function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** The text or number that a member holds, as text; null when it is something else. Of texts by language, one. */
export function textOf(value: unknown, name: string): string | null {
  const member = memberOf(value, name)
  if (isObject(member)) return textByLanguage(member)
  return typeof member === 'string' ? member : typeof member === 'number' ? String(member) : null
}

/** The same without blanks at its edges; null when nothing is left. */
export const trimmedTextOf = (value: unknown, name: string): string | null => nameIn(textOf(value, name))

/** `{"de": "Mühle", "en": "Mill"}`: the English text, else the first that is not blank. */
function textByLanguage(texts: JsonObject): string | null {
  const entries = Object.entries(texts)
  if (!entries.every(([tag, text]) => languageTag.test(tag) && (text === null || typeof text === 'string')))
    return null
  const given = entries.filter((entry): entry is [string, string] => String(entry[1] ?? '').trim() !== '')
  const [, text = null] = given.find(([tag]) => /^en\b/i.test(tag)) ?? given[0] ?? []
  return text
}

const languageTag = /^[a-z]{2,3}(?:[-_][a-z\d]{1,8}){0,3}$/i

/** The elements of an array, none of anything else. */
export function elementsOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
