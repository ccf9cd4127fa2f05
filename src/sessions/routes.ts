import type { FastifyInstance, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { mustFindEvent } from '../events/events.ts'
import { actorOf } from '../http/actor.ts'
import type { Body } from '../http/draft.ts'
import { tagVersion } from '../http/etag.ts'
import { upsert } from '../http/external.ts'
import { baseUrlOf, selfUrlOf } from '../http/links.ts'
import { mustNameEvent, readListing, readProjection, renderPage } from '../http/listing.ts'
import { pageOf, partial } from '../http/openapi.ts'
import type { Query } from '../http/query.ts'
import { eventListQuery, idOf, projectionQuery, route, writeQuery } from '../http/route.ts'
import { type Answer, write } from '../http/write.ts'
import type { SessionFieldRow } from '../session-fields/queries.ts'
import { customAttributes } from '../session-fields/values.ts'
import { findSessionByExternalId, listSessions, type SessionRow } from './queries.ts'
import { SessionBody, sessionLists } from './schema.ts'
import { changeSession, createSession, mustFindSession, removeSession } from './sessions.ts'
import { showSession, showSessions } from './view.ts'

const tag = 'Sessions'

export function sessionRoutes(app: FastifyInstance): void {
  const fieldsOf = (request: FastifyRequest) => app.sessionFields.get(String(request.caller.account_id))

  route(app, {
    spellings: ['POST /sessions/create', 'POST /sessions'],
    id: 'createSession',
    tag,
    summary: 'Create a session',
    description:
      "Creates a new session within an event and returns the full record. Without a timezone the session inherits the event's; without a session_status it is live.",
    query: writeQuery,
    body: SessionBody,
    success: { 201: Type.Ref('Session') },
    handler: async (request, reply) => {
      const fields = await fieldsOf(request)
      return write(request, reply, async db =>
        created(await createSession(db, actorOf(request), fields, request.body as Body), fields, request),
      )
    },
  })

  route(app, {
    spellings: ['PUT /sessions/update/:id', 'PUT /sessions/:id', 'PATCH /sessions/:id'],
    id: 'updateSession',
    tag,
    summary: 'Update a session',
    description: 'Only the given fields change.',
    query: writeQuery,
    body: partial(SessionBody),
    success: { 200: Type.Ref('Session') },
    handler: async (request, reply) => {
      const fields = await fieldsOf(request)
      return write(request, reply, async db =>
        updated(
          await changeSession(db, actorOf(request), fields, idOf(request, 'Session'), request.body as Body),
          fields,
          request,
        ),
      )
    },
  })

  route(app, {
    spellings: ['PUT /sessions/external/:external_id'],
    id: 'upsertSession',
    tag,
    summary: 'Create or update a session by its external id',
    query: writeQuery,
    body: SessionBody,
    success: { 200: Type.Ref('Session'), 201: Type.Ref('Session') },
    handler: async (request, reply) => {
      const fields = await fieldsOf(request)
      return upsert(request, reply, {
        find: (db, actor, externalId, event_id) =>
          findSessionByExternalId(db, actor.account_id, event_id, externalId),
        create: async (db, actor, body) =>
          created(await createSession(db, actor, fields, body), fields, request),
        update: async (db, actor, id, body) =>
          updated(await changeSession(db, actor, fields, id, body), fields, request),
      })
    },
  })

  route(app, {
    spellings: ['DELETE /sessions/delete/:id', 'DELETE /sessions/:id'],
    id: 'deleteSession',
    tag,
    summary: 'Delete a session',
    query: writeQuery,
    success: { 204: Type.Null() },
    handler: (request, reply) =>
      write(request, reply, async db => {
        await removeSession(db, actorOf(request), idOf(request, 'Session'))
        return { status: 204 }
      }),
  })

  route(app, {
    spellings: ['GET /sessions'],
    id: 'listSessions',
    tag,
    summary: 'List the sessions of an event',
    description: 'Sessions of every status.',
    query: eventListQuery,
    success: { 200: pageOf('Session') },
    failures: [404],
    isList: true,
    handler: async request => {
      const query = request.query as Query
      const fields = await fieldsOf(request)
      const listing = readListing(query, {
        ...sessionLists,
        attributes: { ...sessionLists.attributes, ...customAttributes(fields) },
      })
      const event = await mustFindEvent(app.readers, request.caller.account_id, mustNameEvent(query))
      const { rows, total } = await listSessions(app.readers, event.account_id, event.id, listing)
      const items = await showSessions(app.readers, rows, fields, listing, baseUrlOf(request))
      return renderPage(items, total, listing, selfUrlOf(request))
    },
  })

  route(app, {
    spellings: ['GET /sessions/:id'],
    id: 'getSession',
    tag,
    summary: 'Get a session',
    query: projectionQuery,
    success: { 200: Type.Ref('Session') },
    handler: async (request, reply) => {
      const fields = await fieldsOf(request)
      const session = await mustFindSession(app.readers, request.caller.account_id, idOf(request, 'Session'))
      tagVersion(reply, session.version)
      const projection = readProjection(request.query as Query, sessionLists)
      const [item] = await showSessions(app.readers, [session], fields, projection, baseUrlOf(request))
      return item
    },
  })
}

function created(row: SessionRow, fields: SessionFieldRow[], request: FastifyRequest): Answer {
  return { ...updated(row, fields, request), status: 201, location: `/api/v1/sessions/${row.id}` }
}

function updated(row: SessionRow, fields: SessionFieldRow[], request: FastifyRequest): Answer {
  return { status: 200, body: showSession(row, fields, baseUrlOf(request)), version: row.version }
}
