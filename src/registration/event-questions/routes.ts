import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Db } from '../../db/connection.ts'
import { type Actor, actorOf } from '../../http/actor.ts'
import type { Answer } from '../../http/answer.ts'
import type { Body } from '../../http/draft.ts'
import { tagVersion } from '../../http/etag.ts'
import { selfUrlOf } from '../../http/links.ts'
import { mustNameEvent, project, readListing, readProjection, renderPage } from '../../http/listing.ts'
import type { Query } from '../../http/query.ts'
import { eventListQuery, idOf, projectionQuery, route, writeQuery } from '../../http/route.ts'
import { viewOf } from '../../http/view.ts'
import { write } from '../../http/write.ts'
import { attributeOf } from '../../records/custom-fields/values.ts'
import { mustOwnEvent } from '../../records/events/events.ts'
import {
  changeEventQuestion,
  createEventQuestion,
  mustFindEventQuestion,
  removeEventQuestion,
} from './event-questions.ts'
import { type EventQuestionRow, listEventQuestions } from './queries.ts'
import { EventQuestion, eventQuestionLists } from './schema.ts'

const tag = 'Event questions'
const noun = 'Event question'

export function eventQuestionRoutes(app: FastifyInstance): void {
  /** Carries out a change of a question; this process forgets the questions of its event at once. */
  const change = async (
    request: FastifyRequest,
    reply: FastifyReply,
    work: (db: Db, actor: Actor) => Promise<EventQuestionRow>,
    answerOf: (row: EventQuestionRow) => Answer,
  ) => {
    let changed: EventQuestionRow | undefined
    const answer = await write(request, reply, async db => {
      changed = await work(db, actorOf(request))
      return answerOf(changed)
    })
    if (changed) app.eventQuestions.forget(String(changed.event_id))
    return answer
  }

  route(app, {
    spellings: ['POST /event-questions/create', 'POST /event-questions'],
    id: 'createEventQuestion',
    tag,
    summary: 'Create a question',
    query: writeQuery,
    body: Type.Ref('EventQuestionInput'),
    success: { 201: Type.Ref('EventQuestion') },
    handler: (request, reply) =>
      change(
        request,
        reply,
        (db, actor) => createEventQuestion(db, actor, request.body as Body),
        row => ({ ...updated(row), status: 201, location: `/api/v1/event-questions/${row.id}` }),
      ),
  })

  route(app, {
    spellings: ['PUT /event-questions/update/:id', 'PUT /event-questions/:id', 'PATCH /event-questions/:id'],
    id: 'updateEventQuestion',
    tag,
    summary: 'Update a question',
    description:
      'Only the given members change. `choices: [{"delete":true,"id":149},{"name":"new"},{"id":152,"name":"renamed"}]` deletes, adds and renames; answers lose a choice that is deleted.',
    query: writeQuery,
    body: Type.Ref('EventQuestionUpdate'),
    success: { 200: Type.Ref('EventQuestion') },
    handler: (request, reply) =>
      change(
        request,
        reply,
        (db, actor) => changeEventQuestion(db, actor, idOf(request, noun), request.body as Body),
        updated,
      ),
  })

  route(app, {
    spellings: ['DELETE /event-questions/delete/:id', 'DELETE /event-questions/:id'],
    id: 'deleteEventQuestion',
    tag,
    summary: 'Delete a question',
    description: 'Its answer goes from every registrant.',
    query: writeQuery,
    success: { 204: Type.Null() },
    handler: (request, reply) =>
      change(
        request,
        reply,
        (db, actor) => removeEventQuestion(db, actor, idOf(request, noun)),
        () => ({ status: 204 }),
      ),
  })

  route(app, {
    spellings: ['GET /event-questions'],
    id: 'listEventQuestions',
    tag,
    summary: 'List the questions of an event',
    query: eventListQuery(eventQuestionLists),
    success: { 200: Type.Ref('EventQuestionPage') },
    failures: [404],
    isList: true,
    handler: async request => {
      const query = request.query as Query
      const listing = readListing(query, eventQuestionLists)
      const event = await mustOwnEvent(app.pool, request.caller.account_id, mustNameEvent(query))
      const { rows, total } = await listEventQuestions(app.pool, event.account_id, event.id, listing)
      return renderPage(
        rows.map(row => project(toEventQuestion(row), listing)),
        total,
        listing,
        selfUrlOf(request),
      )
    },
  })

  route(app, {
    spellings: ['GET /event-questions/:id'],
    id: 'getEventQuestion',
    tag,
    summary: 'Get a question',
    query: projectionQuery(eventQuestionLists),
    success: { 200: Type.Ref('EventQuestion') },
    handler: async (request, reply) => {
      const question = await mustFindEventQuestion(app.pool, request.caller.account_id, idOf(request, noun))
      tagVersion(reply, question.version)
      return project(toEventQuestion(question), readProjection(request.query as Query, eventQuestionLists))
    },
  })
}

const updated = (row: EventQuestionRow): Answer => ({
  status: 200,
  body: toEventQuestion(row),
  version: row.version,
})

const view = viewOf(EventQuestion)
const toEventQuestion = (row: EventQuestionRow): EventQuestion =>
  view({ ...row, attribute: attributeOf(row) })
