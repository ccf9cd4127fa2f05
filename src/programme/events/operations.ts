import Type from 'typebox'
import { type Answer, notTold, notToldNote } from '../../http/answer.ts'
import { answerOf, bodyOf, recordSchemas, withMeanings } from '../../http/document/schemas.ts'
import { upsert } from '../../http/external.ts'
import { readListing, readProjection, renderPage } from '../../http/lists/listing.ts'
import { listQuery, projectionQuery, writeQuery } from '../../http/lists/parameters.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { isAsked, Switch } from '../../http/query.ts'
import { tagVersion } from '../../http/server/etag.ts'
import { readNew } from '../../http/values/draft.ts'
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
import { CloneInput, Event, EventInput, eventLists, WrittenEvent } from './schema.ts'
import { showEvents, toWrittenEvent } from './view.ts'

const tag = 'Events'
const noun = 'Event'
const schemas = recordSchemas('Event', Event, EventInput)
const written = answerOf('WrittenEvent', withMeanings(WrittenEvent, EventInput))
const changeQuery = {
  ...writeQuery,
  override_capacity_errors: Switch(
    '`true`: allows to lower a capacity below the number of registrants. Understood in the body as well.',
  ),
}
const mayOverride = (call: Call) => isAsked(call, 'override_capacity_errors')

export const eventOperations: Operation[] = [
  {
    spellings: ['POST /events/create', 'POST /events'],
    id: 'createEvent',
    tag,
    summary: 'Create an event',
    query: writeQuery,
    body: schemas.input,
    success: { 201: schemas.record },
    handler: call =>
      write(call, async ({ db, actor, body }) =>
        created(await createEvent(db, actor, readNew(EventInput, body))),
      ),
  },
  {
    spellings: ['PUT /events/update/:id', 'PUT /events/:id', 'PATCH /events/:id'],
    id: 'updateEvent',
    tag,
    summary: 'Update an event',
    description:
      "Only the given fields change. Changing the zone keeps the wall-clock times of sessions that use the event's zone; `new_conflicts` and `not_included` say what that did to seats. A capacity lowered below `registrants_count` is 422 and says how many there are, unless `override_capacity_errors=true`.",
    noun,
    query: changeQuery,
    body: schemas.update,
    aliases: eventLists.expansions,
    success: { 200: written },
    handler: call =>
      write(call, async ({ db, actor, id, body }) =>
        updated(await changeEvent(db, actor, id, body, mayOverride(call))),
      ),
  },
  {
    spellings: ['PUT /events/external/:external_id'],
    id: 'upsertEvent',
    tag,
    summary: 'Create or update an event by its external id',
    query: changeQuery,
    body: schemas.upsert,
    aliases: eventLists.expansions,
    success: { 200: written, 201: written },
    handler: call =>
      upsert(call, {
        find: (db, actor, externalId) => findEventByExternalId(db, actor.account_id, externalId),
        create: async (db, actor, body) => created(await createEvent(db, actor, readNew(EventInput, body))),
        update: async (db, actor, id, body) =>
          updated(await changeEvent(db, actor, id, body, mayOverride(call))),
      }),
  },
  {
    spellings: ['POST /events/:id/clone'],
    id: 'cloneEvent',
    tag,
    summary: 'Clone an event',
    description:
      'Copies settings, tracks, locations, sessions, speakers, registrant types and questions, never registrants or submissions. With `start_date` every date moves by the same number of days.',
    noun,
    query: writeQuery,
    body: bodyOf('CloneInput', CloneInput),
    success: { 201: schemas.record },
    handler: call =>
      write(call, async ({ db, actor, id, body }) =>
        created(await cloneEvent(db, actor, id, readNew(CloneInput, body))),
      ),
  },
  {
    spellings: ['DELETE /events/delete/:id', 'DELETE /events/:id'],
    id: 'deleteEvent',
    tag,
    summary: 'Delete an event',
    description: `All that belongs to it goes with it. One that has registrants or submissions needs \`force=1\`. They cannot be told afterwards: cancel them, or withdraw the sessions, with \`send_email=true\` before. ${notToldNote}`,
    noun,
    query: { ...writeQuery, force: Switch('`true`: deletes it although it has registrants or submissions.') },
    failures: [422],
    success: { 204: Type.Null() },
    handler: call =>
      write(call, async inside => {
        const force = isAsked(inside, 'force')
        const people = await removeEvent(inside.db, inside.actor, inside.id, force)
        return { status: 204, ...notTold(people) }
      }),
  },
  {
    spellings: ['GET /events'],
    id: 'listEvents',
    permission: { also: ['reviewer', 'check-in'] },
    tag,
    summary: 'List the events of the account',
    query: listQuery(eventLists),
    reads: eventLists,
    success: { 200: schemas.page },
    isList: true,
    handler: async call => {
      const { db, query, account_id } = call
      const listing = readListing(query, eventLists)
      const { rows, total } = await listEvents(db, account_id, listing)
      return renderPage(await showEvents(db, rows, listing), total, listing, call.selfUrl)
    },
  },
  {
    spellings: ['GET /events/:id'],
    id: 'getEvent',
    permission: { also: ['reviewer', 'check-in'] },
    tag,
    summary: 'Get an event',
    noun,
    query: projectionQuery(eventLists),
    reads: eventLists,
    success: { 200: schemas.record },
    handler: async ({ db, reply, query, account_id, id }) => {
      const event = await mustFindEvent(db, account_id, id)
      tagVersion(reply, event.version)
      const [item] = await showEvents(db, [event], readProjection(query, eventLists))
      return item
    },
  },
]

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
