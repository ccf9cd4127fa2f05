import Type from 'typebox'
import type { NotifiedCache } from '../../db/cache.ts'
import type { Db } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import { notTold, notToldNote } from '../../http/answer.ts'
import { answerOf, recordSchemas, withMeanings } from '../../http/document/schemas.ts'
import { upsert } from '../../http/external.ts'
import { mustNameEvent, readProjection, renderPage } from '../../http/lists/listing.ts'
import { eventListQuery, projectionQuery, writeQuery } from '../../http/lists/parameters.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { isAsked, Switch } from '../../http/query.ts'
import { tagVersion } from '../../http/server/etag.ts'
import { write } from '../../http/write.ts'
import {
  ignoreUnknownFields,
  namesAsked,
  readListingBy,
  strangersTo,
} from '../../records/custom-fields/definitions.ts'
import { customValuesIn } from '../../records/custom-fields/values.ts'
import { listOfEvent } from '../../records/events/events.ts'
import { mannerOf } from '../../registration/registrants/manner.ts'
import { readSeats } from '../../seats/ledger/counts-queries.ts'
import { Seats } from '../../seats/schema.ts'
import { rehearsalQuery, rehearsing } from '../schedule/rehearsal.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { type Context, created, mustFindAnswered, updated } from './answered.ts'
import { changeSession } from './change.ts'
import { SessionBody } from './input-schema.ts'
import type { Insert } from './insert.ts'
import { listSessions } from './list-queries.ts'
import { findSessionByExternalId } from './queries.ts'
import { Session, sessionLists, WrittenSession } from './schema.ts'
import { createSession, mustFindSession, removeSession, type Written } from './sessions.ts'
import { showSessions } from './view.ts'

/** What sessions need of the program. */
type Parts = {
  /** definitions of the custom fields of an account, by its id */
  sessionFields: NotifiedCache<SessionFieldRow[]>
  /** writes new sessions that come at the same time together */
  insertSession: Insert
}

const tag = 'Sessions'
const noun = 'Session'
const schemas = recordSchemas('Session', Session, SessionBody)
const written = answerOf('WrittenSession', withMeanings(WrittenSession, SessionBody))
const tellsQuery = Switch(
  '`true`: tells those who have the session, or wait for it, by e-mail when it is moved or does not take place any more, and those who were told so when it does after all. Understood in the body as well.',
)
const changeQuery = {
  ...writeQuery,
  ...rehearsalQuery,
  send_email: tellsQuery,
  override_capacity_errors: Switch(
    '`true`: allows a capacity below the seats that are taken, and puts every active registrant into an included session whatever its capacity. Understood in the body as well.',
  ),
}

export const sessionOperations: Operation<Parts>[] = [
  {
    spellings: ['POST /sessions/create', 'POST /sessions'],
    id: 'createSession',
    tag,
    summary: 'Create a session',
    description:
      "Creates a new session within an event and returns the full record. Without a timezone the session inherits the event's; without a session_status it is live.",
    query: changeQuery,
    body: schemas.input,
    success: { 201: written },
    handler: async call => {
      const context = await contextOf(call)
      const { insertSession: insert } = call.parts
      return write(call, async ({ db, actor, body }) =>
        created(
          await createSession(db, actor, context.fields, body, { insert, override: mannerOf(call).override }),
          context,
        ),
      )
    },
  },
  {
    spellings: ['PUT /sessions/update/:id', 'PUT /sessions/:id', 'PATCH /sessions/:id'],
    id: 'updateSession',
    tag,
    summary: 'Update a session',
    description:
      'Only the given fields change. Waitlists move when that makes room. Switching to included adds every active registrant; `not_included` names those who did not fit. Registrants whose seats overlap since the session was moved keep them, and are named in `new_conflicts`. `people_not_told` counts those who have the session, or wait for it, and were not told that it is at another time, in another location, or not `live` any more; when it is `live` again, those who were told that it does not take place.',
    noun,
    query: changeQuery,
    body: schemas.update,
    aliases: sessionLists.expansions,
    success: { 200: written },
    handler: async call => {
      const context = await contextOf(call)
      const { id } = call
      return write(call, inside =>
        rehearsing(inside, id, async () => {
          const { db, actor, body } = inside
          const row = await changeSession(db, actor, context.fields, id, body, mannerOf(call))
          return answered(call, db, row, context)
        }),
      )
    },
  },
  {
    spellings: ['PUT /sessions/external/:external_id'],
    id: 'upsertSession',
    tag,
    summary: 'Create or update a session by its external id',
    query: changeQuery,
    body: schemas.upsert,
    aliases: sessionLists.expansions,
    success: { 200: written, 201: written },
    handler: async call => {
      const context = await contextOf(call)
      const { fields } = context
      return upsert(call, {
        find: (db, actor, externalId, event_id) =>
          findSessionByExternalId(db, actor.account_id, event_id, externalId),
        create: async (db, actor, body) =>
          created(
            await createSession(db, actor, fields, body, { override: mannerOf(call).override }),
            context,
          ),
        update: async (db, actor, id, body) =>
          answered(call, db, await changeSession(db, actor, fields, id, body, mannerOf(call)), context),
      })
    },
  },
  {
    spellings: ['DELETE /sessions/delete/:id', 'DELETE /sessions/:id'],
    id: 'deleteSession',
    tag,
    summary: 'Delete a session',
    description: `One in which people have seats, or for which they wait, needs \`force=1\`. ${notToldNote}`,
    noun,
    query: {
      ...writeQuery,
      ...rehearsalQuery,
      send_email: tellsQuery,
      force: Switch('`true`: deletes it although people have seats in it.'),
    },
    failures: [422],
    success: { 204: Type.Null() },
    handler: call =>
      write(call, inside =>
        rehearsing(inside, call.id, async () => {
          const how = { force: isAsked(call, 'force'), mail: mannerOf(call).mail }
          return { status: 204, ...notTold(await removeSession(inside.db, inside.actor, call.id, how)) }
        }),
      ),
  },
  {
    spellings: ['GET /sessions'],
    id: 'listSessions',
    permission: { also: ['check-in'] },
    tag,
    summary: 'List the sessions of an event',
    description: 'Sessions of every status.',
    query: eventListQuery(sessionLists),
    reads: sessionLists,
    success: { 200: schemas.page },
    failures: [404],
    isList: true,
    handler: async call => {
      const { db, query, account_id, parts } = call
      const event = { account_id, id: mustNameEvent(query) }
      const { rows, total, listing } = await listOfEvent(db, event, async () => {
        const read = await readListingBy(parts.sessionFields, account_id, query, sessionLists)
        ignoreUnknownFields(call, read.fields)
        return { ...(await listSessions(db, event, read.listing)), listing: read.listing }
      })
      const fields = await fieldsOf(call, strangersTo(...rows.map(row => row.custom_fields)))
      const items = await showSessions(db, rows, fields, listing, call.baseUrl)
      return renderPage(items, total, listing, call.selfUrl)
    },
  },
  {
    spellings: ['GET /sessions/:id'],
    id: 'getSession',
    permission: { also: ['check-in'] },
    tag,
    summary: 'Get a session',
    noun,
    query: projectionQuery(sessionLists),
    reads: sessionLists,
    success: { 200: schemas.record },
    handler: async call => {
      const { db, query, account_id } = call
      const session = await mustFindAnswered(db, account_id, call.id)
      tagVersion(call.reply, session.version)
      const projection = readProjection(query, sessionLists)
      const fields = await fieldsOf(call, strangersTo(session.custom_fields, namesAsked(query)))
      ignoreUnknownFields(call, fields)
      const [item] = await showSessions(db, [session], fields, projection, call.baseUrl)
      return item
    },
  },
  {
    spellings: ['GET /sessions/:id/seats'],
    id: 'getSeats',
    permission: { also: ['check-in'] },
    tag: 'Seats',
    summary: 'Get the seats and the waitlist of a session',
    noun,
    success: { 200: Seats },
    handler: async ({ db, account_id, id }) => {
      const session = await mustFindSession(db, account_id, id)
      const seats = await readSeats(db, session.id)
      // Deleted since it was found.
      if (!seats) throw notFound('Session', session.id)
      return seats
    },
  },
]

/** Before anything is written, so that a Host header that makes no link is refused in time. */
const contextOf = async (call: Call<Parts>): Promise<Context> => ({
  fields: await fieldsOf(call, strangersTo(customValuesIn(call.body))),
  baseUrl: call.baseUrl,
})

const fieldsOf = (
  { account_id, parts }: Call<Parts>,
  strangersIn: (fields: SessionFieldRow[]) => string[],
  db?: Db,
) => parts.sessionFields.getKnowing(String(account_id), strangersIn, db)

const answered = async (call: Call<Parts>, db: Db, row: Written, context: Context) =>
  updated(row, { ...context, fields: await fieldsOf(call, strangersTo(row.custom_fields), db) })
