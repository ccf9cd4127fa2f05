import type { Db, Fragment } from '../db/connection.ts'
import { badRequest } from '../errors.ts'
import { type Attribute, type Operator, testOf } from './attributes.ts'

/** One condition of a search; `test` is what it asks of a row. */
export type Condition = { negated: boolean; test: ReturnType<typeof testOf> }

const grammar =
  /^\s*([A-Za-z_]\w*(?:\.\w+)?)\s*(!?)(?:=?\*(contains|beginswith|endswith|in)\*|(>=|<=|=|>|<))([\s\S]*)$/i
const contained = /^\*([\s\S]+)\*$/
const otherOperator = /^\*[A-Za-z]+\*/

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
  return { negated: not === '!', test: testOf(name, attribute, operator, value) }
}

/** The conditions as SQL that follows another condition; empty when there are none. */
export function whereOf(db: Db, conditions: Condition[], joinByOr: boolean, alias: string): Fragment {
  if (conditions.length === 0) return db``
  const parts = conditions.map(({ negated, test }) =>
    // Absent values are not equal to anything and contain nothing; negating must let them in.
    negated ? db`(${test(db, alias)}) is not true` : db`(${test(db, alias)})`,
  )
  return db`and (${parts.reduce((left, right) => (joinByOr ? db`${left} or ${right}` : db`${left} and ${right}`))})`
}
