import { isUtf8 } from 'node:buffer'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import qs from 'qs'
import { badRequest } from '../../errors.ts'
import { type Body, Repeated } from '../values/draft.ts'
import { readMultipart } from './multipart.ts'

/** Largest body, in bytes. */
export const bodyLimit = 1024 * 1024
/** Bytes of a form around its file. */
export const aroundFile = 64 * 1024
/** Deepest nesting of a JSON body: whatever walks through a value may then do so by recursion. */
const deepest = 64
/** Most fields of a form. */
const mostFields = 5000
/** Places in lists are read as names of members, and made lists afterwards: qs merges lists at the square of their length. */
const qsOptions = { depth: 8, parseArrays: false, plainObjects: false } as const

declare module 'fastify' {
  interface FastifyContextConfig {
    /** the member of the body that a list by itself stands for */
    listMember?: string | undefined
    /** parts of a form may be files, of at most so many bytes */
    takesFile?: number | undefined
    /** members of the body that are lists: a form may repeat their names */
    lists?: ReadonlySet<string>
  }
}

/**
 * Every write takes JSON, forms and multipart forms (docs/contract.md §2). An empty body and `[]` are an empty
 * object; bracketed keys nest. A body on GET, or of an unknown type but without a byte, is ignored.
 */
export function acceptBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    /^application\/(?:[\w.+-]+\+)?json\b/i,
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => parseJson(textOf(body)),
  )
  app.addContentTypeParser(
    /^application\/x-www-form-urlencoded\b/i,
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => nest(request, fieldsOf(textOf(body))),
  )
  app.addContentTypeParser(
    /^multipart\/form-data\b/i,
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => readForm(request, body),
  )
  app.addHook('preParsing', (request, _reply, payload, done) => {
    // Without a body the content type means nothing; without a type an empty body is still an empty body.
    const empty = request.headers['content-length'] === '0' || hasNoBody(request)
    if (empty || request.method === 'GET') delete request.headers['content-type']
    done(null, payload)
  })
  app.addHook('preValidation', async request => {
    request.body = asObject(request.body, request.routeOptions.config.listMember)
  })
}

/** A multipart form; where files are taken, the bytes of each under its name. */
async function readForm(request: FastifyRequest, body: Buffer): Promise<Body> {
  const { fields, files } = await readMultipart(request.headers['content-type']!, body)
  const nested = nest(request, fields) as Body
  return request.routeOptions.config.takesFile ? { ...nested, ...Object.fromEntries(files) } : nested
}

function hasNoBody(request: FastifyRequest): boolean {
  return request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined
}

/** Throws 400 for bytes that are no text in UTF-8, which would be stored as another text otherwise. */
function textOf(body: Buffer): string {
  if (!isUtf8(body)) throw badRequest('malformed_body', 'The body is not in UTF-8.')
  return body.toString()
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return {}
  mustBeShallow(text)
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text, reviverFor(text))
  } catch (error) {
    throw badRequest('malformed_body', `The body is not JSON: ${(error as Error).message}`)
  }
}

/** Leaves out members called toString: no field has that name, and such an object has no text. */
function reviverFor(text: string): ((name: string, value: unknown) => unknown) | undefined {
  // Only a text that may have one, perhaps spelt with escapes, is worth a call for each of its values.
  if (!text.includes('toString') && !text.includes('\\u')) return undefined
  return (name, value) => (name === 'toString' ? undefined : value)
}

const bracketsOutsideText = /"(?:[^"\\]|\\.)*"?|[[\]{}]/gs

function mustBeShallow(text: string): void {
  let depth = 0
  for (const [token] of text.matchAll(bracketsOutsideText)) {
    if (token === '[' || token === '{') depth++
    else if (token === ']' || token === '}') depth--
    if (depth > deepest)
      throw badRequest('malformed_body', `The body nests more than ${deepest} levels deep.`)
  }
}

/** The names and values of a form, in their order (URL Standard §5.1). */
function fieldsOf(form: string): [name: string, value: string][] {
  mustBeNoJson(form)
  const parts = form.split('&', mostFields + 1)
  mustBeFew(parts.length)
  return parts
    .filter(part => part !== '')
    .map(part => {
      const [name = ''] = part.split('=', 1)
      return [decodePercent(name), decodePercent(part.slice(name.length + 1))]
    })
}

/** JSON under the type of a form, as `curl -d` sends it, is one field with a strange name: all that it says would be ignored. */
function mustBeNoJson(text: string): void {
  if (!/^\s*\{\s*"/.test(text)) return
  try {
    JSON.parse(text)
  } catch {
    return
  }
  throw badRequest('malformed_body', 'The body is JSON: send it with Content-Type: application/json.')
}

function mustBeFew(fields: number): void {
  if (fields > mostFields) throw badRequest('malformed_body', `The form has more than ${mostFields} fields.`)
}

/** A place in a list, from 0 to 9999. */
const place = /^(?:0|[1-9]\d{0,3})$/
const objectInList = /^([^[\]]+(?:\[[^[\]]+\])*)\[\](\[[^[\]]+\].*)$/
const customValue = /^(?:custom_fields\[(c_\d+)\]|(c_\d+))$/

/**
 * The object that the fields of a form say: names in brackets nest. Of a name that is repeated the last value counts,
 * unless it names a list, which takes all of them; of custom values their definitions decide.
 */
function nest({ routeOptions }: FastifyRequest, fields: [string, string][]): unknown {
  mustBeFew(fields.length)
  const values = new Map<string, string[]>()
  const { known } = routeOptions.config
  const lists = new Set(routeOptions.config.lists)
  const placed = placing()
  for (const [written, value] of fields) {
    const whole = placed(written)
    const name = whole.replace(/\[\]$/, '')
    if (name !== whole) lists.add(name)
    const earlier = values.get(name)
    if (earlier) earlier.push(value)
    else values.set(name, [value])
  }
  const flat = [...values].map(([name, all]) => [name, lists.has(name) ? all : all.at(-1)])
  const isMap = (name: string) => known?.body.names.has(name) === true && !lists.has(name)
  const body = withLists(qs.parse(Object.fromEntries(flat), qsOptions), isMap) as Body
  for (const [name, all] of values) if (all.length > 1 && !lists.has(name)) keepRepeated(body, name, all)
  return body
}

/**
 * Gives the objects of a list whose places are left open, as in `choices[][name]=A&choices[][name]=B`, the places after those
 * that are written: a member that the last object has already begins the next.
 */
function placing(): (name: string) => string {
  const begun = new Map<string, { place: number; members: Set<string> }>()
  return name => {
    const [, list, member] = objectInList.exec(name) ?? []
    if (!list || !member) return name
    let object = begun.get(list)
    if (!object || object.members.has(member)) {
      object = { place: object ? object.place + 1 : mostFields - 1, members: new Set() }
      begun.set(list, object)
    }
    // A list of values may repeat its name.
    if (!member.endsWith('[]')) object.members.add(member)
    return `${list}[${object.place}]${member}`
  }
}

/**
 * Makes a list of every object below the root whose members are all named by their places. Members of the root that are known,
 * and are no lists, stay objects: `conditional_prices[31]=5.00` is a price by the id of a type.
 */
function withLists(value: unknown, isMap: (name: string) => boolean): unknown {
  const members = Object.entries(value as object)
  return Object.fromEntries(
    members.map(([name, inner]) => [
      name,
      inner !== null && typeof inner === 'object' ? below(inner, isMap(name)) : inner,
    ]),
  )
}

function below(value: unknown, isMap = false): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value
  const members = Object.entries(value).map(([name, inner]) => [name, below(inner)] as const)
  // An object has such members in the order of their numbers.
  const isList = !isMap && members.length > 0 && members.every(([name]) => place.test(name))
  return isList ? members.map(([, inner]) => inner) : Object.fromEntries(members)
}

function keepRepeated(body: Body, name: string, all: string[]): void {
  const [, nested, flat] = customValue.exec(name) ?? []
  if (flat) body[flat] = Repeated.from(all)
  if (nested) (body.custom_fields as Body)[nested] = Repeated.from(all)
}

/** A part of a form. A percent sign that begins no escape stands for itself. */
function decodePercent(text: string): string {
  return text.replaceAll('+', ' ').replace(/(?:%[0-9A-Fa-f]{2})+/g, escapes => {
    try {
      return decodeURIComponent(escapes)
    } catch {
      throw badRequest('malformed_body', `The form is not in UTF-8: it has ${escapes.slice(0, 60)}.`)
    }
  })
}

function asObject(body: unknown, listMember?: string): Body {
  if (listMember !== undefined && Array.isArray(body)) return { [listMember]: body }
  if (body === undefined || body === null || (Array.isArray(body) && body.length === 0)) return {}
  if (typeof body !== 'object' || Array.isArray(body))
    throw badRequest('malformed_body', 'The body must be an object.')
  return body as Body
}
