import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { customAttributes } from '../custom-values/values.ts'
import type { Db } from '../db/connection.ts'
import { mustFindEvent } from '../events/events.ts'
import { actorOf } from '../http/actor.ts'
import type { Body } from '../http/draft.ts'
import { tagVersion } from '../http/etag.ts'
import { upsert } from '../http/external.ts'
import { selfUrlOf } from '../http/links.ts'
import { mustNameEvent, readListing, readProjection, renderPage } from '../http/listing.ts'
import type { Query } from '../http/query.ts'
import { eventListQuery, idOf, projectionQuery, route, writeQuery } from '../http/route.ts'
import { type Answer, write } from '../http/write.ts'
import { readCheckIn } from './check-in.ts'
import { mannerOf, seatQuery } from './manner.ts'
import { findRegistrantByExternalId, listRegistrants } from './queries.ts'
import {
  changeRegistrant,
  checkIn,
  mustFindRegistrant,
  type Registered,
  type Registration,
  register,
  removeRegistrant,
} from './registrants.ts'
import { registrantLists } from './schema.ts'
import { showRegistrant, showRegistrants } from './view.ts'

const tag = 'Registrants'

export function registrantRoutes(app: FastifyInstance): void {
  const questionsOf = (db: Db) => (event_id: number) => app.eventQuestions.get(String(event_id), db)
  const toolsFor = (db: Db): Registration => ({
    db,
    desk: app.desk,
    ids: app.registrantIds,
    questionsOf: questionsOf(db),
  })
  const updated = async (db: Db, { registrant, skipped }: Registered): Promise<Answer> => ({
    status: 200,
    body: {
      ...showRegistrant(registrant, await questionsOf(db)(registrant.event_id)),
      ...(skipped.length > 0 && { skipped_sessions: skipped }),
    },
    version: registrant.version,
  })
  const created = async (db: Db, registered: Registered): Promise<Answer> => ({
    ...(await updated(db, registered)),
    status: 201,
    location: `/api/v1/registrants/${registered.registrant.id}`,
  })

  route(app, {
    spellings: ['POST /registrants/create', 'POST /registrants'],
    id: 'createRegistrant',
    tag,
    summary: 'Register a person',
    description:
      'Person and seats in one transaction: both, or neither. `session_ids` names the sessions; without it the ones that are selected by default are taken as far as they fit, and `skipped_sessions` says which were not. Included sessions are taken without asking.',
    query: seatQuery,
    body: Type.Ref('RegistrantInput'),
    success: { 201: Type.Ref('Registrant') },
    handler: (request, reply) =>
      write(request, reply, async db =>
        created(db, await register(toolsFor(db), actorOf(request), request.body as Body, mannerOf(request))),
      ),
  })

  route(app, {
    spellings: ['PUT /registrants/update/:id', 'PUT /registrants/:id', 'PATCH /registrants/:id'],
    id: 'updateRegistrant',
    tag,
    summary: 'Update a registrant',
    description:
      'Only the given fields change. `session_ids` replaces the selection at once: a swap never loses the old seat. `registration_status=cancelled` gives everything back.',
    query: seatQuery,
    body: Type.Ref('RegistrantUpdate'),
    success: { 200: Type.Ref('Registrant') },
    handler: (request, reply) =>
      write(request, reply, async db =>
        updated(
          db,
          await changeRegistrant(
            toolsFor(db),
            actorOf(request),
            idOf(request, 'Registrant'),
            request.body as Body,
            mannerOf(request),
          ),
        ),
      ),
  })

  route(app, {
    spellings: ['PUT /registrants/external/:external_id'],
    id: 'upsertRegistrant',
    tag,
    summary: 'Create or update a registrant by their external id',
    query: seatQuery,
    body: Type.Ref('RegistrantInput'),
    success: { 200: Type.Ref('Registrant'), 201: Type.Ref('Registrant') },
    handler: (request, reply) =>
      upsert(request, reply, {
        find: (db, actor, externalId, event_id) =>
          findRegistrantByExternalId(db, actor.account_id, event_id, externalId),
        create: async (db, actor, body) =>
          created(db, await register(toolsFor(db), actor, body, mannerOf(request))),
        update: async (db, actor, id, body) =>
          updated(db, await changeRegistrant(toolsFor(db), actor, id, body, mannerOf(request))),
      }),
  })

  route(app, {
    spellings: ['DELETE /registrants/delete/:id', 'DELETE /registrants/:id'],
    id: 'deleteRegistrant',
    tag,
    summary: 'Delete a registrant',
    description: 'Seats are given back first, and lines move.',
    query: writeQuery,
    success: { 204: Type.Null() },
    handler: (request, reply) =>
      write(request, reply, async db => {
        await removeRegistrant(toolsFor(db), actorOf(request), idOf(request, 'Registrant'))
        return { status: 204 }
      }),
  })

  route(app, {
    spellings: ['POST /registrants/checkin'],
    id: 'checkInRegistrant',
    tag,
    summary: 'Check a registrant in',
    query: writeQuery,
    body: Type.Ref('CheckInInput'),
    success: { 200: Type.Ref('Registrant') },
    handler: (request, reply) =>
      write(request, reply, async db => {
        const { id, status } = readCheckIn(request.body as Body)
        return updated(db, {
          registrant: await checkIn(toolsFor(db), actorOf(request), id, status),
          skipped: [],
        })
      }),
  })

  route(app, {
    spellings: ['GET /registrants'],
    id: 'listRegistrants',
    tag,
    summary: 'List the registrants of an event',
    query: eventListQuery,
    success: { 200: Type.Ref('RegistrantPage') },
    failures: [404],
    isList: true,
    handler: async request => {
      const query = request.query as Query
      const event = await mustFindEvent(app.pool, request.caller.account_id, mustNameEvent(query))
      const questions = await questionsOf(app.pool)(event.id)
      const listing = readListing(query, {
        ...registrantLists,
        attributes: { ...registrantLists.attributes, ...customAttributes(questions) },
      })
      const { rows, total } = await listRegistrants(app.pool, event.account_id, event.id, listing)
      return renderPage(
        await showRegistrants(app.pool, rows, questions, listing),
        total,
        listing,
        selfUrlOf(request),
      )
    },
  })

  route(app, {
    spellings: ['GET /registrants/:id'],
    id: 'getRegistrant',
    tag,
    summary: 'Get a registrant',
    query: projectionQuery,
    success: { 200: Type.Ref('Registrant') },
    handler: async (request, reply) => {
      const registrant = await mustFindRegistrant(
        app.pool,
        request.caller.account_id,
        idOf(request, 'Registrant'),
      )
      tagVersion(reply, registrant.version)
      const projection = readProjection(request.query as Query, registrantLists)
      const [item] = await showRegistrants(
        app.pool,
        [registrant],
        await questionsOf(app.pool)(registrant.event_id),
        projection,
      )
      return item
    },
  })
}
