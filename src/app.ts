import { randomUUID } from 'node:crypto'
import type { PassThrough } from 'node:stream'
import Fastify, { type FastifyInstance, type FastifyReply, LogController } from 'fastify'
import { tokenChannel } from './access/oauth/queries.ts'
import { oauthMetadata, oauthRoutes } from './access/oauth/routes.ts'
import { callers, tokenKey } from './access/oauth/tokens.ts'
import type { Config } from './config.ts'
import { NotifiedCache } from './db/cache.ts'
import type { Pool } from './db/connection.ts'
import { Readiness } from './db/readiness.ts'
import { mailRoutes } from './delivery/mail/routes.ts'
import { authenticate, type Caller } from './http/auth.ts'
import { acceptBodies, bodyLimit } from './http/bodies.ts'
import { boundConnections } from './http/connections.ts'
import { sendEtags } from './http/etag.ts'
import { healthRoutes } from './http/health.ts'
import { nameIgnored } from './http/ignored.ts'
import { describeApi, openApiSchema } from './http/openapi.ts'
import { answerOrigins } from './http/origins.ts'
import { guardPages } from './http/page-policy.ts'
import { parseQuery } from './http/query.ts'
import { limitRate } from './http/rate-limit.ts'
import { keepFailuresSendable, refuse, refusePath } from './http/refuse.ts'
import { describeFailure, logResponse } from './http/request-log.ts'
import { SparseLog } from './http/sparse-log.ts'
import { answerForNode, answerUnreadable } from './http/unreadable.ts'
import { attendeePages } from './pages/own-page/routes.ts'
import { favicon, sessionPages } from './pages/public/routes.ts'
import { eventRoutes } from './programme/events/routes.ts'
import { locations } from './programme/locations/locations.ts'
import { sessionFieldRoutes } from './programme/session-fields/routes.ts'
import { type SessionFieldRow, sessionFields } from './programme/session-fields/session-fields.ts'
import { gatheredInsert, type Insert } from './programme/sessions/insert.ts'
import { sessionRoutes } from './programme/sessions/routes.ts'
import { tracks } from './programme/tracks/tracks.ts'
import { changeRoutes } from './records/changes/routes.ts'
import { recordRoutes } from './records/plain/routes.ts'
import { Desk } from './registration/desk/desk.ts'
import { seatRoutes } from './registration/desk/routes.ts'
import { type EventQuestionRow, eventQuestions } from './registration/event-questions/event-questions.ts'
import { eventQuestionRoutes } from './registration/event-questions/routes.ts'
import { resumeRoutes } from './registration/personal-links/routes.ts'
import { privacyRoutes } from './registration/privacy/routes.ts'
import { regTypeRoutes } from './registration/reg-types/routes.ts'
import { registrantGroups } from './registration/registrant-groups/registrant-groups.ts'
import { IdBlock } from './registration/registrants/ids.ts'
import { registrantRoutes } from './registration/registrants/routes.ts'
import { namedSchemas } from './schemas.ts'
import { AvailabilityBoard } from './seats/board/availability.ts'
import { version } from './version.ts'

/** The time by which everything is decided; `skew` is how far the clock of this machine is ahead of it, in milliseconds. */
export type Clock = { now: () => Date; skew?: () => number }
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
    /** questions of an event, by its id */
    eventQuestions: NotifiedCache<EventQuestionRow[]>
    desk: Desk
    /** writes new sessions that come at the same time together */
    insertSession: Insert
    registrantIds: IdBlock
    availability: AvailabilityBoard
    /** answers that do not end by themselves, with the credentials that they are for */
    openStreams: Map<PassThrough, number>
    /** whom tokens speak for, by their hash in hex */
    tokens: NotifiedCache<Caller | undefined>
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
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply as FastifyReply),
    clientErrorHandler: answerUnreadable,
  })
  const fieldsOfAccounts = new NotifiedCache((account, db = pool) =>
    sessionFields.queries.allOf(db, Number(account)),
  )
  const questionsOfEvents = new NotifiedCache((event, db = pool) =>
    eventQuestions.queries.allOf(db, Number(event)),
  )
  const tokens = callers(pool)
  const desk = new Desk(pool, readers, clock.now)
  const availability = new AvailabilityBoard(readers, clock.now)
  const openStreams = new Map<PassThrough, number>()
  let stopping = false

  app.decorate('pool', pool)
  app.decorate('readers', readers)
  app.decorate('config', config)
  app.decorate('clock', clock)
  app.decorate('sessionFields', fieldsOfAccounts)
  app.decorate('eventQuestions', questionsOfEvents)
  app.decorate('desk', desk)
  app.decorate('insertSession', gatheredInsert(pool))
  app.decorate('registrantIds', new IdBlock())
  app.decorate('availability', availability)
  app.decorate('openStreams', openStreams)
  app.decorate('tokens', tokens)
  app.decorate('outages', new SparseLog())
  // Values are read by http/draft.ts, which is more generous than a validator; the schemas describe.
  app.setValidatorCompiler(() => value => ({ value }))
  app.setSerializerCompiler(() => JSON.stringify)
  app.setErrorHandler(refuse)
  app.setNotFoundHandler(refusePath)
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    done()
  })
  // When the answer leaves, not when the request comes: a connection that is kept would hold up the stop.
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (stopping) reply.header('connection', 'close')
    done(null, payload)
  })
  app.addHook('onResponse', logResponse)
  answerForNode(app)
  boundConnections(app, config)
  await answerOrigins(app, config.CORS_ORIGINS)
  guardPages(app)
  keepFailuresSendable(app)
  sendEtags(app)
  acceptBodies(app)
  const unfollow = await Promise.all([
    tokens.follow(pool, tokenChannel),
    fieldsOfAccounts.follow(pool, sessionFields.declaration.channel),
    questionsOfEvents.follow(pool, eventQuestions.declaration.channel),
  ])
  await availability.follow(pool)
  app.addHook('preClose', async () => {
    stopping = true
    for (const stream of openStreams.keys()) stream.end()
  })
  app.addHook('onClose', async () => {
    desk.close()
    await Promise.allSettled([availability.close(), ...unfollow.map(stop => stop())])
  })

  const sendDocument = await describeApi(app, namedSchemas, version)

  await app.register(async everyone => {
    healthRoutes(everyone, {
      readiness: new Readiness([pool, readers]),
      isStopping: () => stopping,
      skew: clock.skew ?? (() => 0),
    })
    oauthMetadata(everyone)
    sessionPages(everyone)
    favicon(everyone)
    everyone.get('/api/v1/openapi', { schema: openApiSchema }, sendDocument)
    everyone.get('/', { schema: { hide: true } as object }, async (_request, reply) =>
      reply.redirect('/docs'),
    )

    await everyone.register(async attendees => attendeePages(attendees))

    await everyone.register(async clients => oauthRoutes(clients))

    await everyone.register(
      async authenticated => {
        authenticate(authenticated, token => tokens.get(tokenKey(token)))
        limitRate(authenticated, pool, config.RATE_LIMIT_CREDITS)
        nameIgnored(authenticated)
        eventRoutes(authenticated)
        recordRoutes(authenticated, tracks)
        recordRoutes(authenticated, locations)
        sessionFieldRoutes(authenticated)
        sessionRoutes(authenticated)
        regTypeRoutes(authenticated)
        recordRoutes(authenticated, registrantGroups)
        eventQuestionRoutes(authenticated)
        registrantRoutes(authenticated)
        seatRoutes(authenticated)
        mailRoutes(authenticated)
        privacyRoutes(authenticated)
        resumeRoutes(authenticated)
        changeRoutes(authenticated)
      },
      { prefix: '/api/v1' },
    )
  })
  await app.ready()
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
