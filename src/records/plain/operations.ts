import Type, { type TObject } from 'typebox'
import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { Answer } from '../../http/answer.ts'
import { recordSchemas } from '../../http/document/schemas.ts'
import { upsert } from '../../http/external.ts'
import { mustNameEvent, project, readListing, readProjection, renderPage } from '../../http/lists/listing.ts'
import { eventListQuery, projectionQuery, writeQuery } from '../../http/lists/parameters.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { tagVersion } from '../../http/server/etag.ts'
import type { Body } from '../../http/values/draft.ts'
import { viewOf } from '../../http/view.ts'
import { write } from '../../http/write.ts'
import { listOfEvent } from '../events/events.ts'
import type { Row } from './queries.ts'
import type { PlainRecords } from './records.ts'

/** What a resource does on a write; the call is for verbs that ask more of it than its body. */
export type Verbs<R extends TObject> = {
  create: (db: Db, actor: Actor, body: Body) => Promise<Row<R>>
  change: (db: Db, actor: Actor, id: number, body: Body, call: Call) => Promise<Row<R>>
  remove: (db: Db, actor: Actor, id: number, call: Call) => Promise<void>
}

type Verb = 'create' | 'update' | 'upsert' | 'delete' | 'list' | 'get'

/** The operations of a declared record, in the order of the document; `verbs` are its own where they differ. */
export function plainOperations<I extends TObject, R extends TObject>(
  records: PlainRecords<I, R>,
  verbs: Partial<Verbs<R>> = {},
): Record<Verb, Operation> {
  const { noun, tag, name, path, input, record, lists, deletion } = records.declaration
  const {
    create = (db, actor, body) => records.create(db, actor, records.readNew(body)),
    change = (db, actor, id, body) => records.change(db, actor, id, body),
    remove = (db, actor, id) => records.remove(db, actor, id),
  } = verbs
  const one = noun.toLowerCase()
  const schemas = recordSchemas(name, record, input)
  const view = viewOf(record) as (row: Row<R>) => Record<string, unknown>
  const updated = (row: Row<R>): Answer => ({ status: 200, body: view(row), version: row.version })
  const created = (row: Row<R>): Answer => ({
    ...updated(row),
    status: 201,
    location: `/api/v1/${path}/${row.id}`,
  })

  return {
    create: {
      spellings: [`POST /${path}/create`, `POST /${path}`],
      id: `create${name}`,
      tag,
      summary: `Create a ${one}`,
      query: writeQuery,
      body: schemas.input,
      success: { 201: schemas.record },
      handler: call => write(call, async ({ db, actor, body }) => created(await create(db, actor, body))),
    },
    update: {
      spellings: [`PUT /${path}/update/:id`, `PUT /${path}/:id`, `PATCH /${path}/:id`],
      id: `update${name}`,
      tag,
      summary: `Update a ${one}`,
      description: 'Only the given fields change.',
      noun,
      query: writeQuery,
      body: schemas.update,
      success: { 200: schemas.record },
      handler: call =>
        write(call, async ({ db, actor, id, body }) => updated(await change(db, actor, id, body, call))),
    },
    upsert: {
      spellings: [`PUT /${path}/external/:external_id`],
      id: `upsert${name}`,
      tag,
      summary: `Create or update a ${one} by its external id`,
      query: writeQuery,
      body: schemas.upsert,
      success: { 200: schemas.record, 201: schemas.record },
      handler: call =>
        upsert(call, {
          find: (db, actor, externalId, event_id) =>
            records.queries.findByExternalId(db, actor.account_id, event_id, externalId),
          create: async (db, actor, body) => created(await create(db, actor, body)),
          update: async (db, actor, id, body) => updated(await change(db, actor, id, body, call)),
        }),
    },
    delete: {
      spellings: [`DELETE /${path}/delete/:id`, `DELETE /${path}/:id`],
      id: `delete${name}`,
      tag,
      summary: `Delete a ${one}`,
      description: deletion,
      noun,
      query: writeQuery,
      success: { 204: Type.Null() },
      handler: call =>
        write(call, async ({ db, actor, id }) => {
          await remove(db, actor, id, call)
          return { status: 204 }
        }),
    },
    list: {
      spellings: [`GET /${path}`],
      id: `list${name}s`,
      tag,
      summary: `List the ${tag.toLowerCase()} of an event`,
      query: eventListQuery(lists),
      reads: lists,
      success: { 200: schemas.page },
      failures: [404],
      isList: true,
      handler: async call => {
        const { db, query, account_id } = call
        const listing = readListing(query, lists)
        const event = { account_id, id: mustNameEvent(query) }
        const { rows, total } = await listOfEvent(db, event, () => records.queries.list(db, event, listing))
        const items = rows.map(row => project(view(row), listing))
        return renderPage(items, total, listing, call.selfUrl)
      },
    },
    get: {
      spellings: [`GET /${path}/:id`],
      id: `get${name}`,
      tag,
      summary: `Get a ${one}`,
      noun,
      query: projectionQuery(lists),
      reads: lists,
      success: { 200: schemas.record },
      handler: async ({ db, reply, query, account_id, id }) => {
        const row = await records.mustFind(db, account_id, id)
        tagVersion(reply, row.version)
        return project(view(row), readProjection(query, lists))
      },
    },
  }
}
