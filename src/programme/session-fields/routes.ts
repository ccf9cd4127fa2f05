import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { actorOf } from '../../http/actor.ts'
import type { Answer } from '../../http/answer.ts'
import type { Body } from '../../http/draft.ts'
import { tagVersion } from '../../http/etag.ts'
import { selfUrlOf } from '../../http/links.ts'
import { project, readListing, readProjection, renderPage } from '../../http/listing.ts'
import type { Query } from '../../http/query.ts'
import { idOf, listQuery, projectionQuery, route, writeQuery } from '../../http/route.ts'
import { viewOf } from '../../http/view.ts'
import { write } from '../../http/write.ts'
import { attributeOf } from '../../records/custom-fields/values.ts'
import { listSessionFields, type SessionFieldRow } from './queries.ts'
import { SessionField, sessionFieldLists } from './schema.ts'
import {
  changeSessionField,
  createSessionField,
  mustFindSessionField,
  removeSessionField,
} from './session-fields.ts'

const tag = 'Session fields'
const noun = 'Session field'

/** Registered before the sessions, whose `/sessions/:id` they resemble. */
export function sessionFieldRoutes(app: FastifyInstance): void {
  const change = async (...[request, reply, work]: Parameters<typeof write>) => {
    const answer = await write(request, reply, work)
    app.sessionFields.forget(String(request.caller.account_id))
    return answer
  }

  route(app, {
    spellings: ['POST /sessions/fields/create', 'POST /sessions/fields'],
    id: 'createSessionField',
    tag,
    summary: 'Create a session field',
    query: writeQuery,
    body: Type.Ref('SessionFieldInput'),
    success: { 201: Type.Ref('SessionField') },
    handler: (request, reply) =>
      change(request, reply, async db =>
        created(await createSessionField(db, actorOf(request), request.body as Body)),
      ),
  })

  route(app, {
    spellings: ['PUT /sessions/field/:id', 'PATCH /sessions/field/:id'],
    id: 'updateSessionField',
    tag,
    summary: 'Update a session field',
    description:
      'Only the given members change. `choices: [{"delete":true,"id":149},{"name":"new"},{"id":152,"name":"renamed"}]` deletes, adds and renames; sessions lose a choice that is deleted.',
    query: writeQuery,
    body: Type.Ref('SessionFieldUpdate'),
    success: { 200: Type.Ref('SessionField') },
    handler: (request, reply) =>
      change(request, reply, async db =>
        updated(await changeSessionField(db, actorOf(request), idOf(request, noun), request.body as Body)),
      ),
  })

  route(app, {
    spellings: ['DELETE /sessions/field/:id'],
    id: 'deleteSessionField',
    tag,
    summary: 'Delete a session field',
    description: 'Its value goes from every session.',
    query: writeQuery,
    success: { 204: Type.Null() },
    handler: (request, reply) =>
      change(request, reply, async db => {
        await removeSessionField(db, actorOf(request), idOf(request, noun))
        return { status: 204 }
      }),
  })

  route(app, {
    spellings: ['GET /sessions/fields'],
    id: 'listSessionFields',
    tag,
    summary: 'List the session fields of the account',
    query: listQuery(sessionFieldLists),
    success: { 200: Type.Ref('SessionFieldPage') },
    isList: true,
    handler: async request => {
      const listing = readListing(request.query as Query, sessionFieldLists)
      const { rows, total } = await listSessionFields(app.pool, request.caller.account_id, listing)
      return renderPage(
        rows.map(row => project(toSessionField(row), listing)),
        total,
        listing,
        selfUrlOf(request),
      )
    },
  })

  route(app, {
    spellings: ['GET /sessions/field/:id'],
    id: 'getSessionField',
    tag,
    summary: 'Get a session field',
    query: projectionQuery(sessionFieldLists),
    success: { 200: Type.Ref('SessionField') },
    handler: async (request, reply) => {
      const field = await mustFindSessionField(app.pool, request.caller.account_id, idOf(request, noun))
      tagVersion(reply, field.version)
      return project(toSessionField(field), readProjection(request.query as Query, sessionFieldLists))
    },
  })
}

const created = (row: SessionFieldRow): Answer => ({
  ...updated(row),
  status: 201,
  location: `/api/v1/sessions/field/${row.id}`,
})
const updated = (row: SessionFieldRow): Answer => ({
  status: 200,
  body: toSessionField(row),
  version: row.version,
})

const view = viewOf(SessionField)
const toSessionField = (row: SessionFieldRow): SessionField => view({ ...row, attribute: attributeOf(row) })
