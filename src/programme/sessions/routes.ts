import type { FastifyInstance, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Db } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import { actorOf } from '../../http/actor.ts'
import { type Answer, notTold, notToldNote } from '../../http/answer.ts'
import type { Body } from '../../http/draft.ts'
import { tagVersion } from '../../http/etag.ts'
import { upsert } from '../../http/external.ts'
import { baseUrlOf, selfUrlOf } from '../../http/links.ts'
import { mustNameEvent, readProjection, renderPage } from '../../http/listing.ts'
import { isOn, type Query, Switch } from '../../http/query.ts'
import { eventListQuery, idOf, projectionQuery, route, writeQuery } from '../../http/route.ts'
import { write } from '../../http/write.ts'
import {
  ignoreUnknownFields,
  namesAsked,
  readListingBy,
  strangersTo,
} from '../../records/custom-fields/definitions.ts'
import { customValuesIn } from '../../records/custom-fields/values.ts'
import { mustOwnEvent } from '../../records/events/events.ts'
import { mannerOf } from '../../registration/registrants/manner.ts'
import { readSeats } from '../../seats/ledger/counts-queries.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { listSessions } from './list-queries.ts'
import { findSessionByExternalId } from './queries.ts'
import { sessionLists } from './schema.ts'
import { type Changed, changeSession, createSession, mustFindSession, removeSession } from './sessions.ts'
import { showSession, showSessions } from './view.ts'

const tag = 'Sessions'
const tellsQuery = Switch(
  '`true`: tells those who have the session, or wait for it, by e-mail when it does not take place any more, and those who were told so when it does after all. Understood in the body as well.',
)
const changeQuery = {
  ...writeQuery,
  send_email: tellsQuery,
  override_capacity_errors: Switch(
    '`true`: allows a capacity below the seats that are taken, and puts every active registrant into an included session whatever its capacity. Understood in the body as well.',
  ),
}

export function sessionRoutes(app: FastifyInstance): void {
  const fieldsOf = (
    { caller }: FastifyRequest,
    strangersIn: (fields: SessionFieldRow[]) => string[],
    db?: Db,
  ) => app.sessionFields.getKnowing(String(caller.account_id), strangersIn, db)
  // Before anything is written, so that a Host header that makes no link is refused in time.
  const contextOf = async (request: FastifyRequest): Promise<Context> => ({
    fields: await fieldsOf(request, strangersTo(customValuesIn(request.body as Body))),
    baseUrl: baseUrlOf(request),
  })
  const answered = async (request: FastifyRequest, db: Db, row: Changed, context: Context) =>
    updated(row, { ...context, fields: await fieldsOf(request, strangersTo(row.custom_fields), db) })

  route(app, {
    spellings: ['POST /sessions/create', 'POST /sessions'],
    id: 'createSession',
    tag,
    summary: 'Create a session',
    description:
      "Creates a new session within an event and returns the full record. Without a timezone the session inherits the event's; without a session_status it is live.",
    query: changeQuery,
    body: Type.Ref('SessionInput'),
    success: { 201: Type.Ref('WrittenSession') },
    handler: async (request, reply) => {
      const context = await contextOf(request)
      return write(request, reply, async db =>
        created(
          await createSession(db, actorOf(request), context.fields, request.body as Body, {
            insert: app.insertSession,
            override: mannerOf(request).override,
          }),
          context,
        ),
      )
    },
  })

  route(app, {
    spellings: ['PUT /sessions/update/:id', 'PUT /sessions/:id', 'PATCH /sessions/:id'],
    id: 'updateSession',
    tag,
    summary: 'Update a session',
    description:
      'Only the given fields change. Lines move when that makes room. Switching to included adds every active registrant; `not_included` names those who did not fit. Who has seats at the same time since the session was moved keeps them, and is named in `new_conflicts`. A session that leaves `live` does not take place: `people_not_told` counts those who have it, or wait for it, and were not told; when it is `live` again, those who were told that it does not take place.',
    query: changeQuery,
    body: Type.Ref('SessionUpdate'),
    aliases: sessionLists.expansions,
    success: { 200: Type.Ref('WrittenSession') },
    handler: async (request, reply) => {
      const context = await contextOf(request)
      const id = idOf(request, 'Session')
      return write(request, reply, async db =>
        answered(
          request,
          db,
          await changeSession(
            db,
            actorOf(request),
            context.fields,
            id,
            request.body as Body,
            mannerOf(request),
          ),
          context,
        ),
      )
    },
  })

  route(app, {
    spellings: ['PUT /sessions/external/:external_id'],
    id: 'upsertSession',
    tag,
    summary: 'Create or update a session by its external id',
    query: changeQuery,
    body: Type.Ref('SessionUpsert'),
    aliases: sessionLists.expansions,
    success: { 200: Type.Ref('WrittenSession'), 201: Type.Ref('WrittenSession') },
    handler: async (request, reply) => {
      const context = await contextOf(request)
      return upsert(request, reply, {
        find: (db, actor, externalId, event_id) =>
          findSessionByExternalId(db, actor.account_id, event_id, externalId),
        create: async (db, actor, body) =>
          created(
            await createSession(db, actor, context.fields, body, { override: mannerOf(request).override }),
            context,
          ),
        update: async (db, actor, id, body) =>
          answered(
            request,
            db,
            await changeSession(db, actor, context.fields, id, body, mannerOf(request)),
            context,
          ),
      })
    },
  })

  route(app, {
    spellings: ['DELETE /sessions/delete/:id', 'DELETE /sessions/:id'],
    id: 'deleteSession',
    tag,
    summary: 'Delete a session',
    description: `One in which people have seats, or for which they wait, needs \`force=1\`. ${notToldNote}`,
    query: {
      ...writeQuery,
      send_email: tellsQuery,
      force: Switch('`true`: deletes it although people have seats in it.'),
    },
    failures: [422],
    success: { 204: Type.Null() },
    handler: (request, reply) =>
      write(request, reply, async db => {
        const people = await removeSession(db, actorOf(request), idOf(request, 'Session'), {
          force: isOn(request.query as Query, 'force'),
          mail: mannerOf(request).mail,
        })
        return { status: 204, ...notTold(people) }
      }),
  })

  route(app, {
    spellings: ['GET /sessions'],
    id: 'listSessions',
    tag,
    summary: 'List the sessions of an event',
    description: 'Sessions of every status.',
    query: eventListQuery(sessionLists),
    success: { 200: Type.Ref('SessionPage') },
    failures: [404],
    isList: true,
    handler: async request => {
      const query = request.query as Query
      const { listing, fields: known } = await readListingBy(
        app.sessionFields,
        request.caller.account_id,
        query,
        sessionLists,
      )
      ignoreUnknownFields(request, known)
      const event = await mustOwnEvent(app.readers, request.caller.account_id, mustNameEvent(query))
      const { rows, total } = await listSessions(app.readers, event.id, listing)
      const fields = await fieldsOf(request, strangersTo(...rows.map(row => row.custom_fields)))
      const items = await showSessions(app.readers, rows, fields, listing, baseUrlOf(request))
      return renderPage(items, total, listing, selfUrlOf(request))
    },
  })

  route(app, {
    spellings: ['GET /sessions/:id'],
    id: 'getSession',
    tag,
    summary: 'Get a session',
    query: projectionQuery(sessionLists),
    success: { 200: Type.Ref('Session') },
    handler: async (request, reply) => {
      const query = request.query as Query
      const session = await mustFindSession(app.readers, request.caller.account_id, idOf(request, 'Session'))
      tagVersion(reply, session.version)
      const projection = readProjection(query, sessionLists)
      const fields = await fieldsOf(request, strangersTo(session.custom_fields, namesAsked(query)))
      ignoreUnknownFields(request, fields)
      const [item] = await showSessions(app.readers, [session], fields, projection, baseUrlOf(request))
      return item
    },
  })

  route(app, {
    spellings: ['GET /sessions/:id/seats'],
    id: 'getSeats',
    tag: 'Seats',
    summary: 'Get the seats and the line of a session',
    success: { 200: Type.Ref('Seats') },
    handler: async request => {
      const session = await mustFindSession(app.readers, request.caller.account_id, idOf(request, 'Session'))
      const seats = await readSeats(app.readers, session.id)
      // Deleted since it was found.
      if (!seats) throw notFound('Session', session.id)
      return seats
    },
  })
}

type Context = { fields: SessionFieldRow[]; baseUrl: string }

function created(row: Changed, context: Context): Answer {
  return { ...updated(row, context), status: 201, location: `/api/v1/sessions/${row.id}` }
}

function updated(row: Changed, { fields, baseUrl }: Context): Answer {
  const { not_included, new_conflicts, people_not_told } = row
  return {
    status: 200,
    body: {
      ...showSession(row, fields, baseUrl),
      ...(not_included && { not_included }),
      ...(new_conflicts && { new_conflicts }),
      ...(people_not_told && { people_not_told }),
    },
    version: row.version,
  }
}
