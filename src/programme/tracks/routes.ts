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
import { findTrackByExternalId, listTracks, type TrackRow } from './queries.ts'
import { Track, TrackInput, trackLists } from './schema.ts'
import { changeTrack, createTrack, mustFindTrack, removeTrack } from './tracks.ts'

const tag = 'Tracks'

export function trackRoutes(app: FastifyInstance): void {
  route(app, {
    spellings: ['POST /tracks/create', 'POST /tracks'],
    id: 'createTrack',
    tag,
    summary: 'Create a track',
    query: writeQuery,
    body: Type.Ref('TrackInput'),
    success: { 201: Type.Ref('Track') },
    handler: (request, reply) =>
      write(request, reply, async db =>
        created(await createTrack(db, actorOf(request), readNew(TrackInput, request.body as Body))),
      ),
  })

  route(app, {
    spellings: ['PUT /tracks/update/:id', 'PUT /tracks/:id', 'PATCH /tracks/:id'],
    id: 'updateTrack',
    tag,
    summary: 'Update a track',
    description: 'Only the given fields change.',
    query: writeQuery,
    body: Type.Ref('TrackUpdate'),
    success: { 200: Type.Ref('Track') },
    handler: (request, reply) =>
      write(request, reply, async db =>
        updated(await changeTrack(db, actorOf(request), idOf(request, 'Track'), request.body as Body)),
      ),
  })

  route(app, {
    spellings: ['PUT /tracks/external/:external_id'],
    id: 'upsertTrack',
    tag,
    summary: 'Create or update a track by its external id',
    query: writeQuery,
    body: Type.Ref('TrackUpsert'),
    success: { 200: Type.Ref('Track'), 201: Type.Ref('Track') },
    handler: (request, reply) =>
      upsert(request, reply, {
        find: (db, actor, externalId, event_id) =>
          findTrackByExternalId(db, actor.account_id, event_id, externalId),
        create: async (db, actor, body) => created(await createTrack(db, actor, readNew(TrackInput, body))),
        update: async (db, actor, id, body) => updated(await changeTrack(db, actor, id, body)),
      }),
  })

  route(app, {
    spellings: ['DELETE /tracks/delete/:id', 'DELETE /tracks/:id'],
    id: 'deleteTrack',
    tag,
    summary: 'Delete a track',
    description: 'Sessions that use it are left without a track.',
    query: writeQuery,
    success: { 204: Type.Null() },
    handler: (request, reply) =>
      write(request, reply, async db => {
        await removeTrack(db, actorOf(request), idOf(request, 'Track'))
        return { status: 204 }
      }),
  })

  route(app, {
    spellings: ['GET /tracks'],
    id: 'listTracks',
    tag,
    summary: 'List the tracks of an event',
    query: eventListQuery(trackLists),
    success: { 200: Type.Ref('TrackPage') },
    failures: [404],
    isList: true,
    handler: async request => {
      const query = request.query as Query
      const listing = readListing(query, trackLists)
      const event = await mustOwnEvent(app.pool, request.caller.account_id, mustNameEvent(query))
      const { rows, total } = await listTracks(app.pool, event.account_id, event.id, listing)
      return renderPage(
        rows.map(row => project(toTrack(row), listing)),
        total,
        listing,
        selfUrlOf(request),
      )
    },
  })

  route(app, {
    spellings: ['GET /tracks/:id'],
    id: 'getTrack',
    tag,
    summary: 'Get a track',
    query: projectionQuery(trackLists),
    success: { 200: Type.Ref('Track') },
    handler: async (request, reply) => {
      const track = await mustFindTrack(app.pool, request.caller.account_id, idOf(request, 'Track'))
      tagVersion(reply, track.version)
      return project(toTrack(track), readProjection(request.query as Query, trackLists))
    },
  })
}

const created = (row: TrackRow): Answer => ({
  ...updated(row),
  status: 201,
  location: `/api/v1/tracks/${row.id}`,
})
const updated = (row: TrackRow): Answer => ({ status: 200, body: toTrack(row), version: row.version })

const toTrack = viewOf(Track)
