import multipart from '@fastify/multipart'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import qs from 'qs'
import { badRequest } from '../errors.ts'
import type { Body } from './draft.ts'

/** Largest body, in bytes. */
export const bodyLimit = 1024 * 1024
const qsOptions = {
  depth: 8,
  arrayLimit: 1000,
  parameterLimit: 5000,
  allowSparse: false,
  plainObjects: false,
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
  app.register(multipart, {
    attachFieldsToBody: 'keyValues',
    limits: { fields: 2000, files: 20, fileSize: bodyLimit, fieldSize: bodyLimit, parts: 2000 },
    onFile: async part => {
      part.file.resume()
    },
  })
  app.addHook('preParsing', (request, _reply, payload, done) => {
    // Without a body the content type means nothing; without a type an empty body is still an empty body.
    const empty = request.headers['content-length'] === '0' || hasNoBody(request)
    if (empty || request.method === 'GET') delete request.headers['content-type']
    done(null, payload)
  })
  app.addHook('preValidation', async request => {
    request.body = asObject(
      isMultipart(request) ? nest(request.body as Record<string, unknown>) : request.body,
    )
  })
}

function hasNoBody(request: FastifyRequest): boolean {
  return request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined
}

function isMultipart(request: FastifyRequest): boolean {
  return request.headers['content-type']?.toLowerCase().startsWith('multipart/form-data') ?? false
}

function parseJson(text: string): unknown {
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  } catch (error) {
    throw badRequest('malformed_body', `The body is not JSON: ${(error as Error).message}`)
  }
}

function parseForm(text: string): unknown {
  return qs.parse(text, qsOptions)
}

/** Multipart names are bracketed like those of forms; qs reads both the same way. */
function nest(fields: Record<string, unknown>): unknown {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map(item => `${encodeURIComponent(name)}=${encodeURIComponent(String(item))}`),
  )
  return parseForm(pairs.join('&'))
}

function asObject(body: unknown): Body {
  if (body === undefined || body === null || (Array.isArray(body) && body.length === 0)) return {}
  if (typeof body !== 'object' || Array.isArray(body))
    throw badRequest('malformed_body', 'The body must be an object.')
  return body as Body
}
