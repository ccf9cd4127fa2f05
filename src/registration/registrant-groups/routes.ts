import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { actorOf } from '../../http/actor.ts'
import type { Answer } from '../../http/answer.ts'
import { type Body, readNew } from '../../http/draft.ts'
import { tagVersion } from '../../http/etag.ts'
import { upsert } from '../../http/external.ts'
import { selfUrlOf } from '../../http/links.ts'
import { mustNameEvent, project, readListing, readProjection, renderPage } from '../../http/listing.ts'
import type { Query } from '../../http/query.ts'
import { eventListQuery, idOf, projectionQuery, route, writeQuery } from '../../http/route.ts'
import { viewOf } from '../../http/view.ts'
import { write } from '../../http/write.ts'
import { mustOwnEvent } from '../../records/events/events.ts'
import { findRegistrantGroupByExternalId, listRegistrantGroups, type RegistrantGroupRow } from './queries.ts'
import {
  changeRegistrantGroup,
  createRegistrantGroup,
  mustFindRegistrantGroup,
  removeRegistrantGroup,
} from './registrant-groups.ts'
import { RegistrantGroup, RegistrantGroupInput, registrantGroupLists } from './schema.ts'

const tag = 'Registrant groups'
const noun = 'Registrant group'

export function registrantGroupRoutes(app: FastifyInstance): void {
  route(app, {
    spellings: ['POST /registrant-groups/create', 'POST /registrant-groups'],
    id: 'createRegistrantGroup',
    tag,
    summary: 'Create a registrant group',
    query: writeQuery,
    body: Type.Ref('RegistrantGroupInput'),
    success: { 201: Type.Ref('RegistrantGroup') },
    handler: (request, reply) =>
      write(request, reply, async db =>
        created(
          await createRegistrantGroup(
            db,
            actorOf(request),
            readNew(RegistrantGroupInput, request.body as Body),
          ),
        ),
      ),
  })

  route(app, {
    spellings: [
      'PUT /registrant-groups/update/:id',
      'PUT /registrant-groups/:id',
      'PATCH /registrant-groups/:id',
    ],
    id: 'updateRegistrantGroup',
    tag,
    summary: 'Update a registrant group',
    description: 'Only the given fields change.',
    query: writeQuery,
    body: Type.Ref('RegistrantGroupUpdate'),
    success: { 200: Type.Ref('RegistrantGroup') },
    handler: (request, reply) =>
      write(request, reply, async db =>
        updated(await changeRegistrantGroup(db, actorOf(request), idOf(request, noun), request.body as Body)),
      ),
  })

  route(app, {
    spellings: ['PUT /registrant-groups/external/:external_id'],
    id: 'upsertRegistrantGroup',
    tag,
    summary: 'Create or update a registrant group by its external id',
    query: writeQuery,
    body: Type.Ref('RegistrantGroupUpsert'),
    success: { 200: Type.Ref('RegistrantGroup'), 201: Type.Ref('RegistrantGroup') },
    handler: (request, reply) =>
      upsert(request, reply, {
        find: (db, actor, externalId, event_id) =>
          findRegistrantGroupByExternalId(db, actor.account_id, event_id, externalId),
        create: async (db, actor, body) =>
          created(await createRegistrantGroup(db, actor, readNew(RegistrantGroupInput, body))),
        update: async (db, actor, id, body) => updated(await changeRegistrantGroup(db, actor, id, body)),
      }),
  })

  route(app, {
    spellings: ['DELETE /registrant-groups/delete/:id', 'DELETE /registrant-groups/:id'],
    id: 'deleteRegistrantGroup',
    tag,
    summary: 'Delete a registrant group',
    description: 'Its members are left without a group.',
    query: writeQuery,
    success: { 204: Type.Null() },
    handler: (request, reply) =>
      write(request, reply, async db => {
        await removeRegistrantGroup(db, actorOf(request), idOf(request, noun))
        return { status: 204 }
      }),
  })

  route(app, {
    spellings: ['GET /registrant-groups'],
    id: 'listRegistrantGroups',
    tag,
    summary: 'List the registrant groups of an event',
    query: eventListQuery(registrantGroupLists),
    success: { 200: Type.Ref('RegistrantGroupPage') },
    failures: [404],
    isList: true,
    handler: async request => {
      const query = request.query as Query
      const listing = readListing(query, registrantGroupLists)
      const event = await mustOwnEvent(app.pool, request.caller.account_id, mustNameEvent(query))
      const { rows, total } = await listRegistrantGroups(app.pool, event.account_id, event.id, listing)
      return renderPage(
        rows.map(row => project(toRegistrantGroup(row), listing)),
        total,
        listing,
        selfUrlOf(request),
      )
    },
  })

  route(app, {
    spellings: ['GET /registrant-groups/:id'],
    id: 'getRegistrantGroup',
    tag,
    summary: 'Get a registrant group',
    query: projectionQuery(registrantGroupLists),
    success: { 200: Type.Ref('RegistrantGroup') },
    handler: async (request, reply) => {
      const group = await mustFindRegistrantGroup(app.pool, request.caller.account_id, idOf(request, noun))
      tagVersion(reply, group.version)
      return project(toRegistrantGroup(group), readProjection(request.query as Query, registrantGroupLists))
    },
  })
}

const created = (row: RegistrantGroupRow): Answer => ({
  ...updated(row),
  status: 201,
  location: `/api/v1/registrant-groups/${row.id}`,
})
const updated = (row: RegistrantGroupRow): Answer => ({
  status: 200,
  body: toRegistrantGroup(row),
  version: row.version,
})

const toRegistrantGroup = viewOf(RegistrantGroup)
