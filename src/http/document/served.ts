import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Operation } from '../operation.ts'
import { isKnown } from '../server/etag.ts'

/** The document as `npm run docs` writes it; a test compares it with the operations. */
const file = new URL('../../../docs/openapi.json', import.meta.url)

const document = JSON.parse(readFileSync(file, 'utf8'))
const bytes = Buffer.from(JSON.stringify(document))
const etag = `"${hash('sha1', bytes, 'base64url').slice(0, 16)}"`

/** The same bytes, or 304 to who has them. */
function send(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers({ etag, 'cache-control': 'no-cache' })
  return isKnown(request.headers['if-none-match'], etag)
    ? reply.code(304).send()
    : reply.type('application/json; charset=utf-8').send(bytes)
}

export const documentOperations: Operation[] = [
  {
    spellings: ['GET /api/v1/openapi'],
    id: 'getOpenApi',
    tag: 'Server',
    summary: 'Get this document',
    description: 'OpenAPI 3.1. The page at `/docs` shows it.',
    access: 'everybody',
    success: {
      200: Type.Object({ openapi: Type.String({ examples: ['3.1.0'] }) }, { additionalProperties: true }),
      304: Type.Null(),
    },
    failures: [400],
    handler: ({ request, reply }) => send(request, reply),
  },
]

/** A page at /docs that shows the document. */
export async function showDocument(app: FastifyInstance): Promise<void> {
  await app.register(swagger, { mode: 'static', specification: { document } })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    logLevel: 'silent',
    staticCSP: contentPolicy,
    // The page asks for its own copy: it gets that which is written already.
    uiHooks: {
      onRequest: async (request, reply) =>
        request.routeOptions.url === '/docs/json' ? send(request, reply) : undefined,
    },
    uiConfig: { layout: 'BaseLayout', docExpansion: 'list', validatorUrl: null } as object,
    theme: { title: 'Lectern API' },
  })
}

/** The page loads nothing from elsewhere. */
const contentPolicy =
  "default-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; frame-ancestors 'self'"
