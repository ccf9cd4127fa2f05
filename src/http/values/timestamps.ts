import { readDate, readTime } from './wall-time.ts'

/** The moment of a timestamp of the database, such as `2026-09-14 10:00:00`, which is in UTC. */
export function instantOf(timestamp: string): Date {
  return new Date(`${timestamp.slice(0, 10)}T${timestamp.slice(11, 19)}Z`)
}

const moment = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d{1,9})?\s*(Z|[+-]\d{2}:?\d{2})?$/i

/** A moment as `YYYY-MM-DD HH:MM:SS` in UTC, of RFC 3339 or without an offset, which is UTC; undefined when it is none. */
export function readMoment(text: string): string | undefined {
  const [, day = '', clock = '', offset = 'Z'] = moment.exec(text) ?? []
  const [date, time] = [readDate(day), readTime(clock)]
  if (!date || !time) return undefined
  const at = new Date(`${date}T${time}${/^z$/i.test(offset) ? 'Z' : offset.replace(/^(...):?/, '$1:')}`)
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString().slice(0, 19).replace('T', ' ')
}
