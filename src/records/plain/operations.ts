import type { FastifyRequest } from 'fastify'
import Type, { type TObject } from 'typebox'
import type { Db } from '../../db/connection.ts'
import { type Actor, actorOf } from '../../http/actor.ts'
import type { Answer } from '../../http/answer.ts'
import type { Body } from '../../http/draft.ts'
import { tagVersion } from '../../http/etag.ts'
import { upsert } from '../../http/external.ts'
import { selfUrlOf } from '../../http/links.ts'
import { mustNameEvent, project, readListing, readProjection, renderPage } from '../../http/listing.ts'
import type { Query } from '../../http/query.ts'
import { eventListQuery, idOf, type Operation, projectionQuery, writeQuery } from '../../http/route.ts'
import { viewOf } from '../../http/view.ts'
import { write } from '../../http/write.ts'
import { mustOwnEvent } from '../events/events.ts'
import type { Row } from './queries.ts'
import type { PlainRecords } from './records.ts'

/** What a resource does on a write; the request is for verbs that ask more of it than their body. */
export type Verbs<R extends TObject> = {
  create: (db: Db, actor: Actor, body: Body) => Promise<Row<R>>
  change: (db: Db, actor: Actor, id: number, body: Body, request: FastifyRequest) => Promise<Row<R>>
  remove: (db: Db, actor: Actor, id: number, request: FastifyRequest) => Promise<void>
}

type Verb = 'create' | 'update' | 'upsert' | 'delete' | 'list' | 'get'

/** The operations of a declared record, in the order of the document; `verbs` are its own where they differ. */
export function plainOperations<I extends TObject, R extends TObject>(
  records: PlainRecords<I, R>,
  verbs: Partial<Verbs<R>> = {},
): Record<Verb, Operation> {
  const { noun, tag, name, path, record, lists, deletion } = records.declaration
  const {
    create = (db, actor, body) => records.create(db, actor, records.readNew(body)),
    change = (db, actor, id, body) => records.change(db, actor, id, body),
    remove = (db, actor, id) => records.remove(db, actor, id),
  } = verbs
  const one = noun.toLowerCase()
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
      body: Type.Ref(`${name}Input`),
      success: { 201: Type.Ref(name) },
      handler: (request, reply) =>
        write(request, reply, async db => created(await create(db, actorOf(request), request.body as Body))),
    },
    update: {
      spellings: [`PUT /${path}/update/:id`, `PUT /${path}/:id`, `PATCH /${path}/:id`],
      id: `update${name}`,
      tag,
      summary: `Update a ${one}`,
      description: 'Only the given fields change.',
      query: writeQuery,
      body: Type.Ref(`${name}Update`),
      success: { 200: Type.Ref(name) },
      handler: (request, reply) =>
        write(request, reply, async db =>
          updated(await change(db, actorOf(request), idOf(request, noun), request.body as Body, request)),
        ),
    },
    upsert: {
      spellings: [`PUT /${path}/external/:external_id`],
      id: `upsert${name}`,
      tag,
      summary: `Create or update a ${one} by its external id`,
      query: writeQuery,
      body: Type.Ref(`${name}Upsert`),
      success: { 200: Type.Ref(name), 201: Type.Ref(name) },
      handler: (request, reply) =>
        upsert(request, reply, {
          find: (db, actor, externalId, event_id) =>
            records.queries.findByExternalId(db, actor.account_id, event_id, externalId),
          create: async (db, actor, body) => created(await create(db, actor, body)),
          update: async (db, actor, id, body) => updated(await change(db, actor, id, body, request)),
        }),
    },
    delete: {
      spellings: [`DELETE /${path}/delete/:id`, `DELETE /${path}/:id`],
      id: `delete${name}`,
      tag,
      summary: `Delete a ${one}`,
      description: deletion,
      query: writeQuery,
      success: { 204: Type.Null() },
      handler: (request, reply) =>
        write(request, reply, async db => {
          await remove(db, actorOf(request), idOf(request, noun), request)
          return { status: 204 }
        }),
    },
    list: {
      spellings: [`GET /${path}`],
      id: `list${name}s`,
      tag,
      summary: `List the ${tag.toLowerCase()} of an event`,
      query: eventListQuery(lists),
      success: { 200: Type.Ref(`${name}Page`) },
      failures: [404],
      isList: true,
      handler: async request => {
        const { readers } = request.server
        const query = request.query as Query
        const listing = readListing(query, lists)
        const event = await mustOwnEvent(readers, request.caller.account_id, mustNameEvent(query))
        const { rows, total } = await records.queries.list(readers, event.id, listing)
        const items = rows.map(row => project(view(row), listing))
        return renderPage(items, total, listing, selfUrlOf(request))
      },
    },
    get: {
      spellings: [`GET /${path}/:id`],
      id: `get${name}`,
      tag,
      summary: `Get a ${one}`,
      query: projectionQuery(lists),
      success: { 200: Type.Ref(name) },
      handler: async (request, reply) => {
        const { readers } = request.server
        const row = await records.mustFind(readers, request.caller.account_id, idOf(request, noun))
        tagVersion(reply, row.version)
        return project(view(row), readProjection(request.query as Query, lists))
      },
    },
  }
}
