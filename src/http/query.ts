import Type, { type TSchema } from 'typebox'
import { badRequest, type Fault, mustBeValid } from '../errors.ts'
import { type Body, isBlank } from './values/draft.ts'
import { Flag, faultOf, readValue } from './values/values.ts'

/** The query of a request: each name once, the last one given; `fields[0]=id&fields[1]=name` joined by commas. */
export type Query = Record<string, string>

/** Reads a query string (generosity rule 5). Never throws: the router calls it, where nothing is caught. */
export function parseQuery(text: string): Query {
  const query: Query = {}
  const lists = new Map<string, string[]>()
  for (const [name, value] of new URLSearchParams(text)) {
    const list = /^([\w-]+)\[\d*\]$/.exec(name)?.[1]
    if (!list) query[name] = value.toWellFormed()
    else if (lists.has(list)) lists.get(list)!.push(value.toWellFormed())
    else lists.set(list, [value.toWellFormed()])
  }
  for (const [name, values] of lists) query[name] = values.join(',')
  return query
}

/** The words of a comma-separated parameter; none when it is absent or blank. */
export function wordsOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(',')
    .map(word => word.trim())
    .filter(word => word !== '')
}

/**
 * Whether a parameter such as `validate_only` or `force` is switched on. Throws 400 for what is neither yes nor no: taken
 * as no it would do for real what was to be tried.
 */
function isOn(query: Query, name: string): boolean {
  const given = query[name]?.trim() ?? ''
  if (given === '') return false
  const reading = readValue(Flag(), given)
  if ('value' in reading) return reading.value === 1
  throw badRequest('bad_parameter', `${name} must be true or false, not "${given.slice(0, 100)}".`)
}

/**
 * Whether a request asks for something in its query or, as older clients do, in its body; the query wins. Throws 400 for a
 * query, and 422 for a body, that says neither yes nor no.
 */
export function isAsked({ query, body }: { query: Query; body: Body }, name: string): boolean {
  if (query[name]?.trim()) return isOn(query, name)
  const { on, faults } = readSwitch(body, name)
  mustBeValid(faults)
  return on
}

/** What a body says of something that is off unless it is switched on. */
export function readSwitch(body: Body | undefined, name: string): { on: boolean; faults: Fault[] } {
  const raw = body?.[name]
  if (isBlank(raw)) return { on: false, faults: [] }
  const reading = readValue(Flag(), raw)
  if ('value' in reading) return { on: reading.value === 1, faults: [] }
  return { on: false, faults: [faultOf(name, reading)] }
}

/** An id in a path or query: undefined unless it is a positive integer below 2^53. */
export function readId(text: string | undefined): number | undefined {
  const id = text && /^\s*\d{1,16}\s*$/.test(text) ? Number(text) : 0
  return id >= 1 && id <= Number.MAX_SAFE_INTEGER ? id : undefined
}

type ParameterOptions = { description: string; examples?: unknown[]; pattern?: string }

/*
 * What the documentation says of query parameters. Lists are text joined by commas and no arrays: generated clients repeat
 * the name of an array, and of a repeated name the last one counts.
 */

/** Text. */
export const TextParameter = (options: ParameterOptions) => Type.Optional(Type.String(options))
/** A whole number from 1. */
export const CountParameter = (options: ParameterOptions) =>
  Type.Optional(Type.Integer({ minimum: 1, ...options }))
/** What is off unless it is `true`, `1`, `yes` or `on`. */
export const Switch = (description: string) => Type.Optional(Type.Boolean({ description }))
/** One of a few words. */
export const WordParameter = (words: string[], description: string) =>
  Type.Optional(Type.String({ enum: words, description }))
/** The query parameters of an operation, by their names. */
export type Parameters = Record<string, TSchema>
