import type { FastifyInstance, FastifyRequest } from 'fastify'
import qs from 'qs'
import { badRequest } from '../errors.ts'
import type { Body } from './draft.ts'
import { readMultipart } from './multipart.ts'

/** Largest body, in bytes. */
export const bodyLimit = 1024 * 1024
/** Deepest nesting of a JSON body: whatever walks through a value may then do so by recursion. */
const deepest = 64
/** Most fields of a form. */
const mostFields = 5000
const qsOptions = {
  depth: 8,
  arrayLimit: 1000,
  parameterLimit: mostFields,
  decoder: decodePercent,
  allowSparse: false,
  plainObjects: false,
  duplicates: 'last',
} as const

/**
 * Every write takes JSON, forms and multipart forms (api.md, generosity rule 2). An empty body and `[]` are an empty
 * object; bracketed keys nest. A body on GET, or of an unknown type but without a byte, is ignored.
 */
export function acceptBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    /^application\/(?:[\w.+-]+\+)?json\b/i,
    { parseAs: 'string' },
    async (_request: FastifyRequest, text: string) => parseJson(text),
  )
  app.addContentTypeParser(
    /^application\/x-www-form-urlencoded\b/i,
    { parseAs: 'string' },
    async (_request: FastifyRequest, text: string) => parseForm(text),
  )
  app.addContentTypeParser(
    /^multipart\/form-data\b/i,
    { parseAs: 'buffer' },
    async ({ headers }: FastifyRequest, body: Buffer) =>
      // Names are bracketed like those of forms; qs reads both the same way.
      parseForm(new URLSearchParams(await readMultipart(headers['content-type']!, body)).toString()),
  )
  app.addHook('preParsing', (request, _reply, payload, done) => {
    // Without a body the content type means nothing; without a type an empty body is still an empty body.
    const empty = request.headers['content-length'] === '0' || hasNoBody(request)
    if (empty || request.method === 'GET') delete request.headers['content-type']
    done(null, payload)
  })
  app.addHook('preValidation', async request => {
    request.body = asObject(request.body)
  })
}

function hasNoBody(request: FastifyRequest): boolean {
  return request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined
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

/** Leaves out members called toString: no field has that name, and nobody could ask such an object for its text. */
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

function parseForm(text: string): unknown {
  if (text.split('&', mostFields + 1).length > mostFields)
    throw badRequest('malformed_body', `The form has more than ${mostFields} fields.`)
  return qs.parse(text, qsOptions)
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

function asObject(body: unknown): Body {
  if (body === undefined || body === null || (Array.isArray(body) && body.length === 0)) return {}
  if (typeof body !== 'object' || Array.isArray(body))
    throw badRequest('malformed_body', 'The body must be an object.')
  return body as Body
}
