import type { FastifyInstance, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { actorOf } from '../../http/actor.ts'
import { type Answer, notTold, notToldNote } from '../../http/answer.ts'
import { type Body, readNew } from '../../http/draft.ts'
import { tagVersion } from '../../http/etag.ts'
import { upsert } from '../../http/external.ts'
import { selfUrlOf } from '../../http/links.ts'
import { readListing, readProjection, renderPage } from '../../http/listing.ts'
import { isAsked, isOn, type Query, Switch } from '../../http/query.ts'
import { idOf, listQuery, projectionQuery, route, writeQuery } from '../../http/route.ts'
import { write } from '../../http/write.ts'
import {
  type ChangedEvent,
  changeEvent,
  cloneEvent,
  createEvent,
  mustFindEvent,
  removeEvent,
} from './events.ts'
import { type EventRow, findEventByExternalId, listEvents } from './queries.ts'
import { CloneInput, EventInput, eventLists } from './schema.ts'
import { showEvents, toWrittenEvent } from './view.ts'

const tag = 'Events'
const changeQuery = {
  ...writeQuery,
  override_capacity_errors: Switch(
    '`true`: allows to lower a capacity below the number of registrants. Understood in the body as well.',
  ),
}
const mayOverride = (request: FastifyRequest) => isAsked(request, 'override_capacity_errors')

export function eventRoutes(app: FastifyInstance): void {
  route(app, {
    spellings: ['POST /events/create', 'POST /events'],
    id: 'createEvent',
    tag,
    summary: 'Create an event',
    query: writeQuery,
    body: Type.Ref('EventInput'),
    success: { 201: Type.Ref('Event') },
    handler: (request, reply) =>
      write(request, reply, async db =>
        created(await createEvent(db, actorOf(request), readNew(EventInput, request.body as Body))),
      ),
  })

  route(app, {
    spellings: ['PUT /events/update/:id', 'PUT /events/:id', 'PATCH /events/:id'],
    id: 'updateEvent',
    tag,
    summary: 'Update an event',
    description:
      "Only the given fields change. Changing the zone keeps the wall-clock times of sessions that use the event's zone; `new_conflicts` and `not_included` say what that did to seats. A capacity lowered below `registrants_count` is 422 and says how many there are, unless `override_capacity_errors=true`.",
    query: changeQuery,
    body: Type.Ref('EventUpdate'),
    aliases: eventLists.expansions,
    success: { 200: Type.Ref('WrittenEvent') },
    handler: (request, reply) =>
      write(request, reply, async db =>
        updated(
          await changeEvent(
            db,
            actorOf(request),
            idOf(request, 'Event'),
            request.body as Body,
            mayOverride(request),
          ),
        ),
      ),
  })

  route(app, {
    spellings: ['PUT /events/external/:external_id'],
    id: 'upsertEvent',
    tag,
    summary: 'Create or update an event by its external id',
    query: changeQuery,
    body: Type.Ref('EventUpsert'),
    aliases: eventLists.expansions,
    success: { 200: Type.Ref('WrittenEvent'), 201: Type.Ref('WrittenEvent') },
    handler: (request, reply) =>
      upsert(request, reply, {
        find: (db, actor, externalId) => findEventByExternalId(db, actor.account_id, externalId),
        create: async (db, actor, body) => created(await createEvent(db, actor, readNew(EventInput, body))),
        update: async (db, actor, id, body) =>
          updated(await changeEvent(db, actor, id, body, mayOverride(request))),
      }),
  })

  route(app, {
    spellings: ['POST /events/:id/clone'],
    id: 'cloneEvent',
    tag,
    summary: 'Clone an event',
    description:
      'Copies settings, tracks, locations, sessions, registrant types and questions, never people. With `start_date` every date moves by the same number of days.',
    query: writeQuery,
    body: Type.Ref('CloneInput'),
    success: { 201: Type.Ref('Event') },
    handler: (request, reply) =>
      write(request, reply, async db =>
        created(
          await cloneEvent(
            db,
            actorOf(request),
            idOf(request, 'Event'),
            readNew(CloneInput, request.body as Body),
          ),
        ),
      ),
  })

  route(app, {
    spellings: ['DELETE /events/delete/:id', 'DELETE /events/:id'],
    id: 'deleteEvent',
    tag,
    summary: 'Delete an event',
    description: `All that belongs to it goes with it. One that has registrants needs \`force=1\`. They cannot be told afterwards: cancel them, or withdraw the sessions, with \`send_email=true\` before. ${notToldNote}`,
    query: { ...writeQuery, force: Switch('`true`: deletes it although it has registrants.') },
    failures: [422],
    success: { 204: Type.Null() },
    handler: (request, reply) =>
      write(request, reply, async db => {
        const force = isOn(request.query as Query, 'force')
        const people = await removeEvent(db, actorOf(request), idOf(request, 'Event'), force)
        return { status: 204, ...notTold(people) }
      }),
  })

  route(app, {
    spellings: ['GET /events'],
    id: 'listEvents',
    tag,
    summary: 'List the events of the account',
    query: listQuery(eventLists),
    success: { 200: Type.Ref('EventPage') },
    isList: true,
    handler: async request => {
      const listing = readListing(request.query as Query, eventLists)
      const { rows, total } = await listEvents(app.readers, request.caller.account_id, listing)
      return renderPage(await showEvents(app.readers, rows, listing), total, listing, selfUrlOf(request))
    },
  })

  route(app, {
    spellings: ['GET /events/:id'],
    id: 'getEvent',
    tag,
    summary: 'Get an event',
    query: projectionQuery(eventLists),
    success: { 200: Type.Ref('Event') },
    handler: async (request, reply) => {
      const event = await mustFindEvent(app.readers, request.caller.account_id, idOf(request, 'Event'))
      tagVersion(reply, event.version)
      const [item] = await showEvents(
        app.readers,
        [event],
        readProjection(request.query as Query, eventLists),
      )
      return item
    },
  })
}

const created = (row: EventRow): Answer => ({
  ...updated(row),
  status: 201,
  location: `/api/v1/events/${row.id}`,
})
const updated = (event: ChangedEvent): Answer => ({
  status: 200,
  body: toWrittenEvent(event),
  version: event.version,
})
