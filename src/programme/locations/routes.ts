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
import { changeLocation, createLocation, mustFindLocation, removeLocation } from './locations.ts'
import { findLocationByExternalId, type LocationRow, listLocations } from './queries.ts'
import { Location, LocationInput, locationLists } from './schema.ts'

const tag = 'Locations'

export function locationRoutes(app: FastifyInstance): void {
  route(app, {
    spellings: ['POST /locations/create', 'POST /locations'],
    id: 'createLocation',
    tag,
    summary: 'Create a location',
    query: writeQuery,
    body: Type.Ref('LocationInput'),
    success: { 201: Type.Ref('Location') },
    handler: (request, reply) =>
      write(request, reply, async db =>
        created(await createLocation(db, actorOf(request), readNew(LocationInput, request.body as Body))),
      ),
  })

  route(app, {
    spellings: ['PUT /locations/update/:id', 'PUT /locations/:id', 'PATCH /locations/:id'],
    id: 'updateLocation',
    tag,
    summary: 'Update a location',
    description: 'Only the given fields change.',
    query: writeQuery,
    body: Type.Ref('LocationUpdate'),
    success: { 200: Type.Ref('Location') },
    handler: (request, reply) =>
      write(request, reply, async db =>
        updated(await changeLocation(db, actorOf(request), idOf(request, 'Location'), request.body as Body)),
      ),
  })

  route(app, {
    spellings: ['PUT /locations/external/:external_id'],
    id: 'upsertLocation',
    tag,
    summary: 'Create or update a location by its external id',
    query: writeQuery,
    body: Type.Ref('LocationUpsert'),
    success: { 200: Type.Ref('Location'), 201: Type.Ref('Location') },
    handler: (request, reply) =>
      upsert(request, reply, {
        find: (db, actor, externalId, event_id) =>
          findLocationByExternalId(db, actor.account_id, event_id, externalId),
        create: async (db, actor, body) =>
          created(await createLocation(db, actor, readNew(LocationInput, body))),
        update: async (db, actor, id, body) => updated(await changeLocation(db, actor, id, body)),
      }),
  })

  route(app, {
    spellings: ['DELETE /locations/delete/:id', 'DELETE /locations/:id'],
    id: 'deleteLocation',
    tag,
    summary: 'Delete a location',
    description: 'Sessions that use it are left without a location.',
    query: writeQuery,
    success: { 204: Type.Null() },
    handler: (request, reply) =>
      write(request, reply, async db => {
        await removeLocation(db, actorOf(request), idOf(request, 'Location'))
        return { status: 204 }
      }),
  })

  route(app, {
    spellings: ['GET /locations'],
    id: 'listLocations',
    tag,
    summary: 'List the locations of an event',
    query: eventListQuery(locationLists),
    success: { 200: Type.Ref('LocationPage') },
    failures: [404],
    isList: true,
    handler: async request => {
      const query = request.query as Query
      const listing = readListing(query, locationLists)
      const event = await mustOwnEvent(app.pool, request.caller.account_id, mustNameEvent(query))
      const { rows, total } = await listLocations(app.pool, event.account_id, event.id, listing)
      return renderPage(
        rows.map(row => project(toLocation(row), listing)),
        total,
        listing,
        selfUrlOf(request),
      )
    },
  })

  route(app, {
    spellings: ['GET /locations/:id'],
    id: 'getLocation',
    tag,
    summary: 'Get a location',
    query: projectionQuery(locationLists),
    success: { 200: Type.Ref('Location') },
    handler: async (request, reply) => {
      const location = await mustFindLocation(app.pool, request.caller.account_id, idOf(request, 'Location'))
      tagVersion(reply, location.version)
      return project(toLocation(location), readProjection(request.query as Query, locationLists))
    },
  })
}

const created = (row: LocationRow): Answer => ({
  ...updated(row),
  status: 201,
  location: `/api/v1/locations/${row.id}`,
})
const updated = (row: LocationRow): Answer => ({ status: 200, body: toLocation(row), version: row.version })

const toLocation = viewOf(Location)
