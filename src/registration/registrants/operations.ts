import Type from 'typebox'
import { answerOf, bodyOf, recordSchemas, tellDefaults, withMeanings } from '../../http/document/schemas.ts'
import { upsert } from '../../http/external.ts'
import { mustNameEvent, readProjection, renderPage } from '../../http/lists/listing.ts'
import { eventListQuery, projectionQuery, writeQuery } from '../../http/lists/parameters.ts'
import type { Operation } from '../../http/operation.ts'
import { tagVersion } from '../../http/server/etag.ts'
import { ignoreUnknownFields, namesAsked, readListingBy } from '../../records/custom-fields/definitions.ts'
import { listOfEvent } from '../../records/events/events.ts'
import { type DeskWork, workAtDesk, writeAtDesk } from '../desk/write.ts'
import { checkInNote, readCheckIn } from './check-in.ts'
import { CheckedIn, CheckInInput } from './check-in-schema.ts'
import { listRegistrants, seatAttributes } from './list-queries.ts'
import { mannerOf, seatQuery } from './manner.ts'
import { questionsOf, type RegistrantParts, toolsFor } from './parts.ts'
import { findRegistrantByExternalId } from './queries.ts'
import {
  changeRegistrant,
  checkIn,
  mustFindAnswered,
  mustFindRegistrant,
  register,
  removeRegistrant,
} from './registrants.ts'
import { Registrant, RegistrantBody, registrantLists, WrittenRegistrant } from './schema.ts'
import { showRegistrant, showRegistrants } from './view.ts'

const tag = 'Registrants'
const noun = 'Registrant'
const schemas = recordSchemas('Registrant', Registrant, RegistrantBody)
const written = answerOf('WrittenRegistrant', withMeanings(WrittenRegistrant, RegistrantBody))
const searchable = {
  ...registrantLists,
  attributes: { ...registrantLists.attributes, ...seatAttributes },
}

export const registrantOperations: Operation<RegistrantParts>[] = [
  {
    spellings: ['POST /registrants/create', 'POST /registrants'],
    id: 'createRegistrant',
    tag,
    summary: 'Register a person',
    description:
      'Person and seats in one transaction: both, or neither. `session_ids` names the sessions; without it the ones that are selected by default are taken as far as they fit, and `skipped_sessions` says which were not. Included sessions are taken without asking.',
    query: seatQuery,
    body: schemas.input,
    success: { 201: written },
    failures: [404],
    handler: call =>
      writeAtDesk(call, {
        order: inside => register(toolsFor(inside), inside.actor, inside.body, mannerOf(inside)),
        answer: created,
      }),
  },
  {
    spellings: ['PUT /registrants/update/:id', 'PUT /registrants/:id', 'PATCH /registrants/:id'],
    id: 'updateRegistrant',
    tag,
    summary: 'Update a registrant',
    description:
      'Only the given fields change. `session_ids` replaces the selection at once: a swap never loses the old seat. `registration_status=cancelled` gives everything back.',
    noun,
    query: seatQuery,
    body: schemas.update,
    aliases: registrantLists.expansions,
    success: { 200: written },
    handler: call =>
      writeAtDesk(call, {
        order: inside =>
          changeRegistrant(toolsFor(inside), inside.actor, inside.id, inside.body, mannerOf(inside)),
        answer: updated,
      }),
  },
  {
    spellings: ['PUT /registrants/external/:external_id'],
    id: 'upsertRegistrant',
    tag,
    summary: 'Create or update a registrant by their external id',
    query: seatQuery,
    body: schemas.upsert,
    aliases: registrantLists.expansions,
    success: { 200: written, 201: written },
    failures: [404],
    handler: call =>
      upsert(call, {
        find: (db, actor, externalId, event_id) =>
          findRegistrantByExternalId(db, actor.account_id, event_id, externalId),
        create: (db, actor, body) =>
          workAtDesk(call.within(db), {
            order: inside => register(toolsFor(inside), actor, body, mannerOf(call)),
            answer: created,
          }),
        update: (db, actor, id, body) =>
          workAtDesk(call.within(db), {
            order: inside => changeRegistrant(toolsFor(inside), actor, id, body, mannerOf(call)),
            answer: updated,
          }),
      }),
  },
  {
    spellings: ['DELETE /registrants/delete/:id', 'DELETE /registrants/:id'],
    id: 'deleteRegistrant',
    tag,
    summary: 'Delete a registrant',
    description: 'Seats are given back first, and waitlists move.',
    noun,
    query: writeQuery,
    success: { 204: Type.Null() },
    handler: call =>
      writeAtDesk(call, {
        order: ({ db, actor, id }) => removeRegistrant(db, actor, id),
        answer: async () => ({ status: 204 }),
      }),
  },
  {
    spellings: ['POST /registrants/checkin'],
    id: 'checkInRegistrant',
    permission: { also: ['check-in'] },
    tag,
    summary: 'Check a registrant in',
    description:
      'Sets the status to attended, confirmed or no_show. `first_check_in` says whether it was not attended before: a second check-in changes nothing, and `checked_in_at` has the moment of the first.',
    query: writeQuery,
    body: bodyOf('CheckInInput', tellDefaults(CheckInInput)),
    aliases: ['registrant_id'],
    success: { 200: answerOf('CheckedIn', withMeanings(CheckedIn, RegistrantBody)) },
    failures: [404, 412],
    handler: call =>
      writeAtDesk(call, {
        order: async ({ db, actor, body }) => {
          const { id, status } = readCheckIn(body)
          return checkIn(db, actor, id, status)
        },
        answer: async (inside, granted, order) => {
          const { body, ...answer } = await updated(inside, granted, order)
          return {
            ...answer,
            body: { ...body, ...checkInNote(order.wish.status!, granted.before.status) },
          }
        },
      }),
  },
  {
    spellings: ['GET /registrants'],
    id: 'listRegistrants',
    permission: { also: ['check-in'] },
    tag,
    summary: 'List the registrants of an event',
    description:
      'Who is in a session: `search=session_ids=12345`; who waits for it: `search=waitlisted_session_ids=12345`. Both take `=`, `!=` and `=*in*12345|12346`; nothing after `=` finds those who have none. Addresses are searched line by line: `search=work_address_id.city=Paris`.',
    query: eventListQuery(registrantLists),
    reads: registrantLists,
    success: { 200: schemas.page },
    failures: [404],
    isList: true,
    handler: async call => {
      const { db, query, account_id, parts } = call
      const event = { account_id, id: mustNameEvent(query) }
      const { rows, total, listing } = await listOfEvent(db, event, async () => {
        const { listing, fields } = await readListingBy(parts.eventQuestions, event.id, query, searchable)
        ignoreUnknownFields(call, fields)
        return { ...(await listRegistrants(db, event, listing)), listing }
      })
      const questions = await questionsOf(call)(event.id, ...rows.map(row => row.custom_fields))
      const items = await showRegistrants(db, rows, questions, listing)
      return renderPage(items, total, listing, call.selfUrl)
    },
  },
  {
    spellings: ['GET /registrants/:id'],
    id: 'getRegistrant',
    permission: { also: ['check-in'] },
    tag,
    summary: 'Get a registrant',
    noun,
    query: projectionQuery(registrantLists),
    reads: registrantLists,
    success: { 200: schemas.record },
    handler: async call => {
      const { db, query, account_id } = call
      const registrant = await mustFindRegistrant(db, account_id, call.id)
      tagVersion(call.reply, registrant.version)
      const { event_id, custom_fields } = registrant
      const projection = readProjection(query, registrantLists)
      const questions = await questionsOf(call)(event_id, custom_fields, namesAsked(query))
      ignoreUnknownFields(call, questions)
      const [item] = await showRegistrants(db, [registrant], questions, projection)
      return item
    },
  },
]

const updated: DeskWork<RegistrantParts>['answer'] = async (call, { skipped, before }, { actor, wish }) => {
  const registrant = await mustFindAnswered(call.db, actor.account_id, wish.registrant_id)
  const questions = await questionsOf(call)(registrant.event_id, registrant.custom_fields)
  return {
    status: 200,
    body: {
      ...showRegistrant(registrant, questions),
      ...(skipped.length > 0 && { skipped_sessions: skipped }),
      ...(before.expired_session_ids.length > 0 && {
        expired_session_ids: before.expired_session_ids.map(String),
      }),
    },
    version: registrant.version,
  }
}

const created: DeskWork<RegistrantParts>['answer'] = async (call, granted, order) => ({
  ...(await updated(call, granted, order)),
  status: 201,
  location: `/api/v1/registrants/${order.wish.registrant_id}`,
})
