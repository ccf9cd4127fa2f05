import type { NotifiedCache } from '../../db/cache.ts'
import { listQuery } from '../../http/lists/parameters.ts'
import { definitionOperations } from '../../records/definitions/operations.ts'
import { SessionFieldBody, sessionFieldLists } from '../session-fields/schema.ts'
import { type SponsorFieldRow, sponsorFields } from './sponsor-fields.ts'

/** definitions of the custom fields of sponsors of an account, by its id */
type Parts = { sponsorFields: NotifiedCache<SponsorFieldRow[]> }

/** They come before the sponsors, whose `/sponsors/:id` their paths resemble. */
export const sponsorFieldOperations = definitionOperations(sponsorFields, {
  tag: 'Sponsor fields',
  one: 'sponsor field',
  name: 'SponsorField',
  body: SessionFieldBody,
  spellings: {
    create: ['POST /sponsors/fields/create', 'POST /sponsors/fields'],
    update: ['PUT /sponsors/field/:id', 'PATCH /sponsors/field/:id'],
    delete: ['DELETE /sponsors/field/:id'],
    list: ['GET /sponsors/fields'],
    get: ['GET /sponsors/field/:id'],
  },
  location: 'sponsors/field',
  losers: 'sponsors',
  deletion: 'Its value goes from every sponsor.',
  list: {
    summary: 'List the sponsor fields of the account',
    query: listQuery(sessionFieldLists),
    ownerOf: async ({ account_id }) => account_id,
  },
  create: (db, actor, body) => sponsorFields.create(db, actor, body),
  cacheIn: (parts: Parts) => parts.sponsorFields,
})
