import cors from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { answerHeaders } from '../document/answer-headers.ts'

/** Answers to everybody, and the same for everybody: the pages of every origin may read them. */
const publicPath = /^\/(?:api\/v1\/openapi|\.well-known\/[\w-]+|healthz|readyz|sessions\/\d+|public\/.*)$/

/** Headers of answers that scripts of other origins may read, besides those that they always may: all that the document has. */
const exposed = Object.keys(answerHeaders)

/**
 * Cross-origin requests (the CORS protocol of the Fetch standard): what is public may be read from everywhere, the API from
 * the origins of `CORS_ORIGINS`. Cookies play no part. A preflight that is not allowed is an OPTIONS request like any other.
 */
export async function answerOrigins(app: FastifyInstance, origins: string[]): Promise<void> {
  await app.register(cors, {
    delegator: (request: FastifyRequest, done) => {
      const isPublic = publicPath.test(request.url.split('?', 1)[0]!)
      const isOurs = request.method === 'OPTIONS' && !('access-control-request-method' in request.headers)
      done(null, {
        origin: !isOurs && (isPublic ? '*' : origins.length > 0 && isApi(request) && origins),
        methods: isPublic ? ['GET', 'HEAD'] : ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
        exposedHeaders: exposed,
        strictPreflight: false,
        maxAge: 600,
      })
    },
  })
}

/** The API; not the pages, whose forms act for a person. */
const isApi = ({ url }: FastifyRequest) => /^\/(?:api\/v1|oauth2)\//.test(url)
