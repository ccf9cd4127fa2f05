import type { NotifiedCache } from '../../db/cache.ts'
import { mustNameEvent } from '../../http/lists/listing.ts'
import { eventListQuery } from '../../http/lists/parameters.ts'
import { definitionOperations } from '../../records/definitions/operations.ts'
import { mustNameOwnEvent, mustOwnEvent } from '../../records/events/events.ts'
import { type EventQuestionRow, eventQuestions } from './event-questions.ts'
import { EventQuestionBody, eventQuestionLists } from './schema.ts'

/** questions of an event, by its id */
type Parts = { eventQuestions: NotifiedCache<EventQuestionRow[]> }

export const eventQuestionOperations = definitionOperations(eventQuestions, {
  tag: 'Event questions',
  one: 'question',
  name: 'EventQuestion',
  body: EventQuestionBody,
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
    ownerOf: async ({ db, query, account_id }) =>
      (await mustOwnEvent(db, account_id, mustNameEvent(query))).id,
  },
  create: (db, actor, body) =>
    eventQuestions.create(db, actor, body, draft => mustNameOwnEvent(db, actor.account_id, draft)),
  cacheIn: (parts: Parts) => parts.eventQuestions,
})
