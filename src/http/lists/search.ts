import { type Db, type Fragment, joined } from '../../db/connection.ts'
import { badRequest } from '../../errors.ts'
import type { Query } from '../query.ts'
import { type Attribute, type Operator, testOf } from './attributes.ts'

/** One condition of a search; `test` is what it asks of a row. */
export type Condition = { negated: boolean; test: ReturnType<typeof testOf> }

const grammar =
  /^\s*([A-Za-z_]\w*(?:\.\w+)?)\s*(!?)(?:=?\*(contains|beginswith|endswith|in)\*|(>=|<=|=|>|<))([\s\S]*)$/i
const contained = /^\*([\s\S]+)\*$/
const otherOperator = /^\*[A-Za-z]+\*/

/** Most conditions of a search, and most values of one condition. */
const mostConditions = 100
const mostValues = 1000

/**
 * Reads `search`: conditions joined by `&`. Throws 400 for an attribute that does not exist, a value it cannot have, and
 * a condition that stands beside `search` in the query because the `&` before it was not percent-encoded.
 */
export function readSearch(query: Query, attributes: Record<string, Attribute>): Condition[] {
  const parts = (query.search ?? '').split('&').filter(part => part.trim() !== '')
  if (parts.length > mostConditions)
    throw badRequest(
      'bad_parameter',
      `search takes at most ${mostConditions} conditions, not ${parts.length}.`,
    )
  const conditions = parts.map(part => readCondition(part, attributes))
  const outside =
    conditions.length > 0 &&
    Object.entries(query).find(([name, value]) => isCondition(name, value, attributes))?.[0]
  if (outside)
    throw badRequest(
      'bad_parameter',
      `search: "${outside}" is a condition of its own in the query. Encode the whole search as one value: & is %26 there.`,
    )
  return conditions
}

/** Whether conditions are joined by OR. Throws 400 for a word that is neither `and` nor `or`. */
export function isJoinedByOr(text = ''): boolean {
  const word = text.trim().toLowerCase()
  if (!['', 'and', 'or'].includes(word))
    throw badRequest('bad_parameter', `searchCondition is and, or or, not "${text}".`)
  return word === 'or'
}

/** What lists understand besides conditions; some attributes have the same name. */
const parameters = ['page', 'per-page', 'per_page', 'fields', 'expand', 'ids', 'sort', 'event_id', 'search']

/** Whether a query parameter is an attribute and its value, or has an operator in it. */
function isCondition(name: string, value: string, attributes: Record<string, Attribute>): boolean {
  if (parameters.includes(name)) return false
  return (
    Object.hasOwn(attributes, name.trim()) ||
    /^\s*\w[\w.]*\s*[!<>]/.test(name) ||
    startsWithOperator.test(value)
  )
}

const startsWithOperator = /^\*(?:contains|beginswith|endswith|in)\*/i

function readCondition(part: string, attributes: Record<string, Attribute>): Condition {
  const match = grammar.exec(part)
  if (!match)
    throw badRequest('bad_parameter', `search: "${part}" is not of the form attribute, operator, value.`)
  const [, name = '', not, word, sign, rest = ''] = match
  const attribute = Object.hasOwn(attributes, name) ? attributes[name] : undefined
  if (!attribute) throw badRequest('bad_parameter', `search: there is no attribute "${name}".`)
  const inner = sign === '=' ? contained.exec(rest)?.[1] : undefined
  const other = sign === '=' && inner === undefined && otherOperator.exec(rest)?.[0]
  if (other)
    throw badRequest(
      'bad_parameter',
      `search: "${other}" is not an operator; there are *contains*, *beginswith*, *endswith* and *in*.`,
    )
  const operator = (inner === undefined ? (word?.toLowerCase() ?? sign) : 'contains') as Operator
  const value = inner ?? rest
  if (not && /^[<>]/.test(operator))
    throw badRequest('bad_parameter', `search: "!${operator}" is not an operator.`)
  return { negated: not === '!', test: testOf(name, attribute, operator, readValues(operator, value)) }
}

/** The values of a condition. Escapes are decoded after the split, so that a value can contain `&` and `|`. */
function readValues(operator: Operator, text: string): string[] {
  const values = (operator === 'in' ? text.split('|') : [text]).map(decoded)
  if (values.length > mostValues)
    throw badRequest(
      'bad_parameter',
      `search: *in* takes at most ${mostValues} values, not ${values.length}.`,
    )
  if (values.some(value => value.includes('\0')))
    throw badRequest('bad_parameter', 'search: no value contains the character U+0000.')
  return values
}

/** Text without its percent-escapes; what is none stays, as in `100%`. */
const decoded = (text: string) =>
  text.replaceAll(/(?:%[0-9a-f]{2})+/gi, escapes => {
    try {
      return decodeURIComponent(escapes)
    } catch {
      return escapes
    }
  })

/** The conditions as SQL that follows another condition; empty when there are none. */
export function whereOf(db: Db, conditions: Condition[], joinByOr: boolean, alias: string): Fragment {
  if (conditions.length === 0) return db``
  const parts = conditions.map(({ negated, test }) =>
    // Absent values are not equal to anything and contain nothing; negating must let them in.
    negated ? db`(${test(db, alias)}) is not true` : db`(${test(db, alias)})`,
  )
  return db`and (${joined(parts, (left, right) => (joinByOr ? db`${left} or ${right}` : db`${left} and ${right}`))})`
}
