import { unreadable } from './schedule.ts'

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

/** The text or number that a member holds, as text; null when it is something else. */
export function textOf(value: unknown, name: string): string | null {
  const member = memberOf(value, name)
  return typeof member === 'string' ? member : typeof member === 'number' ? String(member) : null
}

/** The elements of an array, none of anything else. */
export function elementsOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
