import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import Type, { type TObject, type TSchema } from 'typebox'
import { notFound } from '../errors.ts'
import { readId } from './query.ts'
import { maxId } from './values.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One operation of the API, and everything its documentation says. */
export type Operation = {
  /** `METHOD /path` spellings; the first is the one that the hosted API has */
  spellings: string[]
  id: string
  tag: string
  summary: string
  description?: string
  body?: TObject
  /** name and meaning of query parameters */
  query?: Record<string, string>
  /** status and schema of success */
  success: Record<number, TSchema>
  /** failures besides those that every operation has */
  failures?: number[]
  isList?: boolean
  handler: (request: FastifyRequest, reply: FastifyReply) => unknown
}

/** Registers an operation under all its spellings, with its documentation. */
export function route(app: FastifyInstance, operation: Operation): void {
  operation.spellings.forEach((spelling, index) => {
    const [method, url] = spelling.split(' ') as [Method, string]
    app.route({
      method,
      url,
      config: { isList: operation.isList ?? false },
      schema: {
        operationId: index === 0 ? operation.id : `${operation.id}${restSuffix(method)}`,
        tags: [operation.tag],
        summary: index === 0 ? operation.summary : `${operation.summary} (REST spelling)`,
        description: operation.description ?? operation.summary,
        ...(url.includes(':') && { params: pathParameters(url) }),
        ...(operation.query && { querystring: queryParameters(operation.query) }),
        ...(operation.body && { body: operation.body, consumes: bodyTypes }),
        response: { ...operation.success, ...failureResponses(operation, method, url) },
      },
      handler: operation.handler as RouteHandlerMethod,
    })
  })
}

/** The id in the path. Throws 404 for one that no object can have. */
export function idOf(request: FastifyRequest, noun: string): number {
  const { id } = request.params as { id: string }
  const number = readId(id)
  if (!number) throw notFound(noun, id)
  return number
}

const bodyTypes = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data']
const restSuffix = (method: Method) => (method === 'PATCH' ? 'RestPatch' : 'Rest')

function pathParameters(url: string): TObject {
  const names = [...url.matchAll(/:(\w+)/g)].map(match => match[1]!)
  return Type.Object(
    Object.fromEntries(
      names.map(name => [
        name,
        name.endsWith('id') && name !== 'external_id'
          ? Type.Integer({ minimum: 1, maximum: maxId, description: 'Identifier of the object.' })
          : Type.String({ description: 'The identifier that the other system has for the object.' }),
      ]),
    ),
  )
}

function queryParameters(query: Record<string, string>): TObject {
  return Type.Object(
    Object.fromEntries(
      Object.entries(query).map(([name, description]) => [name, Type.Optional(Type.String({ description }))]),
    ),
  )
}

/** Query parameters that several operations have. */
export const projectionQuery = {
  fields: 'Comma-separated names of the fields to return; `*` for all.',
  expand: 'Comma-separated names of related objects to return as extra keys.',
}
export const writeQuery = {
  validate_only:
    '`true`: everything is checked, nothing is kept, and the answer is 200 with what would be returned.',
}
export const listQuery = {
  page: 'Number of the page, from 1.',
  'per-page': 'Items of a page: 20 unless given, at most 1000, at most 200 with `expand`.',
  ...projectionQuery,
  ids: 'Comma-separated ids, at most 100: only these.',
  sort: 'Comma-separated attributes; a leading `-` sorts downwards.',
  search:
    'Conditions joined by `&`, percent-encoded as one value: `name=*contains*summit&date>=2026-01-01`. Operators: `=`, `!=`, `>`, `<`, `>=`, `<=`, `=*contains*`, `=*beginswith*`, `=*endswith*`, `=*in*a|b|c`, and `!=*…*`.',
  searchCondition: '`or` joins the conditions by OR.',
}
export const eventListQuery = { event_id: 'The event to list. Required.', ...listQuery }

function failureResponses(
  { isList, failures = [], body }: Operation,
  method: Method,
  url: string,
): Record<number, TSchema> {
  const statuses = [401, 403, 429, 500, 503, ...failures]
  if (isList) statuses.push(400)
  if (url.includes(':')) statuses.push(404)
  if (method !== 'GET') statuses.push(400, 412, 413, 415)
  if (body) statuses.push(422)
  if (method === 'POST') statuses.push(409, 422)
  return Object.fromEntries(
    [...new Set(statuses)]
      .sort()
      .map(status => [status, status === 422 ? Type.Ref('Faults') : Type.Ref('Failure')]),
  )
}
