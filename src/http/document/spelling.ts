import Type, { type TSchema } from 'typebox'
import type { Operation } from '../operation.ts'
import { maxId } from '../values/values.ts'

export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'

/** One spelling of an operation, as the document describes it. */
export type Spelling = { operation: Operation; method: Method; path: string; isFirst: boolean }

const textParameters: Record<string, TSchema> = {
  external_id: Type.String({
    description: 'The identifier that the other system has for the object.',
    examples: ['8QTMKA'],
  }),
  type: Type.String({
    description: 'confirmation, modified, cancelled or abandoned; also with `registration_` before it.',
    examples: ['confirmation'],
  }),
}
const idParameter = Type.Integer({ minimum: 1, maximum: maxId, description: 'Identifier of the object.' })

/** Query, path and headers, as the document describes them. */
export function parametersOf(spelling: Spelling): { name: string }[] {
  const { operation, path } = spelling
  const ofPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name!)
  return [
    ...Object.entries(operation.query ?? {}).map(([name, schema]) =>
      parameter('query', name, schema, !Type.IsOptional(schema)),
    ),
    ...ofPath.map(name =>
      parameter('path', name, operation.path?.[name] ?? textParameters[name] ?? idParameter, true),
    ),
    ...headerNames(spelling).map(name =>
      parameter('header', name, Type.String({ description: headerMeanings[name]! }), false),
    ),
  ]
}

function parameter(place: 'query' | 'path' | 'header', name: string, kind: TSchema, required: boolean) {
  const { description, examples, ...schema } = kind as TSchema & {
    description?: string
    examples?: unknown[]
  }
  return {
    schema,
    ...(examples && { example: examples[0] }),
    in: place,
    name,
    required,
    ...(description && { description }),
  }
}

/** Headers that an operation understands. */
export function headerNames(spelling: Spelling): string[] {
  const { operation } = spelling
  return [
    ...(takesKey(spelling) ? ['Idempotency-Key'] : []),
    ...(comparesVersion(spelling) ? ['If-Match'] : []),
    ...(isRecord(spelling) || 304 in operation.success ? ['If-None-Match'] : []),
    ...(operation.access ? [] : ['Prefer']),
  ]
}

const headerMeanings: Record<string, string> = {
  'Idempotency-Key': 'The same key and body within 24 hours get the first answer again.',
  'If-Match': 'The ETag that the change is based on.',
  Prefer: '`handling=strict`: refuses what is unknown.',
  'If-None-Match': '304 when the answer still has this ETag.',
}

/** Whether a version can be asked for: every change and deletion, and what a POST declares by its failure. */
export const comparesVersion = ({ operation: { failures = [], access }, method }: Spelling) =>
  !access && ((method !== 'get' && method !== 'post') || failures.includes(412))

export const takesKey = ({ operation: { takesKey = true, access }, method }: Spelling) =>
  method === 'post' && takesKey && !access

/** Whether this reads a single record, which has an ETag. */
export const isRecord = ({ method, path }: Spelling) => method === 'get' && path.endsWith('/:id')
