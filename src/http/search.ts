import type { TObject, TSchema } from 'typebox'
import type { Db, Fragment } from '../db/connection.ts'
import { badRequest } from '../errors.ts'
import { readDate, readTime } from './values.ts'

/** How a value is compared: case-insensitively as text, or by its own order. */
export type Comparison = 'text' | 'number' | 'date' | 'time' | 'timestamp'

/** Something that lists can be searched and sorted by. */
export type Attribute = {
  comparison: Comparison
  column: (db: Db, alias: string) => Fragment
  /** For attributes that hold chosen ids: the choices, searched by id or name; `column` is a jsonb array of ids. */
  choices?: { id: number; name: string }[]
}

export type Operator = '=' | '>' | '<' | '>=' | '<=' | 'contains' | 'beginswith' | 'endswith' | 'in'
export type Condition = {
  attribute: Attribute
  operator: Operator
  negated: boolean
  value: string
  values: string[]
}

/** The attributes of a record schema: every property whose kind can be compared and that is a column of its own. */
export function attributesOf(schema: TObject, derived: readonly string[] = []): Record<string, Attribute> {
  const entries = Object.entries(schema.properties)
    .filter(([name]) => !derived.includes(name))
    .flatMap(([name, kind]): [string, Attribute][] => {
      const comparison = comparisonOf(kind)
      return comparison ? [[name, { comparison, column: (db, alias) => db`${db(`${alias}.${name}`)}` }]] : []
    })
  return Object.fromEntries(entries)
}

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

function comparisonOf(kind: TSchema): Comparison | undefined {
  const { format, type } = kind as { format?: string; type?: string | string[] }
  return comparisons[format ?? ''] ?? ([type].flat().includes('string') ? 'text' : undefined)
}

const grammar = /^\s*([A-Za-z_]\w*)\s*(!?)(?:=?\*(contains|beginswith|endswith|in)\*|(>=|<=|=|>|<))([\s\S]*)$/
const contained = /^\*([\s\S]+)\*$/

/** Reads `search`: conditions joined by `&`. Throws 400 for an attribute that does not exist or a value it cannot have. */
export function readSearch(text: string | undefined, attributes: Record<string, Attribute>): Condition[] {
  return (text ?? '')
    .split('&')
    .filter(part => part.trim() !== '')
    .map(part => readCondition(part, attributes))
}

function readCondition(part: string, attributes: Record<string, Attribute>): Condition {
  if (part.includes('\0'))
    throw badRequest('bad_parameter', 'search: no value contains the character U+0000.')
  const match = grammar.exec(part)
  if (!match)
    throw badRequest('bad_parameter', `search: "${part}" is not of the form attribute, operator, value.`)
  const [, name = '', not, word, sign, rest = ''] = match
  const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined
  if (!attribute) throw badRequest('bad_parameter', `search: there is no attribute "${name}".`)
  const inner = sign === '=' ? contained.exec(rest)?.[1] : undefined
  const operator = (inner === undefined ? (word ?? sign) : 'contains') as Operator
  const value = inner ?? rest
  if (not && /^[<>]/.test(operator))
    throw badRequest('bad_parameter', `search: "!${operator}" is not an operator.`)
  return { attribute, operator, negated: not === '!', ...readOperand(name, attribute, operator, value) }
}

/** The value, or the values of `in`, in the form that the attribute's column has. */
function readOperand(name: string, attribute: Attribute, operator: Operator, value: string) {
  if (attribute.choices || ['contains', 'beginswith', 'endswith'].includes(operator))
    return { value, values: value.split('|') }
  const read = (text: string) => readComparable(name, attribute.comparison, text)
  if (operator === 'in') return { value: '', values: value.split('|').map(read) }
  if (operator === '=' && value.trim() === '') return { value: '', values: [] }
  return { value: read(value), values: [] }
}

function readComparable(name: string, comparison: Comparison, text: string): string {
  const value = comparables[comparison](text.trim(), text)
  if (value === undefined)
    throw badRequest('bad_parameter', `search: "${text}" is not a ${comparison}, as ${name} is.`)
  return value
}

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

/** The conditions as SQL that follows another condition; empty when there are none. */
export function whereOf(db: Db, conditions: Condition[], joinByOr: boolean, alias: string): Fragment {
  if (conditions.length === 0) return db``
  const parts = conditions.map(condition => {
    const test = condition.attribute.choices
      ? choiceTest(db, condition, alias)
      : columnTest(db, condition, alias)
    // Absent values are not equal to anything and contain nothing; negating must let them in.
    return condition.negated ? db`(${test}) is not true` : db`(${test}) is true`
  })
  return db`and (${parts.reduce((left, right) => (joinByOr ? db`${left} or ${right}` : db`${left} and ${right}`))})`
}

function columnTest(db: Db, { attribute, operator, value, values }: Condition, alias: string): Fragment {
  const column = attribute.column(db, alias)
  const isText = attribute.comparison === 'text'
  const pattern = likePatterns[operator]
  if (pattern) return db`${column}::text ilike ${pattern(escapeLike(value))}`
  if (operator === 'in') {
    return isText
      ? db`lower(${column}) = any(${values.map(text => text.toLowerCase())}::text[])`
      : db`${column} = any(${values}::text[]::${db.unsafe(columnTypes[attribute.comparison])}[])`
  }
  if (operator === '=' && value === '')
    return isText ? db`coalesce(${column}, '') = ''` : db`${column} is null`
  const left = isText ? db`lower(${column})` : column
  const right = isText
    ? db`lower(${value}::text)`
    : db`${value}::text::${db.unsafe(columnTypes[attribute.comparison])}`
  return db`${left} ${db.unsafe(operator)} ${right}`
}

const columnTypes: Record<Comparison, string> = {
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

/** Chosen ids are compared in the choices' own words: the choices that match are found here, the rows in SQL. */
function choiceTest(db: Db, { attribute, operator, value, values }: Condition, alias: string): Fragment {
  const column = attribute.column(db, alias)
  if (operator === '=' && value.trim() === '') return db`coalesce(${column}, '[]') = '[]'`
  const wanted = (operator === 'in' ? values : [value]).map(text => text.trim().toLowerCase())
  const test = choiceTests[operator]
  const ids = attribute.choices!.filter(({ id, name }) =>
    wanted.some(
      text =>
        (operator === '=' || operator === 'in' ? String(id) === text : false) ||
        test(name.toLowerCase(), text),
    ),
  )
  return db`exists (select from jsonb_array_elements(${column}) chosen
    where chosen::bigint = any(${ids.map(choice => choice.id)}::bigint[]))`
}

const choiceTests: Record<Operator, (name: string, text: string) => boolean> = {
  '=': (name, text) => name === text,
  in: (name, text) => name === text,
  '>': (name, text) => name > text,
  '<': (name, text) => name < text,
  '>=': (name, text) => name >= text,
  '<=': (name, text) => name <= text,
  contains: (name, text) => name.includes(text),
  beginswith: (name, text) => name.startsWith(text),
  endswith: (name, text) => name.endsWith(text),
}
