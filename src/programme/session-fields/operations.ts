import type { NotifiedCache } from '../../db/cache.ts'
import { listQuery } from '../../http/lists/parameters.ts'
import { definitionOperations } from '../../records/definitions/operations.ts'
import { SessionFieldBody, sessionFieldLists } from './schema.ts'
import { type SessionFieldRow, sessionFields } from './session-fields.ts'

/** definitions of the custom fields of an account, by its id */
type Parts = { sessionFields: NotifiedCache<SessionFieldRow[]> }

/** They come before the sessions, whose `/sessions/:id` their paths resemble. */
export const sessionFieldOperations = definitionOperations(sessionFields, {
  tag: 'Session fields',
  one: 'session field',
  name: 'SessionField',
  body: SessionFieldBody,
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
    ownerOf: async ({ account_id }) => account_id,
  },
  create: (db, actor, body) => sessionFields.create(db, actor, body),
  cacheIn: (parts: Parts) => parts.sessionFields,
})
