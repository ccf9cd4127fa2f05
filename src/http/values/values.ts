import Type, { type TSchema } from 'typebox'
import type { Fault } from '../../errors.ts'
import { forms } from './forms.ts'
import { longestHtml, readHtml } from './safe-html.ts'
import { readMoment } from './timestamps.ts'
import { dateRange, readDate, readTime, readTimeZone } from './wall-time.ts'

/*
 * The kinds of value of docs/contract.md §2. A kind is a JSON Schema whose `format` names its reader in `readers` below: strict
 * in what leaves, generous in what enters.
 */

type KindOptions = { description?: string; examples?: unknown[]; default?: unknown }

export const maxId = Number.MAX_SAFE_INTEGER
const maxInt = 2_147_483_647

/** A positive integer that names an object. In: also as text, as `{"id": …}` or in an array of one. */
export const Id = (options: KindOptions = {}) =>
  Type.Integer({ format: 'id', minimum: 1, maximum: maxId, ...options })
/** A whole number, at most 2^31-1. */
export const Whole = (options: KindOptions & { minimum?: number } = {}) =>
  Type.Integer({ format: 'whole', minimum: -maxInt, maximum: maxInt, ...options })
/** `0` or `1`. In: anything truthy or falsy, such as `"true"`, `"TRUE"`, `false`, `"no"`. */
export const Flag = (options: KindOptions = {}) => Type.Integer({ format: 'flag', enum: [0, 1], ...options })
/** Text, kept as given. `minLength` and `maxLength` count characters (code points). */
export const Text = (maxLength: number, options: KindOptions & { minLength?: number } = {}) =>
  Type.String({ format: 'text', maxLength, ...options })
/** Text that the hosted API has as a choice. In: also as `{"id": 2, "value": "Female"}`, of which the value is kept. */
export const Named = (maxLength: number, options: KindOptions = {}) =>
  Type.String({ format: 'named', maxLength, ...options })
/**
 * HTML, sanitised on the way in: structure, links, images and emphasis stay; scripts, handlers and styles go. At most
 * 100 kB in UTF-8.
 */
export const Html = (options: KindOptions = {}) =>
  Type.String({ format: 'html', maxLength: longestHtml, ...options })
/** A day of the proleptic Gregorian calendar, `YYYY-MM-DD`, 1900 to 9998. */
export const LocalDate = (options: KindOptions = {}) =>
  Type.String({ format: 'date', examples: ['2026-09-14'], ...options })
/** A time on the wall, `HH:MM:SS`. In: `HH:MM` too. */
export const LocalTime = (options: KindOptions = {}) =>
  Type.String({ format: 'time-of-day', examples: ['10:00:00'], ...options })
/** An IANA zone name that the platform knows. */
export const TimeZone = (options: KindOptions = {}) =>
  Type.String({ format: 'timezone', examples: ['Europe/Brussels'], ...options })
/** An absolute http(s) URL of at most 2048 characters, kept in the form of the URL Standard: ASCII only. */
export const HttpUrl = (options: KindOptions = {}) =>
  Type.String({ format: 'http-url', maxLength: 2048, ...options })
/** One of a few words. */
export const Word = <const T extends string[]>(words: T, options: KindOptions = {}) =>
  Type.Unsafe<T[number]>({ type: 'string', format: 'word', enum: words, ...options })
/** A finite number. */
export const Decimal = (options: KindOptions & { minimum?: number; maximum?: number } = {}) =>
  Type.Number({ format: 'decimal', ...options })
/** A moment in UTC, `YYYY-MM-DD HH:MM:SS`. In: also RFC 3339. */
export const Timestamp = (options: KindOptions = {}) =>
  Type.String({ format: 'timestamp', examples: ['2026-09-01 08:30:00'], ...options })
/** A moment, RFC 3339 in UTC. */
export const Instant = (options: KindOptions = {}) =>
  Type.String({ format: 'date-time', examples: ['2026-09-14T08:00:00Z'], ...options })
/** A value that may be absent. */
export const Nullable = <T extends TSchema>(schema: T) =>
  Type.Unsafe<Type.Static<T> | null>(nullable(schema as TSchema & Record<string, unknown>))

function nullable(schema: Record<string, unknown>): TSchema {
  const { type, enum: words, ...rest } = schema
  if (typeof type !== 'string' || type === 'object') return Type.Union([schema as TSchema, Type.Null()])
  return {
    ...rest,
    type: [type, 'null'],
    ...(words ? { enum: [...(words as unknown[]), null] } : {}),
  } as TSchema
}

/** What a reader made of a value: the value in its own form, or what is wrong with it (a sentence without subject). */
export type Reading = { value: unknown } | { type: string; message: string }
type Kind = {
  format?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
  enum?: unknown[]
}

/** Reads a value of the kind that `schema` describes. `raw` is neither null nor an empty string. */
export function readValue(schema: TSchema, raw: unknown): Reading {
  const kind = schema as Kind
  const reader = readers[kind.format ?? ''] ?? ((value: unknown) => ({ value }))
  return reader(raw, kind)
}

const readers: Record<string, (raw: unknown, kind: Kind) => Reading> = {
  id: (raw, kind) => readInteger(unwrapChoice(raw), kind),
  whole: readInteger,
  flag: readFlag,
  text: readText,
  named: readText,
  html: raw => {
    const reading = readText(raw, {})
    return 'value' in reading ? readHtml(reading.value as string) : reading
  },
  date: raw =>
    readPattern(raw, readDate, 'date', `must be a date of the calendar, as YYYY-MM-DD, ${dateRange}.`),
  'time-of-day': raw => readPattern(raw, readTime, 'time', 'must be a time of day, as HH:MM or HH:MM:SS.'),
  timezone: raw =>
    readPattern(
      raw,
      readTimeZone,
      'timezone',
      'must be the IANA name of a time zone, such as Europe/Brussels.',
    ),
  timestamp: raw =>
    readPattern(raw, readMoment, 'timestamp', 'must be a moment, such as 2026-09-14T10:00:00Z.'),
  'http-url': (raw, kind) => {
    const reading = readText(trimmed(raw), kind)
    return 'value' in reading ? readHttpUrl(reading.value as string, kind) : reading
  },
  word: (raw, kind) => {
    const given = shortText(unwrapChoice(raw))?.toLowerCase().replaceAll(' ', '_')
    const word = kind.enum!.find(candidate => String(candidate).toLowerCase() === given)
    return word !== undefined
      ? { value: word }
      : { type: 'choice', message: `must be one of ${kind.enum!.join(', ')}.` }
  },
  decimal: (raw, kind) => {
    const value = numberIn(raw, /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/)
    return Number.isFinite(value)
      ? withinLimits(value, kind)
      : { type: 'number', message: 'must be a number.' }
  },
  ...Object.fromEntries(Object.keys(forms).map(format => [format, (raw: unknown) => readForm(raw, format)])),
}

/** A choice arrives as its id, as `{"id": …}`, or as an array of one of either. */
export function unwrapChoice(raw: unknown): unknown {
  if (Array.isArray(raw) && raw.length === 1) return unwrapChoice(raw[0])
  if (raw && typeof raw === 'object' && 'id' in raw) return raw.id
  return raw
}

/** What a choice in words says: `value` of `{"id": 2, "value": "Paid"}`, as clients send back what they got. */
export function inWords(schema: TSchema, raw: unknown): unknown {
  const { format } = schema as Kind
  if (format !== 'word' && format !== 'named') return raw
  const choice = Array.isArray(raw) && raw.length === 1 ? raw[0] : raw
  const value =
    choice && typeof choice === 'object' && 'id' in choice ? (choice as { value?: unknown }).value : raw
  return value === undefined || value === null || value === '' ? unwrapChoice(raw) : value
}

function readInteger(raw: unknown, kind: Kind): Reading {
  const value = numberIn(raw, /^[+-]?\d{1,30}$/)
  return Number.isInteger(value)
    ? withinLimits(value, kind)
    : { type: 'integer', message: 'must be an integer.' }
}

/** The number that a value is, or that its text is when it has this form; NaN otherwise. */
function numberIn(raw: unknown, form: RegExp): number {
  if (typeof raw === 'number') return raw
  const text = typeof raw === 'string' ? shortText(raw) : undefined
  return text !== undefined && form.test(text) ? Number(text) : Number.NaN
}

/** Characters of a value that is a number, a date, a word: no pattern sees a longer text. */
const longestShort = 400

/** What is neither an object nor long, as text without blanks around it. */
function shortText(raw: unknown): string | undefined {
  const text = typeof raw === 'object' ? '' : String(raw)
  return text.length > 0 && text.length <= longestShort ? text.trim() : undefined
}

function withinLimits(value: number, { minimum = -Infinity, maximum = Infinity }: Kind): Reading {
  if (value < minimum) return { type: 'minimum', message: `must be no less than ${minimum}.` }
  if (value > maximum) return { type: 'maximum', message: `must be no greater than ${maximum}.` }
  return { value: value + 0 }
}

const truthy = new Set(['1', 'true', 'yes', 'on', 'y', 't'])
const falsy = new Set(['0', 'false', 'no', 'off', 'n', 'f'])

function readFlag(raw: unknown): Reading {
  const word = shortText(raw)?.toLowerCase() ?? ''
  if (truthy.has(word)) return { value: 1 }
  return falsy.has(word) ? { value: 0 } : { type: 'flag', message: 'must be 0 or 1.' }
}

function readText(raw: unknown, { minLength = 0, maxLength = Infinity }: Kind): Reading {
  if (typeof raw === 'object') return { type: 'string', message: 'must be text.' }
  const value = String(raw)
  if (!value.isWellFormed())
    return { type: 'lone_surrogate', message: 'must not contain half a character (a lone surrogate).' }
  if (value.includes('\0'))
    return { type: 'null_character', message: 'must not contain the character U+0000.' }
  // A character takes at most two places: counting is for what may be short enough.
  if (value.length > maxLength && (value.length > 2 * maxLength || [...value].length > maxLength))
    return { type: 'too_long', message: `should contain at most ${maxLength} characters.` }
  if (value.length < 2 * minLength && [...value].length < minLength)
    return { type: 'too_short', message: `should contain at least ${minLength} characters.` }
  return { value }
}

const trimmed = (raw: unknown) => (typeof raw === 'string' ? raw.trim() : raw)

function readForm(raw: unknown, format: string): Reading {
  const { pattern, maxLength, type, message, isComposed } = forms[format]!
  const text = trimmed(raw)
  const reading = readText(isComposed && typeof text === 'string' ? text.normalize() : text, {})
  if (!('value' in reading)) return reading
  // The pattern sees no more than tells a long text of the form from one that is not of it.
  const beginning = (reading.value as string).slice(0, maxLength + 1)
  return new RegExp(pattern, 'u').test(beginning) ? readText(reading.value, { maxLength }) : { type, message }
}

function readPattern(
  raw: unknown,
  read: (text: string) => string | undefined,
  type: string,
  message: string,
): Reading {
  const text = typeof raw === 'string' ? shortText(raw) : undefined
  const value = text === undefined ? undefined : read(text)
  return value === undefined ? { type, message } : { value }
}

/** The URL in the form in which a header can have it. A parser would leave out line breaks in it without a word. */
function readHttpUrl(text: string, kind: Kind): Reading {
  if (/\p{Cc}/u.test(text))
    return { type: 'control_character', message: 'must not contain control characters.' }
  const url = /^https?:\/\//i.test(text) ? URL.parse(text) : null
  return url ? readText(url.href, kind) : { type: 'url', message: 'must be an absolute http or https URL.' }
}

/** A fault of a field: the sentence gets the field's name, written as people write it, as its subject. */
export function faultOf(field: string, { type, message }: { type: string; message: string }): Fault {
  return { field, message: `${labelOf(field)} ${message}`, type }
}

const initials = new Set(['id', 'url'])

/** `start_time` → `Start Time`, `event_id` → `Event ID`. */
function labelOf(field: string): string {
  return field
    .split('_')
    .map(word => (initials.has(word) ? word.toUpperCase() : word.charAt(0).toUpperCase() + word.slice(1)))
    .join(' ')
}
