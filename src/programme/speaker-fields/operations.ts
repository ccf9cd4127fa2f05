import type { NotifiedCache } from '../../db/cache.ts'
import { listQuery } from '../../http/lists/parameters.ts'
import { definitionOperations } from '../../records/definitions/operations.ts'
import { SessionFieldBody, sessionFieldLists } from '../session-fields/schema.ts'
import { type SpeakerFieldRow, speakerFields } from './speaker-fields.ts'

/** definitions of the custom fields of speakers of an account, by its id */
type Parts = { speakerFields: NotifiedCache<SpeakerFieldRow[]> }

/** They come before the speakers, whose `/speakers/:id` their paths resemble. */
export const speakerFieldOperations = definitionOperations(speakerFields, {
  tag: 'Speaker fields',
  one: 'speaker field',
  name: 'SpeakerField',
  body: SessionFieldBody,
  spellings: {
    create: ['POST /speakers/fields/create', 'POST /speakers/fields'],
    update: ['PUT /speakers/field/:id', 'PATCH /speakers/field/:id'],
    delete: ['DELETE /speakers/field/:id'],
    list: ['GET /speakers/fields'],
    get: ['GET /speakers/field/:id'],
  },
  location: 'speakers/field',
  losers: 'speakers',
  deletion: 'Its value goes from every speaker.',
  list: {
    summary: 'List the speaker fields of the account',
    query: listQuery(sessionFieldLists),
    ownerOf: async ({ account_id }) => account_id,
  },
  create: (db, actor, body) => speakerFields.create(db, actor, body),
  cacheIn: (parts: Parts) => parts.speakerFields,
})
