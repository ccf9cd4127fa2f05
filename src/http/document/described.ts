import { STATUS_CODES } from 'node:http'
import Type, { type TSchema } from 'typebox'
import type { Operation } from '../operation.ts'
import type { Content, Described, Response } from './components.ts'
import { exampleOf, type Schema } from './example.ts'
import { failures, inProblemDetails, type Plain } from './failures.ts'
import {
  comparesVersion,
  headerNames,
  isRecord,
  type Method,
  parametersOf,
  type Spelling,
  takesKey,
} from './spelling.ts'

/** Gives a schema its place: what has a name becomes a component, and a reference stands where it was. */
export type Refer = (schema: TSchema) => Schema

/** The spellings of an operation, by path and method; `components` are the schemas that have names. */
export function describeOperation(
  operation: Operation,
  prefix: string,
  refer: Refer,
  components: Record<string, Schema>,
): { path: string; method: Method; described: Described }[] {
  return operation.spellings.map((text, index) => {
    const [verb, url] = text.split(' ') as [string, string]
    const method = verb.toLowerCase() as Method
    const spelling: Spelling = { operation, method, path: `${prefix}${url}`, isFirst: index === 0 }
    return {
      path: spelling.path.replaceAll(/:(\w+)/g, '{$1}'),
      method,
      described: describe(spelling, refer, components),
    }
  })
}

function describe(spelling: Spelling, refer: Refer, components: Record<string, Schema>): Described {
  const { operation, method, isFirst } = spelling
  const { id, summary, description = `${summary}.`, tag, body, bodyTypes = usualBodyTypes } = operation
  const parameters = parametersOf(spelling)
  const names = headerNames(spelling)
  const media = (schema: TSchema) => withExample(refer(schema), components)
  return {
    operationId: isFirst ? id : `${id}${method === 'patch' ? 'RestPatch' : 'Rest'}`,
    summary: isFirst ? summary : `${summary} (REST spelling)`,
    tags: [tag],
    description: isRecord(spelling) ? `${description} ${partialReads}` : description,
    ...(body && { requestBody: { required: true, content: bodyContent(media(body), bodyTypes) } }),
    ...(parameters.length > 0 && { parameters }),
    responses: responsesOf(spelling, names, media),
    ...(!isFirst && { 'x-spelling-of': id }),
    security: securityOf(spelling),
  }
}

/** Only the answer to a request without `fields` has the schema: no client that checks it may be led to ask for a part. */
const partialReads =
  'Understands `fields`, as lists do, without a parameter for it: the schema is that of the whole record.'

const usualBodyTypes = ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data']

/** All forms of a body have the same members: one example is enough for all. */
function bodyContent(media: Content[string], [usual = '', ...others]: string[]): Content {
  const { schema } = media
  return {
    [usual]: media,
    ...Object.fromEntries(others.map(type => [type, { ...(schema && { schema }) }])),
  }
}

function securityOf({ operation: { access }, method }: Spelling): object[] {
  if (access === 'everybody') return []
  if (access === 'credential') return [{ basic: [] }, {}]
  return [{ bearer: [] }, { oauth2: [method === 'get' ? 'read' : 'write'] }]
}

function responsesOf(
  spelling: Spelling,
  names: string[],
  media: (schema: TSchema) => Content[string],
): Record<string, Response> {
  const { operation } = spelling
  const own = Object.entries({ ...successes(spelling), ...operation.refusals }).map(([status, schema]) => [
    status,
    responseOf(Number(status), schema, spelling, names, media),
  ])
  const common = failuresOf(spelling).map(status => [
    status,
    { $ref: `#/components/responses/${failures[status]!.name}` },
  ])
  return Object.fromEntries([...own, ...common])
}

/** What success looks like: also that of a rehearsal (200), and that of a record that has not changed (304). */
function successes(spelling: Spelling): Record<number, TSchema> {
  const { success, query } = spelling.operation
  const all = { ...success }
  if (query && 'validate_only' in query)
    all[200] ??= success[201] ?? Type.Object({}, { description: 'Only with `validate_only`.' })
  if (isRecord(spelling)) all[304] = Type.Null()
  return all
}

/** What the server answers before it knows which operation is meant. */
const ofAnyRequest = [408, 431]

function failuresOf(spelling: Spelling): number[] {
  const { operation, method, path } = spelling
  const { failures = [], access } = operation
  if (access) return [...failures, ...ofAnyRequest]
  const statuses = [400, 401, 403, 429, 500, 503, ...failures, ...ofAnyRequest]
  if (path.includes(':')) statuses.push(414)
  // A word in the place of an id may be a path of other methods.
  if (path.includes(':id')) statuses.push(404, 405)
  if (method !== 'get') statuses.push(413, 415)
  // A key that was used for another request is 422.
  if (takesKey(spelling)) statuses.push(409)
  // A strict request is refused for members that are unknown.
  if (method !== 'get') statuses.push(422)
  if (comparesVersion(spelling)) statuses.push(412)
  return [...new Set(statuses)]
}

function responseOf(
  status: number,
  schema: TSchema,
  { operation, method }: Spelling,
  names: string[],
  media: (schema: TSchema) => Content[string],
): Response {
  const types = status < 300 ? operation.answerTypes : undefined
  const content = Type.IsNull(schema) ? undefined : contentOf(types ?? ['application/json'], media(schema))
  // One that creates a record, or finds the one that there is.
  const isOfRecord = 201 in operation.success && (status === 201 || status in operation.success)
  const hasTag = names.includes('If-Match') || names.includes('If-None-Match') || isOfRecord
  const headers = [
    'X-Request-Id',
    ...(operation.access ? [] : ['X-Rate-Limit-Limit', 'X-Rate-Limit-Remaining', 'X-Rate-Limit-Reset']),
    ...(names.includes('Prefer') ? ['Lectern-Ignored', 'Preference-Applied'] : []),
    ...(status === 201 ? ['Location'] : []),
    ...(status === 204 && 'force' in (operation.query ?? {}) ? ['Lectern-People-Not-Told'] : []),
    ...(status !== 204 && hasTag ? ['ETag'] : []),
    ...(names.includes('Idempotency-Key') ? ['Idempotency-Replayed'] : []),
    ...(status === 401 ? ['WWW-Authenticate'] : []),
  ]
  return {
    description: describeStatus(status, method, operation),
    ...(content && { content }),
    ...(status >= 400 &&
      content && {
        content: { ...content, ...inProblemDetails(content['application/json']!.example as Plain) },
      }),
    headers: Object.fromEntries(headers.map(name => [name, { $ref: `#/components/headers/${name}` }])),
  }
}

function describeStatus(status: number, method: Method, { success }: Operation): string {
  const isRehearsal =
    status === 200 && method !== 'put' && !(200 in success) && (201 in success || 204 in success)
  return isRehearsal
    ? 'Only with `validate_only`: what would be returned.'
    : (descriptions[status] ?? STATUS_CODES[status] ?? String(status))
}

const descriptions: Record<number, string> = {
  200: 'Done.',
  201: 'Created.',
  204: 'Deleted.',
  304: 'Nothing changed since the answer that `If-None-Match` names.',
}

const contentOf = (types: string[], media: Content[string]): Content =>
  Object.fromEntries(types.map(type => [type, media]))

/** Lists have two examples: as they come, and with every field. */
function withExample(schema: Schema, components: Record<string, Schema>): Content[string] {
  const value = exampleOf(schema, components)
  const items = schema.$ref?.endsWith('Page') ? (value as { items: Record<string, unknown>[] }).items : []
  if (!items[0] || !('id' in items[0])) return { schema, example: value }
  const sparse = items.map(({ id, name, first_name, last_name }) =>
    name === undefined ? { id, first_name, last_name } : { id, name },
  )
  return {
    schema,
    examples: {
      sparse: { summary: 'As it comes', value: { ...(value as object), items: sparse } },
      full: { summary: 'With `fields=*`', value },
    },
  }
}
