import type { TObject, TSchema } from 'typebox'
import type { Db, Fragment } from '../../db/connection.ts'
import { badRequest } from '../../errors.ts'
import { readId } from '../query.ts'
import { dateRange, readDate, readTime } from '../values/wall-time.ts'

/** How a value is compared: case-insensitively as text, or by its own order. */
export type Comparison = 'text' | 'number' | 'date' | 'time' | 'timestamp'

/** Something of a row in SQL; the rows are those of table alias `alias`. */
type OfRow = (db: Db, alias: string) => Fragment

/** An attribute with a value of its own; `words`: the only ones that it can be. */
type Column = { comparison: Comparison; column: OfRow; words?: readonly string[] }

/**
 * An attribute with ids of other things. `holds`: whether a row has one of these ids, without `ids` whether it has any.
 * `choices`: what the ids are called. `column`: what rows are sorted by.
 */
type Holder = {
  holds: (db: Db, alias: string, ids?: number[]) => Fragment
  choices?: { id: number; name: string }[]
  column?: OfRow
}

/** Something that lists can be searched and sorted by. */
export type Attribute = Column | Holder

export type Operator = '=' | '>' | '<' | '>=' | '<=' | 'contains' | 'beginswith' | 'endswith' | 'in'

/** The attributes of a record schema: every property whose kind can be compared and that is a column of its own. */
export function attributesOf(schema: TObject, derived: readonly string[] = []): Record<string, Attribute> {
  const entries = Object.entries(schema.properties)
    .filter(([name]) => !derived.includes(name))
    .flatMap(([name, kind]): [string, Attribute][] => {
      const comparison = comparisonOf(kind)
      const words = wordsIn(kind)
      const column: OfRow = (db, alias) => db`${db(`${alias}.${name}`)}`
      return comparison ? [[name, { comparison, column, ...(words && { words }) }]] : []
    })
  return Object.fromEntries(entries)
}

/** The fields of a record schema that leave as they are stored, in a column of their own. */
export const storedIn = (schema: TObject, derived: readonly string[] = []): string[] =>
  Object.entries(schema.properties)
    .filter(([name, kind]) => !derived.includes(name) && (kind as { format?: string }).format !== 'date-time')
    .map(([name]) => name)

const comparisons: Record<string, Comparison> = {
  id: 'number',
  whole: 'number',
  flag: 'number',
  decimal: 'number',
  date: 'date',
  'time-of-day': 'time',
  timestamp: 'timestamp',
  'date-time': 'timestamp',
}

/** How values of a kind are compared; undefined for those that are not. */
export function comparisonOf(kind: TSchema): Comparison | undefined {
  const { format, type } = kind as { format?: string; type?: string | string[] }
  return comparisons[format ?? ''] ?? ([type].flat().includes('string') ? 'text' : undefined)
}

function wordsIn(kind: TSchema): string[] | undefined {
  const { format, enum: words } = kind as { format?: string; enum?: (string | null)[] }
  return format === 'word' ? words?.filter(word => word !== null) : undefined
}

/** What a condition asks of a row. Throws 400 for a value that the attribute cannot have: no filter is silently ignored. */
export function testOf(name: string, attribute: Attribute, operator: Operator, values: string[]): OfRow {
  return 'holds' in attribute
    ? heldTest(name, attribute, operator, values)
    : columnTest(name, attribute, operator, values)
}

function columnTest(name: string, attribute: Column, operator: Operator, given: string[]): OfRow {
  const [text = ''] = given
  const { comparison, column } = attribute
  const isText = comparison === 'text'
  const pattern = likePatterns[operator]
  if (pattern)
    return (db, alias) =>
      db`${spelt(db, canonical(db, db`${column(db, alias)}::text`))} ilike ${pattern(escapeLike(text.normalize()))}`
  if (operator === '=' && text.trim() === '')
    return (db, alias) =>
      isText ? db`coalesce(${column(db, alias)}, '') = ''` : db`${column(db, alias)} is null`
  const read = (value: string) => readComparable(name, attribute, value)
  if (operator === 'in') {
    const values = given.map(read)
    return (db, alias) =>
      isText
        ? db`${folded(db, column(db, alias))} = any(array(select ${lowered(db, db`v`)} from unnest(${values.map(value => value.normalize())}::text[]) v))`
        : db`${column(db, alias)} = any(${values}::text[]::${db.unsafe(columnTypes[comparison])}[])`
  }
  const value = read(text)
  return (db, alias) =>
    isText
      ? db`${folded(db, column(db, alias))} ${db.unsafe(operator)} ${lowered(db, db`${value.normalize()}::text`)}`
      : db`${column(db, alias)} ${db.unsafe(operator)} ${value}::text::${db.unsafe(columnTypes[comparison])}`
}

/** Text with the letter case and the order of every script: a database may have been made with those of ASCII only. */
const spelt = (db: Db, text: Fragment) => db`${text} collate "unicode"`
/** Text as searches compare it with a composed value. */
export const lowered = (db: Db, text: Fragment) => db`lower(${spelt(db, text)})`
/** A column as searches compare it; addresses have an index of this expression. */
export const folded = (db: Db, text: Fragment) => lowered(db, canonical(db, text))
/** Text in its composed form, in which é is one character; what has only ASCII is in it already. */
const canonical = (db: Db, text: Fragment) =>
  db`case when octet_length(${text}) = length(${text}) then ${text} else normalize(${text}) end`

/** What rows are sorted by; undefined for an attribute that has no order. */
export function orderOf(attribute: Attribute): OfRow | undefined {
  const { column } = attribute
  const isText = 'comparison' in attribute && attribute.comparison === 'text'
  return column && isText ? (db, alias) => spelt(db, column(db, alias)) : column
}

/** What values are cast to. */
export const columnTypes: Record<Comparison, string> = {
  text: 'text',
  number: 'numeric',
  date: 'date',
  time: 'time',
  timestamp: 'timestamptz',
}
const likePatterns: Partial<Record<Operator, (text: string) => string>> = {
  contains: text => `%${text}%`,
  beginswith: text => `${text}%`,
  endswith: text => `%${text}`,
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, '\\$&')
}

function readComparable(name: string, { comparison, words }: Column, text: string): string {
  if (words) return words.find(word => word === text.trim().toLowerCase()) ?? refuseWord(name, text, words)
  const value = comparables[comparison](text.trim(), text)
  if (value === undefined)
    throw badRequest(
      'bad_parameter',
      `search: "${text}" is not a ${comparison}${ranges[comparison] ?? ''}, as ${name} is.`,
    )
  return value
}

const ranges: Partial<Record<Comparison, string>> = { date: ` ${dateRange}`, timestamp: ` ${dateRange}` }

const comparables: Record<Comparison, (trimmed: string, given: string) => string | undefined> = {
  text: (_trimmed, given) => given,
  number: text => (/^[+-]?\d{1,18}(\.\d{1,18})?$/.test(text) ? text : flagWords[text.toLowerCase()]),
  date: text => readTimestamp(text) && readDate(text.slice(0, 10)),
  time: readTime,
  timestamp: readTimestamp,
}
const flagWords: Record<string, string> = { true: '1', false: '0' }

/** `2026-01-06 10:00:00` (UTC), ISO 8601 with or without an offset, or a date alone, as an ISO 8601 instant. */
function readTimestamp(text: string): string | undefined {
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text)
  const date = match && readDate(match[1]!)
  const time = match && readTime(match[2] ?? '00:00')
  if (!date || !time) return undefined
  const moment = new Date(
    `${date}T${time}${(match[3] ?? 'Z').toUpperCase().replace(/(\d{2})(\d{2})$/, '$1:$2')}`,
  )
  return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString()
}

function heldTest(name: string, { holds, choices }: Holder, operator: Operator, values: string[]): OfRow {
  if (operator === '=' && values[0]!.trim() === '') return (db, alias) => db`not ${holds(db, alias)}`
  const wanted = values.map(item => item.trim())
  const isExact = operator === '=' || operator === 'in'
  if (!choices && !isExact)
    throw badRequest('bad_parameter', `search: ${name} holds ids: compare them by =, != or =*in*.`)
  const find = choices ? chooser(choices, operator) : (item: string) => [readHeldId(name, item)]
  const ids = wanted.flatMap(item => {
    const found = find(item)
    // A name that no choice has any more is refused as well: it cannot be told from one that is misspelt.
    return found.length === 0 && isExact
      ? refuseWord(
          name,
          item,
          choices!.map(choice => choice.name),
        )
      : found
  })
  return (db, alias) => holds(db, alias, ids)
}

function readHeldId(name: string, text: string): number {
  const id = readId(text)
  if (!id) throw badRequest('bad_parameter', `search: "${text}" is not an id, as ${name} holds.`)
  return id
}

/** Finds choices by their ids or, when there is none of that id, in their own words. */
function chooser(choices: { id: number; name: string }[], operator: Operator): (text: string) => number[] {
  const named = choices.map(({ id, name }) => ({ id, name: foldedName(name) }))
  if (operator !== '=' && operator !== 'in') {
    const test = nameTests[operator]
    return text => named.filter(({ name }) => test(name, foldedName(text))).map(({ id }) => id)
  }
  const byId = new Map(named.map(choice => [String(choice.id), [choice]]))
  const byName = Map.groupBy(named, ({ name }) => name)
  return text => (byId.get(text) ?? byName.get(foldedName(text)) ?? []).map(({ id }) => id)
}

const foldedName = (name: string) => name.trim().normalize().toLowerCase()

const nameTests: Record<Exclude<Operator, '=' | 'in'>, (name: string, text: string) => boolean> = {
  '>': (name, text) => name > text,
  '<': (name, text) => name < text,
  '>=': (name, text) => name >= text,
  '<=': (name, text) => name <= text,
  contains: (name, text) => name.includes(text),
  beginswith: (name, text) => name.startsWith(text),
  endswith: (name, text) => name.endsWith(text),
}

const mostNamed = 20

function refuseWord(name: string, text: string, words: readonly string[]): never {
  const named = words.slice(0, mostNamed).join(', ') + (words.length > mostNamed ? ', …' : '')
  const possible = words.length === 0 ? 'it has none' : `it is one of ${named}`
  throw badRequest('bad_parameter', `search: ${name} cannot be "${text}"; ${possible}.`)
}
