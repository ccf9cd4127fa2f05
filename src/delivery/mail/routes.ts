import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { transaction } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import { actorOf } from '../../http/actor.ts'
import type { Body } from '../../http/draft.ts'
import { tagVersion } from '../../http/etag.ts'
import { selfUrlOf } from '../../http/links.ts'
import { mustNameEvent, project, readListing, readProjection, renderPage } from '../../http/listing.ts'
import type { Query } from '../../http/query.ts'
import { eventListQuery, idOf, projectionQuery, route, writeQuery } from '../../http/route.ts'
import { viewOf } from '../../http/view.ts'
import { write } from '../../http/write.ts'
import { mustOwnEvent } from '../../records/events/events.ts'
import { OutboxLetter, outboxLists } from '../../records/outbox/schema.ts'
import { mustFindRegistrant } from '../../registration/registrants/registrants.ts'
import { findLetter, listOutbox, readDisabledEmails } from './queries.ts'
import { mustBeTriggered, showTemplates, switchTemplates, triggerLetter } from './templates.ts'

const tag = 'E-mail'
const toLetter = viewOf(OutboxLetter)

export function mailRoutes(app: FastifyInstance): void {
  route(app, {
    spellings: ['POST /registrants/:id/trigger-email/:type'],
    id: 'triggerEmail',
    tag,
    summary: 'Send a letter to a registrant',
    description:
      'Puts a letter into the outbox: confirmation, modified, cancelled or abandoned. The names of the hosted API are understood as well: registration_created, registration_modified, registration_cancelled (or registration_canceled), registration_abandoned. `sent` is 0 when the event has switched the template off.',
    query: writeQuery,
    success: { 200: Type.Ref('Triggered') },
    handler: (request, reply) =>
      write(request, reply, async db => {
        const { type } = request.params as { type: string }
        const kind = mustBeTriggered(type)
        const actor = actorOf(request)
        const registrant = await mustFindRegistrant(db, actor.account_id, idOf(request, 'Registrant'))
        return { status: 200, body: await triggerLetter(db, registrant, kind, actor.now) }
      }),
  })

  route(app, {
    spellings: ['GET /outbox'],
    id: 'listOutbox',
    tag,
    summary: 'List the letters of an event',
    query: eventListQuery(outboxLists),
    success: { 200: Type.Ref('OutboxLetterPage') },
    failures: [404],
    isList: true,
    handler: async request => {
      const query = request.query as Query
      const event = await mustOwnEvent(app.readers, request.caller.account_id, mustNameEvent(query))
      const listing = readListing(query, outboxLists)
      const { rows, total } = await listOutbox(app.readers, event.id, listing)
      const items = rows.map(row => project(toLetter(row), listing))
      return renderPage(items, total, listing, selfUrlOf(request))
    },
  })

  route(app, {
    spellings: ['GET /outbox/:id'],
    id: 'getLetter',
    tag,
    summary: 'Get a letter',
    query: projectionQuery(outboxLists),
    success: { 200: Type.Ref('OutboxLetter') },
    handler: async (request, reply) => {
      const id = idOf(request, 'Letter')
      const letter = await findLetter(app.readers, request.caller.account_id, id)
      if (!letter) throw notFound('Letter', id)
      // Nobody changes a letter by the API, so that its versions are not counted.
      tagVersion(reply, 0)
      return project(toLetter(letter), readProjection(request.query as Query, outboxLists))
    },
  })

  route(app, {
    spellings: ['GET /events/:id/emails'],
    id: 'getEmailTemplates',
    tag,
    summary: 'Get which letters an event sends',
    description: 'They are a part of the event: their ETag has the version of the event.',
    success: { 200: Type.Ref('EmailTemplates'), 304: Type.Null() },
    handler: async (request, reply) => {
      const event = await mustOwnEvent(app.readers, request.caller.account_id, idOf(request, 'Event'))
      tagVersion(reply, event.version)
      return showTemplates(await readDisabledEmails(app.readers, event.id))
    },
  })

  route(app, {
    spellings: ['PUT /events/:id/emails'],
    id: 'switchEmailTemplates',
    tag,
    summary: 'Switch letters of an event on and off',
    description: 'Only the given kinds change. What is switched off is not written at all.',
    query: writeQuery,
    body: Type.Ref('EmailTemplatesUpdate'),
    success: { 200: Type.Ref('EmailTemplates') },
    handler: (request, reply) =>
      write(request, reply, async db => ({
        status: 200,
        ...(await transaction(db, tx =>
          switchTemplates(tx, actorOf(request), idOf(request, 'Event'), request.body as Body),
        )),
      })),
  })
}
