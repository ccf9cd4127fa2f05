import Type from 'typebox'
import { transaction } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import { answerOf, bodyOf, pageSchema } from '../../http/document/schemas.ts'
import { mustNameEvent, project, readListing, readProjection, renderPage } from '../../http/lists/listing.ts'
import { eventListQuery, projectionQuery, writeQuery } from '../../http/lists/parameters.ts'
import type { Operation } from '../../http/operation.ts'
import { tagVersion } from '../../http/server/etag.ts'
import { viewOf } from '../../http/view.ts'
import { write } from '../../http/write.ts'
import { listOfEvent, mustOwnEvent } from '../../records/events/events.ts'
import { OutboxLetter, outboxLists } from '../../records/outbox/schema.ts'
import { mustFindRegistrant } from '../../registration/registrants/registrants.ts'
import { findLetter, listOutbox, readDisabledEmails } from './queries.ts'
import { EmailTemplates, Triggered } from './schema.ts'
import { mustBeTriggered, showTemplates, switchTemplates, triggerLetter } from './templates.ts'

const tag = 'E-mail'
const toLetter = viewOf(OutboxLetter)

export const mailOperations: Operation[] = [
  {
    spellings: ['POST /registrants/:id/trigger-email/:type'],
    id: 'triggerEmail',
    tag,
    summary: 'Send an e-mail to a registrant',
    description:
      'Puts an e-mail into the outbox: confirmation, modified, cancelled or abandoned. The names of the hosted API are understood as well: registration_created, registration_modified, registration_cancelled (or registration_canceled), registration_abandoned. `sent` is 0 when the event has switched the template off.',
    noun: 'Registrant',
    query: writeQuery,
    success: { 200: answerOf('Triggered', Triggered) },
    handler: call =>
      write(call, async ({ db, actor }) => {
        const kind = mustBeTriggered(call.parameter('type'))
        const registrant = await mustFindRegistrant(db, actor.account_id, call.id)
        return { status: 200, body: await triggerLetter(db, registrant, kind, actor.now) }
      }),
  },
  {
    spellings: ['GET /outbox'],
    id: 'listOutbox',
    tag,
    summary: 'List the e-mails of an event',
    query: eventListQuery(outboxLists),
    reads: outboxLists,
    success: { 200: pageSchema('OutboxEmail', OutboxLetter) },
    failures: [404],
    isList: true,
    handler: async call => {
      const { db, query, account_id } = call
      const event = { account_id, id: mustNameEvent(query) }
      const { rows, total, listing } = await listOfEvent(db, event, async () => {
        const listing = readListing(query, outboxLists)
        return { ...(await listOutbox(db, event, listing)), listing }
      })
      const items = rows.map(row => project(toLetter(row), listing))
      return renderPage(items, total, listing, call.selfUrl)
    },
  },
  {
    spellings: ['GET /outbox/:id'],
    id: 'getLetter',
    tag,
    summary: 'Get an e-mail',
    noun: 'E-mail',
    query: projectionQuery(outboxLists),
    reads: outboxLists,
    success: { 200: answerOf('OutboxEmail', OutboxLetter) },
    handler: async ({ db, reply, query, account_id, id }) => {
      const letter = await findLetter(db, account_id, id)
      if (!letter) throw notFound('E-mail', id)
      // No e-mail is changed by the API, so its versions are not counted.
      tagVersion(reply, 0)
      return project(toLetter(letter), readProjection(query, outboxLists))
    },
  },
  {
    spellings: ['GET /events/:id/emails'],
    id: 'getEmailTemplates',
    tag,
    summary: 'Get which e-mails an event sends',
    description: 'They are a part of the event: their ETag has the version of the event.',
    noun: 'Event',
    success: { 200: answerOf('EmailTemplates', EmailTemplates), 304: Type.Null() },
    handler: async ({ db, reply, account_id, id }) => {
      const event = await mustOwnEvent(db, account_id, id)
      tagVersion(reply, event.version)
      return showTemplates(await readDisabledEmails(db, event.id))
    },
  },
  {
    spellings: ['PUT /events/:id/emails'],
    id: 'switchEmailTemplates',
    tag,
    summary: 'Switch e-mails of an event on and off',
    description: 'Only the given kinds change. What is switched off is not written at all.',
    noun: 'Event',
    query: writeQuery,
    body: bodyOf('EmailTemplatesUpdate', Type.Partial(EmailTemplates)),
    success: { 200: answerOf('EmailTemplates', EmailTemplates) },
    handler: call =>
      write(call, async ({ db, actor, id, body }) => ({
        status: 200,
        ...(await transaction(db, tx => switchTemplates(tx, actor, id, body))),
      })),
  },
]
