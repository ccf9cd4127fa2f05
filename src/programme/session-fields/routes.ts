import type { FastifyInstance } from 'fastify'
import { listQuery, route } from '../../http/route.ts'
import { definitionOperations } from '../../records/definitions/operations.ts'
import { sessionFieldLists } from './schema.ts'
import { sessionFields } from './session-fields.ts'

/** Registered before the sessions, whose `/sessions/:id` they resemble. */
export function sessionFieldRoutes(app: FastifyInstance): void {
  const operations = definitionOperations(sessionFields, {
    tag: 'Session fields',
    one: 'session field',
    name: 'SessionField',
    spellings: {
      create: ['POST /sessions/fields/create', 'POST /sessions/fields'],
      update: ['PUT /sessions/field/:id', 'PATCH /sessions/field/:id'],
      delete: ['DELETE /sessions/field/:id'],
      list: ['GET /sessions/fields'],
      get: ['GET /sessions/field/:id'],
    },
    location: 'sessions/field',
    losers: 'sessions',
    deletion: 'Its value goes from every session.',
    list: {
      summary: 'List the session fields of the account',
      query: listQuery(sessionFieldLists),
      ownerOf: async (_db, request) => request.caller.account_id,
    },
    create: (db, actor, body) => sessionFields.create(db, actor, body),
    cache: app.sessionFields,
  })
  for (const operation of operations) route(app, operation)
}
