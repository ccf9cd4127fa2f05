import { randomUUID } from 'node:crypto'
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import { Change, changeRoutes } from './changes/routes.ts'
import type { Config } from './config.ts'
import { NotifiedCache } from './db/cache.ts'
import type { Pool } from './db/connection.ts'
import { ApiError, expectedError, notFound, renderError, unexpectedError } from './errors.ts'
import { eventRoutes } from './events/routes.ts'
import { Event } from './events/schema.ts'
import { authenticate } from './http/auth.ts'
import { acceptBodies, bodyLimit } from './http/bodies.ts'
import { sendEtags } from './http/etag.ts'
import { healthRoutes } from './http/health.ts'
import { describeApi } from './http/openapi.ts'
import { parseQuery } from './http/query.ts'
import { limitRate } from './http/rate-limit.ts'
import { locationRoutes } from './locations/routes.ts'
import { Location } from './locations/schema.ts'
import { tokenChannel } from './oauth/queries.ts'
import { oauthMetadata, oauthRoutes } from './oauth/routes.ts'
import { callers, tokenKey } from './oauth/tokens.ts'
import { sessionPages } from './pages/session.ts'
import { allSessionFields, fieldChannel, type SessionFieldRow } from './session-fields/queries.ts'
import { sessionFieldRoutes } from './session-fields/routes.ts'
import { SessionField } from './session-fields/schema.ts'
import { sessionRoutes } from './sessions/routes.ts'
import { Session } from './sessions/schema.ts'
import { trackRoutes } from './tracks/routes.ts'
import { Track } from './tracks/schema.ts'
import { version } from './version.ts'

export type Clock = { now: () => Date }
export const systemClock: Clock = { now: () => new Date() }

export type AppOptions = {
  pool: Pool
  /** connections for what is only read; the pool's unless given */
  readers?: Pool
  config: Config
  clock?: Clock
  /** where log lines go; without it nothing is logged */
  log?: { write: (line: string) => void }
}

declare module 'fastify' {
  interface FastifyInstance {
    pool: Pool
    readers: Pool
    config: Config
    clock: Clock
    /** definitions of the custom fields of an account, by its id */
    sessionFields: NotifiedCache<SessionFieldRow[]>
  }
}

/** The whole product: who may call what. */
export async function buildApp({
  pool,
  readers = pool,
  config,
  clock = systemClock,
  log,
}: AppOptions): Promise<FastifyInstance> {
  const app = Fastify({
    logger: log ? { level: config.LOG_LEVEL, stream: log } : false,
    bodyLimit,
    trustProxy: config.TRUST_PROXY,
    disableRequestLogging: true,
    requestTimeout: config.REQUEST_TIMEOUT_SECONDS * 1000,
    connectionTimeout: 0,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: true,
    routerOptions: { querystringParser: parseQuery, ignoreTrailingSlash: true, maxParamLength: 1200 },
    rewriteUrl: request => withoutJsonSuffix(request.url ?? '/'),
    genReqId: request => requestId(request.headers['x-request-id']),
    frameworkErrors: (error, request, reply) => void fail(error, request, reply as FastifyReply),
    clientErrorHandler: answerUnreadable,
  })
  const sessionFields = new NotifiedCache(account => allSessionFields(pool, Number(account)))
  const tokens = callers(pool)
  let stopping = false

  app.decorate('pool', pool)
  app.decorate('readers', readers)
  app.decorate('config', config)
  app.decorate('clock', clock)
  app.decorate('sessionFields', sessionFields)
  // Values are read by http/draft.ts, which is more generous than a validator; the schemas describe.
  app.setValidatorCompiler(() => value => ({ value }))
  app.setSerializerCompiler(() => JSON.stringify)
  app.setErrorHandler(fail)
  app.setNotFoundHandler(explainNotFound)
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    if (stopping) reply.header('connection', 'close')
    done()
  })
  app.addHook('onResponse', logResponse)
  sendEtags(app)
  acceptBodies(app)
  const unfollow = await Promise.all([
    tokens.follow(pool, tokenChannel),
    sessionFields.follow(pool, fieldChannel),
  ])
  app.addHook('preClose', async () => {
    stopping = true
  })
  app.addHook('onClose', async () => {
    await Promise.allSettled(unfollow.map(stop => stop()))
  })

  await describeApi(app, { Change, Event, Location, Session, SessionField, Track }, version)

  await app.register(async everyone => {
    healthRoutes(everyone, { db: pool, isReady: () => !stopping })
    oauthMetadata(everyone)
    sessionPages(everyone)
    everyone.get('/api/v1/openapi', { schema: { hide: true } as object }, async () => app.swagger())
    everyone.get('/', { schema: { hide: true } as object }, async (_request, reply) =>
      reply.redirect('/docs'),
    )

    await everyone.register(async clients => oauthRoutes(clients), { prefix: '/api/v1' })

    await everyone.register(
      async authenticated => {
        authenticate(authenticated, token => tokens.get(tokenKey(token)))
        limitRate(authenticated, pool, config.RATE_LIMIT_CREDITS)
        eventRoutes(authenticated)
        trackRoutes(authenticated)
        locationRoutes(authenticated)
        sessionFieldRoutes(authenticated)
        sessionRoutes(authenticated)
        changeRoutes(authenticated)
      },
      { prefix: '/api/v1' },
    )
  })
  await app.ready()
  return app
}

/** Every path also answers with `.json` appended. */
function withoutJsonSuffix(url: string): string {
  const end = url.indexOf('?')
  const path = end < 0 ? url : url.slice(0, end)
  return path.startsWith('/api/') && path.endsWith('.json')
    ? path.slice(0, -5) + (end < 0 ? '' : url.slice(end))
    : url
}

function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()
}

function fail(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const expected = expectedError(error)
  if (!expected) request.log.error({ err: error }, 'unexpected failure')
  else if (expected.status >= 500) request.log.warn({ err: error }, 'cannot answer now')
  const { status, headers, body } = renderError(
    expected ?? unexpectedError(),
    request.headers.accept,
    request.id,
  )
  return reply
    .code(status)
    .headers({ 'x-request-id': request.id, ...headers })
    .serializer(String)
    .send(body)
}

/** 405 with Allow for a path that other methods have, 404 for one that nobody has. */
function explainNotFound(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?')[0]!
  const allowed = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].filter(method =>
    request.server.findRoute({ method, url: path } as never),
  )
  const error =
    allowed.length > 0
      ? new ApiError(
          405,
          'method_not_allowed',
          `${request.method} is not possible here; ${allowed.join(', ')} is.`,
          { headers: { allow: allowed.join(', ') } },
        )
      : notFound('Path', path)
  return fail(error, request, reply)
}

/** One line per request; never a header or a body, where secrets are. */
function logResponse(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const { method, originalUrl: url } = request
  request.log.info(
    { method, url, status: reply.statusCode, ms: Math.round(reply.elapsedTime * 10) / 10 },
    'answered',
  )
  done()
}

type ClientError = Error & { code?: string }
type ClientSocket = {
  writable: boolean
  destroyed: boolean
  write: (data: string) => void
  destroy: (error: Error) => void
  end: (data: string) => void
}

/** Bytes that are no HTTP, headers that are too long, a request that does not arrive in time. */
function answerUnreadable(error: ClientError, socket: ClientSocket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return
  const failure =
    unreadable[error.code ?? ''] ??
    new ApiError(400, 'malformed_request', 'This is not a request in HTTP/1.1.')
  const { status, headers, body } = renderError(failure, undefined, randomUUID())
  const head = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' })
  socket.end(
    `HTTP/1.1 ${status} ${failure.type}\r\n${head.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`,
  )
}

const unreadable: Record<string, ApiError> = {
  ERR_HTTP_REQUEST_TIMEOUT: new ApiError(
    408,
    'request_timeout',
    'The request did not arrive completely in time.',
  ),
  HPE_HEADER_OVERFLOW: new ApiError(431, 'headers_too_large', 'The headers are too large.'),
}
