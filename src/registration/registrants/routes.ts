import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Db } from '../../db/connection.ts'
import { actorOf } from '../../http/actor.ts'
import type { Body } from '../../http/draft.ts'
import { tagVersion } from '../../http/etag.ts'
import { upsert } from '../../http/external.ts'
import { selfUrlOf } from '../../http/links.ts'
import { mustNameEvent, readProjection, renderPage } from '../../http/listing.ts'
import type { Query } from '../../http/query.ts'
import { eventListQuery, idOf, projectionQuery, route, writeQuery } from '../../http/route.ts'
import {
  ignoreUnknownFields,
  namesAsked,
  readListingBy,
  strangersTo,
} from '../../records/custom-fields/definitions.ts'
import { mustOwnEvent } from '../../records/events/events.ts'
import { type DeskWork, workAtDesk, writeAtDesk } from '../desk/write.ts'
import { checkInNote, readCheckIn } from './check-in.ts'
import { listRegistrants, seatAttributes } from './list-queries.ts'
import { mannerOf, seatQuery } from './manner.ts'
import { findRegistrantByExternalId } from './queries.ts'
import {
  changeRegistrant,
  checkIn,
  mustFindAnswered,
  mustFindRegistrant,
  type Registration,
  register,
  removeRegistrant,
} from './registrants.ts'
import { registrantLists } from './schema.ts'
import { showRegistrant, showRegistrants } from './view.ts'

const tag = 'Registrants'
const searchable = {
  ...registrantLists,
  attributes: { ...registrantLists.attributes, ...seatAttributes },
}

export function registrantRoutes(app: FastifyInstance): void {
  const questionsOf =
    (db: Db) =>
    (event_id: number, ...values: Body[]) =>
      app.eventQuestions.getKnowing(String(event_id), strangersTo(...values), db)
  const toolsFor = (db: Db): Registration => ({
    db,
    desk: app.desk,
    ids: app.registrantIds,
    questionsOf: questionsOf(db),
  })
  const updated: DeskWork['answer'] = async (db, { skipped, before }, { errand: { actor, wish } }) => {
    const registrant = await mustFindAnswered(db, actor.account_id, wish.registrant_id)
    return {
      status: 200,
      body: {
        ...showRegistrant(registrant, await questionsOf(db)(registrant.event_id, registrant.custom_fields)),
        ...(skipped.length > 0 && { skipped_sessions: skipped }),
        ...(before.expired_session_ids.length > 0 && {
          expired_session_ids: before.expired_session_ids.map(String),
        }),
      },
      version: registrant.version,
    }
  }
  const created: DeskWork['answer'] = async (db, granted, order) => ({
    ...(await updated(db, granted, order)),
    status: 201,
    location: `/api/v1/registrants/${order.errand.wish.registrant_id}`,
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
    success: { 201: Type.Ref('WrittenRegistrant') },
    failures: [404],
    handler: (request, reply) =>
      writeAtDesk(request, reply, {
        order: db => register(toolsFor(db), actorOf(request), request.body as Body, mannerOf(request)),
        answer: created,
      }),
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
    aliases: registrantLists.expansions,
    success: { 200: Type.Ref('WrittenRegistrant') },
    handler: (request, reply) =>
      writeAtDesk(request, reply, {
        order: db =>
          changeRegistrant(
            toolsFor(db),
            actorOf(request),
            idOf(request, 'Registrant'),
            request.body as Body,
            mannerOf(request),
          ),
        answer: updated,
      }),
  })

  route(app, {
    spellings: ['PUT /registrants/external/:external_id'],
    id: 'upsertRegistrant',
    tag,
    summary: 'Create or update a registrant by their external id',
    query: seatQuery,
    body: Type.Ref('RegistrantUpsert'),
    aliases: registrantLists.expansions,
    success: { 200: Type.Ref('WrittenRegistrant'), 201: Type.Ref('WrittenRegistrant') },
    failures: [404],
    handler: (request, reply) =>
      upsert(request, reply, {
        find: (db, actor, externalId, event_id) =>
          findRegistrantByExternalId(db, actor.account_id, event_id, externalId),
        create: (db, actor, body) =>
          workAtDesk(request, db, {
            order: db => register(toolsFor(db), actor, body, mannerOf(request)),
            answer: created,
          }),
        update: (db, actor, id, body) =>
          workAtDesk(request, db, {
            order: db => changeRegistrant(toolsFor(db), actor, id, body, mannerOf(request)),
            answer: updated,
          }),
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
      writeAtDesk(request, reply, {
        order: db => removeRegistrant(db, actorOf(request), idOf(request, 'Registrant')),
        answer: async () => ({ status: 204 }),
      }),
  })

  route(app, {
    spellings: ['POST /registrants/checkin'],
    id: 'checkInRegistrant',
    tag,
    summary: 'Check a registrant in',
    description:
      'Sets the status to attended, confirmed or no_show. `first_check_in` says whether it was not attended before: a second check-in changes nothing, and `checked_in_at` has the moment of the first.',
    query: writeQuery,
    body: Type.Ref('CheckInInput'),
    aliases: ['registrant_id'],
    success: { 200: Type.Ref('CheckedIn') },
    failures: [404, 412],
    handler: (request, reply) =>
      writeAtDesk(request, reply, {
        order: async db => {
          const { id, status } = readCheckIn(request.body as Body)
          return checkIn(db, actorOf(request), id, status)
        },
        answer: async (db, granted, order) => {
          const { body, ...answer } = await updated(db, granted, order)
          return {
            ...answer,
            body: { ...body, ...checkInNote(order.errand.wish.status!, granted.before.status) },
          }
        },
      }),
  })

  route(app, {
    spellings: ['GET /registrants'],
    id: 'listRegistrants',
    tag,
    summary: 'List the registrants of an event',
    description:
      'Who is in a session: `search=session_ids=12345`; who waits for it: `search=waitlisted_session_ids=12345`. Both take `=`, `!=` and `=*in*12345|12346`; nothing after `=` finds those who have none. Addresses are searched line by line: `search=work_address_id.city=Paris`.',
    query: eventListQuery(registrantLists),
    success: { 200: Type.Ref('RegistrantPage') },
    failures: [404],
    isList: true,
    handler: async request => {
      const query = request.query as Query
      const event = await mustOwnEvent(app.readers, request.caller.account_id, mustNameEvent(query))
      const { listing, fields } = await readListingBy(app.eventQuestions, event.id, query, searchable)
      ignoreUnknownFields(request, fields)
      const { rows, total } = await listRegistrants(app.readers, event.id, listing)
      const questions = await questionsOf(app.readers)(event.id, ...rows.map(row => row.custom_fields))
      return renderPage(
        await showRegistrants(app.readers, rows, questions, listing),
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
    query: projectionQuery(registrantLists),
    success: { 200: Type.Ref('Registrant') },
    handler: async (request, reply) => {
      const registrant = await mustFindRegistrant(
        app.readers,
        request.caller.account_id,
        idOf(request, 'Registrant'),
      )
      tagVersion(reply, registrant.version)
      const query = request.query as Query
      const projection = readProjection(query, registrantLists)
      const questions = await questionsOf(app.readers)(
        registrant.event_id,
        registrant.custom_fields,
        namesAsked(query),
      )
      ignoreUnknownFields(request, questions)
      const [item] = await showRegistrants(app.readers, [registrant], questions, projection)
      return item
    },
  })
}
