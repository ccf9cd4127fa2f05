import type { FastifyInstance, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { actorOf } from '../../http/actor.ts'
import type { Answer } from '../../http/answer.ts'
import { type Body, readNew } from '../../http/draft.ts'
import { tagVersion } from '../../http/etag.ts'
import { upsert } from '../../http/external.ts'
import { selfUrlOf } from '../../http/links.ts'
import { mustNameEvent, project, readListing, readProjection, renderPage } from '../../http/listing.ts'
import { isAsked, isOn, type Query, Switch } from '../../http/query.ts'
import { eventListQuery, idOf, projectionQuery, route, writeQuery } from '../../http/route.ts'
import { viewOf } from '../../http/view.ts'
import { write } from '../../http/write.ts'
import { mustOwnEvent } from '../../records/events/events.ts'
import { findRegTypeByExternalId, listRegTypes, type RegTypeRow } from './queries.ts'
import { changeRegType, createRegType, mustFindRegType, removeRegType } from './reg-types.ts'
import { RegType, RegTypeInput, regTypeLists } from './schema.ts'

const tag = 'Registrant types'
const noun = 'Registrant type'
const changeQuery = {
  ...writeQuery,
  override_capacity_errors: Switch(
    '`true`: allows a capacity below the number of registrants, and a `max_group_size` below a group. Understood in the body as well.',
  ),
}
const mayOverride = (request: FastifyRequest) => isAsked(request, 'override_capacity_errors')

export function regTypeRoutes(app: FastifyInstance): void {
  route(app, {
    spellings: ['POST /reg-types/create', 'POST /reg-types'],
    id: 'createRegType',
    tag,
    summary: 'Create a registrant type',
    query: writeQuery,
    body: Type.Ref('RegTypeInput'),
    success: { 201: Type.Ref('RegType') },
    handler: (request, reply) =>
      write(request, reply, async db =>
        created(await createRegType(db, actorOf(request), readNew(RegTypeInput, request.body as Body))),
      ),
  })

  route(app, {
    spellings: ['PUT /reg-types/update/:id', 'PUT /reg-types/:id', 'PATCH /reg-types/:id'],
    id: 'updateRegType',
    tag,
    summary: 'Update a registrant type',
    description:
      'Only the given fields change. A capacity lowered below `registrants_count` is 422 and says how many there are, likewise a `max_group_size` below a group that has the type, unless `override_capacity_errors=true`.',
    query: changeQuery,
    body: Type.Ref('RegTypeUpdate'),
    success: { 200: Type.Ref('RegType') },
    handler: (request, reply) =>
      write(request, reply, async db =>
        updated(
          await changeRegType(
            db,
            actorOf(request),
            idOf(request, noun),
            request.body as Body,
            mayOverride(request),
          ),
        ),
      ),
  })

  route(app, {
    spellings: ['PUT /reg-types/external/:external_id'],
    id: 'upsertRegType',
    tag,
    summary: 'Create or update a registrant type by its external id',
    query: changeQuery,
    body: Type.Ref('RegTypeUpsert'),
    success: { 200: Type.Ref('RegType'), 201: Type.Ref('RegType') },
    handler: (request, reply) =>
      upsert(request, reply, {
        find: (db, actor, externalId, event_id) =>
          findRegTypeByExternalId(db, actor.account_id, event_id, externalId),
        create: async (db, actor, body) =>
          created(await createRegType(db, actor, readNew(RegTypeInput, body))),
        update: async (db, actor, id, body) =>
          updated(await changeRegType(db, actor, id, body, mayOverride(request))),
      }),
  })

  route(app, {
    spellings: ['DELETE /reg-types/delete/:id', 'DELETE /reg-types/:id'],
    id: 'deleteRegType',
    tag,
    summary: 'Delete a registrant type',
    description: 'One that registrants have needs `force=1`; 422 says how many.',
    query: {
      ...writeQuery,
      force: Switch('`true`: deletes it although registrants have it; they are left without one.'),
    },
    success: { 204: Type.Null() },
    failures: [422],
    handler: (request, reply) =>
      write(request, reply, async db => {
        await removeRegType(db, actorOf(request), idOf(request, noun), isOn(request.query as Query, 'force'))
        return { status: 204 }
      }),
  })

  route(app, {
    spellings: ['GET /reg-types'],
    id: 'listRegTypes',
    tag,
    summary: 'List the registrant types of an event',
    query: eventListQuery(regTypeLists),
    success: { 200: Type.Ref('RegTypePage') },
    failures: [404],
    isList: true,
    handler: async request => {
      const query = request.query as Query
      const listing = readListing(query, regTypeLists)
      const event = await mustOwnEvent(app.pool, request.caller.account_id, mustNameEvent(query))
      const { rows, total } = await listRegTypes(app.pool, event.account_id, event.id, listing)
      return renderPage(
        rows.map(row => project(toRegType(row), listing)),
        total,
        listing,
        selfUrlOf(request),
      )
    },
  })

  route(app, {
    spellings: ['GET /reg-types/:id'],
    id: 'getRegType',
    tag,
    summary: 'Get a registrant type',
    query: projectionQuery(regTypeLists),
    success: { 200: Type.Ref('RegType') },
    handler: async (request, reply) => {
      const regType = await mustFindRegType(app.pool, request.caller.account_id, idOf(request, noun))
      tagVersion(reply, regType.version)
      return project(toRegType(regType), readProjection(request.query as Query, regTypeLists))
    },
  })
}

const created = (row: RegTypeRow): Answer => ({
  ...updated(row),
  status: 201,
  location: `/api/v1/reg-types/${row.id}`,
})
const updated = (row: RegTypeRow): Answer => ({ status: 200, body: toRegType(row), version: row.version })

const toRegType = viewOf(RegType)
