import type { FastifyInstance } from 'fastify'
import { mustNameEvent } from '../../http/listing.ts'
import type { Query } from '../../http/query.ts'
import { eventListQuery, route } from '../../http/route.ts'
import { definitionOperations } from '../../records/definitions/operations.ts'
import { mustNameOwnEvent, mustOwnEvent } from '../../records/events/events.ts'
import { eventQuestions } from './event-questions.ts'
import { eventQuestionLists } from './schema.ts'

export function eventQuestionRoutes(app: FastifyInstance): void {
  const operations = definitionOperations(eventQuestions, {
    tag: 'Event questions',
    one: 'question',
    name: 'EventQuestion',
    spellings: {
      create: ['POST /event-questions/create', 'POST /event-questions'],
      update: ['PUT /event-questions/update/:id', 'PUT /event-questions/:id', 'PATCH /event-questions/:id'],
      delete: ['DELETE /event-questions/delete/:id', 'DELETE /event-questions/:id'],
      list: ['GET /event-questions'],
      get: ['GET /event-questions/:id'],
    },
    location: 'event-questions',
    losers: 'answers',
    deletion: 'Its answer goes from every registrant.',
    list: {
      summary: 'List the questions of an event',
      query: eventListQuery(eventQuestionLists),
      failures: [404],
      ownerOf: async (db, request) => {
        const named = mustNameEvent(request.query as Query)
        return (await mustOwnEvent(db, request.caller.account_id, named)).id
      },
    },
    create: (db, actor, body) =>
      eventQuestions.create(db, actor, body, draft => mustNameOwnEvent(db, actor.account_id, draft)),
    cache: app.eventQuestions,
  })
  for (const operation of operations) route(app, operation)
}
