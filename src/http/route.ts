import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from 'fastify'
import Type, { type TObject, type TSchema } from 'typebox'
import { notFound } from '../errors.ts'
import { knownTo, reading } from './known.ts'
import type { Listable } from './listing.ts'
import { methodNotAllowed } from './methods.ts'
import { CountParameter, type Parameters, readId, Switch, TextParameter, WordParameter } from './query.ts'
import { Id, maxId } from './values.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** One operation of the API, and everything its documentation says. */
export type Operation = {
  /** `METHOD /path` spellings; the first is the one that the hosted API has */
  spellings: string[]
  id: string
  tag: string
  summary: string
  description?: string
  body?: TSchema
  /** members of the body that are understood beside those of its schema */
  aliases?: readonly string[] | undefined
  query?: Parameters
  /** status and schema of success */
  success: Record<number, TSchema>
  /** failures besides those that follow from the rest */
  failures?: number[]
  isList?: boolean
  /** whether a POST looks at its Idempotency-Key; it does unless this is false */
  takesKey?: boolean
  handler: (request: FastifyRequest, reply: FastifyReply) => unknown
}

/** Registers an operation under all its spellings, with its documentation. */
export function route(app: FastifyInstance, operation: Operation): void {
  operation.spellings.forEach((spelling, index) => {
    const [method, url] = spelling.split(' ') as [Method, string]
    app.route({
      method,
      url,
      config: { isList: operation.isList ?? false, ...knownTo(app, operation) },
      schema: {
        operationId: index === 0 ? operation.id : `${operation.id}${restSuffix(method)}`,
        tags: [operation.tag],
        summary: index === 0 ? operation.summary : `${operation.summary} (REST spelling)`,
        description: describe(operation, method, url),
        ...(index > 0 && { 'x-spelling-of': operation.id }),
        ...(url.includes(':') && { params: pathParameters(url) }),
        headers: headerParameters(operation, method, url),
        ...(operation.query && { querystring: Type.Object(operation.query) }),
        ...(operation.body && { body: operation.body, consumes: bodyTypes }),
        response: { ...successes(operation, method, url), ...failuresOf(operation, method, url) },
      },
      handler: operation.handler as RouteHandlerMethod,
    })
  })
}

function describe({ summary, description = `${summary}.` }: Operation, method: Method, url: string): string {
  return isRecord(method, url) ? `${description} ${partialReads}` : description
}

/** Only the answer to a request without `fields` has the schema: no client that checks it may be led to ask for a part. */
const partialReads =
  'Understands `fields`, as lists do, without a parameter for it: the schema is that of the whole record.'

/**
 * The id in the path. Throws 404 for one that no object can have, 405 for a word that is a path of other methods, such as
 * `GET /sessions/create`.
 */
export function idOf(request: FastifyRequest, noun: string, parameter = 'id'): number {
  const text = (request.params as Record<string, string>)[parameter]
  const id = readId(text)
  if (!id) throw methodNotAllowed(request) ?? notFound(noun, text)
  return id
}

const bodyTypes = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data']
const restSuffix = (method: Method) => (method === 'PATCH' ? 'RestPatch' : 'Rest')

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

function pathParameters(url: string): TObject {
  const names = [...url.matchAll(/:(\w+)/g)].map(match => match[1]!)
  return Type.Object(
    Object.fromEntries(
      names.map(name => [
        name,
        textParameters[name] ??
          Type.Integer({ minimum: 1, maximum: maxId, description: 'Identifier of the object.' }),
      ]),
    ),
  )
}

function headerParameters(operation: Operation, method: Method, url: string): TObject {
  const names = [
    ...(takesKey(operation, method) ? ['Idempotency-Key'] : []),
    ...(comparesVersion(operation, method) ? ['If-Match'] : []),
    ...(isRecord(method, url) || 304 in operation.success ? ['If-None-Match'] : []),
    'Prefer',
  ]
  return Type.Object(
    Object.fromEntries(
      names.map(name => [name, Type.Optional(Type.String({ description: headerMeanings[name]! }))]),
    ),
  )
}

const headerMeanings: Record<string, string> = {
  'Idempotency-Key':
    'Up to 255 printable characters. The same key and body within 24 hours get the first answer again.',
  'If-Match': 'The ETag of the record that the change is based on: 412 when it is another now.',
  Prefer:
    '`handling=strict` (RFC 7240): what is unknown is refused, 422 in a body and 400 in a query, instead of ignored.',
  'If-None-Match': 'An ETag: 304 when the answer is the same.',
}

/** Whether a version can be asked for: every change and deletion, and what a POST declares by its failure. */
const comparesVersion = ({ failures = [] }: Operation, method: Method) =>
  (method !== 'GET' && method !== 'POST') || failures.includes(412)

const takesKey = ({ takesKey = true }: Operation, method: Method) => method === 'POST' && takesKey

/** Query parameters of a single read of a resource. */
export const projectionQuery = (listable: Listable): Parameters =>
  reading(listable, expandQuery(listable.expansions))

/** Query parameters of the list of a resource. */
export const listQuery = (listable: Listable): Parameters =>
  reading(listable, {
    page: CountParameter({ description: 'Number of the page, from 1.' }),
    'per-page': CountParameter({
      description:
        'Items of a page: 20 unless given, at most 1000, at most 200 with `expand`. Items that take more than 16 MB are 400 `page_too_large`, and the message says how many fit.',
      examples: [20],
    }),
    fields: TextParameter({
      description: `Comma-separated names of the fields to return; \`*\` for all. Unless given: ${listable.sparse.join(', ')}.`,
      examples: ['*'],
    }),
    ...expandQuery(listable.expansions),
    ids: TextParameter({
      description: 'Comma-separated ids, at most 100: only these.',
      examples: ['12345,12346'],
    }),
    sort: TextParameter({
      description: 'Comma-separated attributes; at most 20; a leading `-` sorts downwards.',
      examples: ['-id'],
    }),
    search: TextParameter({
      description:
        'Conditions joined by `&`, percent-encoded as one value: `name=*contains*summit&date>=2026-01-01`. Operators: `=`, `!=`, `>`, `<`, `>=`, `<=`, `=*contains*`, `=*beginswith*`, `=*endswith*`, `=*in*a|b|c`, and `!=*…*`; nothing after `=` finds what is not set. At most 100 conditions, and 1000 values of `*in*`. Escapes inside a value are decoded after the split at `&` and `|`: `name%3D*contains*Q%2526A` finds `Q&A`. A value that the attribute cannot have is 400: a word or a choice that does not exist (any more), a date that is in no calendar.',
      examples: ['id>0'],
    }),
    searchCondition: WordParameter(['and', 'or'], 'How conditions are joined: `and` unless given.'),
  })

/** Query parameters of a list inside an event. */
export const eventListQuery = (listable: Listable): Parameters => ({
  event_id: Id({ description: 'The event to list.', examples: [67890] }),
  ...listQuery(listable),
})

const expandQuery = (expansions: readonly string[] = []): Parameters =>
  expansions.length === 0
    ? {}
    : {
        expand: TextParameter({
          description: `Comma-separated names of related objects to return as extra keys: ${expansions.map(name => `\`${name}\``).join(', ')}.`,
          examples: [expansions.join(',')],
        }),
      }

/** Query parameters of every write. */
export const writeQuery: Parameters = {
  validate_only: Switch(
    '`true`: everything is checked, nothing is kept, and the answer is 200 with what would be returned; an id that is new in it is given to no object.',
  ),
}

/** What success looks like: also that of a rehearsal (200), and that of a record that has not changed (304). */
function successes({ success, query }: Operation, method: Method, url: string): Record<number, TSchema> {
  const all = { ...success }
  if (query && 'validate_only' in query)
    all[200] ??= success[201] ?? Type.Object({}, { description: 'Only with `validate_only`.' })
  if (isRecord(method, url)) all[304] = Type.Null()
  return all
}

/** Whether this reads a single record, which has an ETag. */
const isRecord = (method: Method, url: string) => method === 'GET' && url.endsWith('/:id')

function failuresOf(operation: Operation, method: Method, url: string): Record<number, TSchema> {
  const { failures = [] } = operation
  const statuses = [400, 401, 403, 429, 500, 503, ...failures]
  if (url.includes(':')) statuses.push(414)
  // A word in the place of an id may be a path of other methods.
  if (url.includes(':id')) statuses.push(404, 405)
  if (method !== 'GET') statuses.push(413, 415)
  // A key that was used for another request is 422.
  if (takesKey(operation, method)) statuses.push(409)
  // A strict request is refused for members that are unknown.
  if (method !== 'GET') statuses.push(422)
  if (comparesVersion(operation, method)) statuses.push(412)
  return Object.fromEntries(
    [...new Set(statuses)]
      .sort()
      .map(status => [status, status === 422 ? Type.Ref('Faults') : Type.Ref('Failure')]),
  )
}
