import { randomUUID } from 'node:crypto'
import Fastify, { type FastifyInstance, type FastifyReply, LogController } from 'fastify'
import type { Config } from '../../config.ts'
import { parseQuery } from '../query.ts'
import { acceptBodies, bodyLimit } from './bodies.ts'
import { boundConnections } from './connections.ts'
import { sendEtags } from './etag.ts'
import { answerOrigins } from './origins.ts'
import { guardPages } from './page-policy.ts'
import { keepFailuresSendable, refuse, refusePath } from './refuse.ts'
import { describeFailure, logResponse } from './request-log.ts'
import type { SparseLog } from './sparse-log.ts'
import { answerForNode, answerUnreadable } from './unreadable.ts'

/** What a server needs before it has anything to answer. */
type Parts = {
  config: Config
  outages: SparseLog
  isStopping: () => boolean
  stop: () => void
  close: () => Promise<void>
}

/** A server without operations: what it takes, how it fails, what it logs, and what all of its answers have. */
export async function makeServer(
  { config, outages, isStopping, stop, close }: Parts,
  log?: { write: (line: string) => void },
): Promise<FastifyInstance> {
  const app = Fastify({
    logger: log ? { level: config.LOG_LEVEL, stream: log, serializers: { err: describeFailure } } : false,
    bodyLimit,
    trustProxy: config.TRUST_PROXY,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: config.REQUEST_TIMEOUT_SECONDS * 1000,
    // Node looks for late requests every 30 seconds only, and takes the longer of the two limits for the whole request.
    http: {
      connectionsCheckingInterval: 1000,
      headersTimeout: config.REQUEST_TIMEOUT_SECONDS * 1000,
      requestTimeout: config.REQUEST_TIMEOUT_SECONDS * 1000,
      requireHostHeader: false,
    },
    connectionTimeout: 0,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: true,
    routerOptions: { querystringParser: parseQuery, ignoreTrailingSlash: true, maxParamLength: 1200 },
    rewriteUrl: request => withoutJsonSuffix(request.url ?? '/'),
    genReqId: request => requestId(request.headers['x-request-id']),
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply as FastifyReply, outages),
    clientErrorHandler: answerUnreadable,
  })
  // Values are read by http/values/draft.ts, which is more generous than a validator; schemas describe only.
  app.setSerializerCompiler(() => JSON.stringify)
  app.setErrorHandler((error: Error, request, reply) => refuse(error, request, reply, outages))
  app.setNotFoundHandler((request, reply) => refuse(refusePath(request), request, reply, outages))
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  // When the answer leaves, not when the request comes: a connection that is kept would hold up the stop.
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (isStopping()) reply.header('connection', 'close')
    done(null, payload)
  })
  app.addHook('onResponse', logResponse)
  app.addHook('preClose', async () => stop())
  app.addHook('onClose', close)
  answerForNode(app)
  boundConnections(app, config)
  await answerOrigins(app, config.CORS_ORIGINS)
  guardPages(app)
  keepFailuresSendable(app)
  sendEtags(app)
  acceptBodies(app)
  return app
}

/** Every path also answers with `.json` appended, except where its last part is a value of its own: an external id. */
function withoutJsonSuffix(url: string): string {
  const end = url.indexOf('?')
  const path = end < 0 ? url : url.slice(0, end)
  return /^\/(?:api|oauth2)\//.test(path) && path.endsWith('.json') && !/\/external\/[^/]*$/.test(path)
    ? path.slice(0, -5) + (end < 0 ? '' : url.slice(end))
    : url
}

function requestId(given: string | string[] | undefined): string {
  return typeof given === 'string' && /^[\w.:-]{1,128}$/.test(given) ? given : randomUUID()
}
