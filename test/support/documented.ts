import assert from 'node:assert/strict'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { expandedDocument } from '../../docs/expanded.ts'
import type { Operation } from '../../docs/reference.ts'
import type { Json, Reply } from './app.ts'

type Schema = { $ref?: string; properties?: Record<string, Schema>; items?: Schema; anyOf?: Schema[] }
type Documented = { path: RegExp; name: string; method: string; operation: Operation }

/**
 * Checks answers against the OpenAPI document: their status, their members, the values of these and their ETag are what it
 * says. Every call of every test goes through this, so that the documentation cannot say less than what really happens.
 */
export function documentationOf(): (method: string, url: string, reply: Reply) => void {
  const document = expandedDocument()
  const schemas = document.components.schemas as Record<string, Schema>
  const components = document.components.responses as Record<string, { headers?: object }>
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): Documented => {
      return { path: patternOf(path, operation), name: path, method: method.toUpperCase(), operation }
    }),
  )
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  ajv.addSchema({ $id: 'document', ...JSON.parse(JSON.stringify(document)) })
  const mustBeValid = (pointer: string[], body: unknown, name: string) => {
    const steps = pointer.map(step => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')))
    const isValid = ajv.validate({ $ref: `document#/${steps.join('/')}` }, body)
    assert.ok(isValid, `${name}: ${ajv.errorsText()} in ${JSON.stringify(body)}`)
  }
  return (method, url, { status, body, headers }) => {
    const path = url
      .split('?')[0]!
      .replace(/\/$/, '')
      .replace(/\.json$/, '')
    const known = operations.find(each => each.method === method && each.path.test(path))
    if (!known || known.operation.operationId === 'getOpenApi') return
    const name = `${method} ${path}`
    const response = known.operation.responses[status]
    assert.ok(response, `${name} answered ${status}, which its documentation does not know`)
    const described = response.$ref ? components[response.$ref.split('/').at(-1)!]! : response
    const undescribed = Object.keys(headers).filter(
      header => ours.test(header) && !namesOf(described.headers).includes(header),
    )
    assert.deepEqual(
      undescribed,
      [],
      `${name} answered ${status} with headers that its documentation does not know`,
    )
    if (status === 200 && 304 in known.operation.responses && method === 'GET')
      assert.ok(headers.etag, `${name} has no ETag, as its documentation says`)
    if (!String(headers['content-type']).startsWith('application/json')) return
    const [media] = Object.values(response.content ?? {})
    const at = ['paths', known.name, method.toLowerCase(), 'responses', String(status)]
    // Whoever asks for some fields gets no others, also of those that a record has otherwise.
    const isPart = /[?&]fields(=|\[|%5B)/.test(url)
    if (media && !isPart) mustBeValid([...at, 'content', 'application/json', 'schema'], body, name)
    const schema = (media?.schema as Schema) ?? (Array.isArray(body) ? schemas.Faults! : schemas.Failure!)
    const isKnown = (member: string) =>
      /^c_\d+$/.test(member) || expansionsOf(known.operation).includes(member)
    assert.deepEqual(
      undocumented(body, schema, schemas).filter(member => !isKnown(member)),
      [],
      `${name} answered ${status} with members that its documentation does not know`,
    )
  }
}

/** Headers that say something of an answer besides how it is sent. */
const ours =
  /^(x-(rate-limit-\w+|request-id)|lectern-[\w-]+|preference-applied|idempotency-replayed|etag|location|allow|retry-after|www-authenticate)$/
const namesOf = (headers: object = {}) => Object.keys(headers).map(name => name.toLowerCase())

/** Literal words first: `/sessions/fields` is no `/sessions/{id}`, because parameters that are ids are digits. */
function patternOf(path: string, { parameters = [] }: Operation): RegExp {
  const isId = (name: string) =>
    parameters.some(parameter => parameter.name === name && parameter.schema?.type === 'integer')
  return new RegExp(`^${path.replaceAll(/\{(\w+)\}/g, (_, name) => (isId(name) ? '\\d{1,15}' : '[^/]+'))}$`)
}

/** The names that the documentation of `expand` has. */
function expansionsOf({ parameters = [] }: Operation): string[] {
  const { description = '' } = parameters.find(({ name }) => name === 'expand') ?? {}
  return [...description.matchAll(/`(\w+)`/g)].map(match => match[1]!)
}

/** The members of a value, and of the objects in its lists, that a schema does not name. */
function undocumented(value: unknown, given: Schema, schemas: Record<string, Schema>): string[] {
  const schema = given.$ref ? schemas[given.$ref.split('/').at(-1)!]! : given
  if (Array.isArray(value))
    return schema.items ? value.flatMap(item => undocumented(item, schema.items!, schemas)) : []
  const { properties = {} } = schema
  if (!value || typeof value !== 'object' || Object.keys(properties).length === 0) return []
  return Object.entries(value as Json).flatMap(([member, inner]) => {
    if (!Object.hasOwn(properties, member)) return [member]
    return Array.isArray(inner) ? undocumented(inner, properties[member]!, schemas) : []
  })
}
