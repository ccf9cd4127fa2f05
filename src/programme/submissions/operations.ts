import Type from 'typebox'
import type { NotifiedCache } from '../../db/cache.ts'
import type { Db } from '../../db/connection.ts'
import { type Answer, notTold, notToldNote } from '../../http/answer.ts'
import { answerOf, recordSchemas, withMeanings } from '../../http/document/schemas.ts'
import { upsert } from '../../http/external.ts'
import { mustNameEvent, type Projection, readProjection, renderPage } from '../../http/lists/listing.ts'
import { eventListQuery, projectionQuery } from '../../http/lists/parameters.ts'
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
import { mannerOf, seatQuery } from '../../registration/registrants/manner.ts'
import { viewpointOf } from '../reviews/viewpoint.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import type { Written } from './conversion.ts'
import { listSubmissions } from './list-queries.ts'
import { findSubmissionByExternalId } from './queries.ts'
import { Submission, SubmissionBody, submissionLists, WrittenSubmission } from './schema.ts'
import {
  changeSubmission,
  convertSubmission,
  createSubmission,
  mustFindSubmission,
  removeSubmission,
} from './submissions.ts'
import { listsFor, showSubmissions } from './view.ts'

/** Definitions of the custom fields of an account, by its id. */
type Parts = { sessionFields: NotifiedCache<SessionFieldRow[]> }

const tag = 'Submissions'
const noun = 'Submission'
const schemas = recordSchemas('CfsSubmission', Submission, SubmissionBody)
const written = answerOf('WrittenCfsSubmission', withMeanings(WrittenSubmission, SubmissionBody))
const aliases = [...submissionLists.expansions!, 'session_status', 'warnings']

export const submissionOperations: Operation<Parts>[] = [
  {
    spellings: ['POST /cfs-submissions/create', 'POST /cfs-submissions'],
    id: 'createCfsSubmission',
    tag,
    summary: 'Create a submission',
    description:
      'A submission is a session with `submitted_at`, whatever its status: `GET /sessions` has it as well. A new one is `submitted`.',
    query: seatQuery,
    body: schemas.input,
    aliases,
    success: { 201: written },
    handler: async call => {
      const context = await contextOf(call)
      return write(call, async inside =>
        created(inside, await createSubmission(inside.db, inside.actor, context.fields, inside.body)),
      )
    },
  },
  {
    spellings: ['PUT /cfs-submissions/update/:id', 'PUT /cfs-submissions/:id', 'PATCH /cfs-submissions/:id'],
    id: 'updateCfsSubmission',
    tag,
    summary: 'Update a submission',
    description:
      'Only the given fields change. A status is a move: submitted → approved or rejected; approved → rejected or live; rejected → approved. Any other is 422 and names those that are allowed. `live` does what `convert` does. Speakers that are added to a live one speak after another `convert`.',
    noun,
    query: seatQuery,
    body: schemas.update,
    aliases,
    success: { 200: written },
    handler: async call => {
      const { fields } = await contextOf(call)
      const { id } = call
      return write(call, async inside => {
        const { db, actor, body } = inside
        return updated(inside, await changeSubmission(db, actor, fields, id, body, mannerOf(call)))
      })
    },
  },
  {
    spellings: ['PUT /cfs-submissions/external/:external_id'],
    id: 'upsertCfsSubmission',
    tag,
    summary: 'Create or update a submission by its external id',
    query: seatQuery,
    body: schemas.upsert,
    aliases,
    success: { 200: written, 201: written },
    handler: async call => {
      const { fields } = await contextOf(call)
      return upsert(call, {
        find: (db, actor, externalId, event_id) =>
          findSubmissionByExternalId(db, actor.account_id, event_id, externalId),
        create: async (db, actor, body) =>
          created(call.within(db), await createSubmission(db, actor, fields, body)),
        update: async (db, actor, id, body) =>
          updated(call.within(db), await changeSubmission(db, actor, fields, id, body, mannerOf(call))),
      })
    },
  },
  {
    spellings: ['DELETE /cfs-submissions/delete/:id', 'DELETE /cfs-submissions/:id'],
    id: 'deleteCfsSubmission',
    tag,
    summary: 'Delete a submission',
    description: `It is gone from the sessions, too, and its reviews go with it. One in which people have seats needs \`force=1\`. ${notToldNote}`,
    noun,
    query: { ...seatQuery, force: Switch('`true`: deletes it although people have seats in it.') },
    failures: [422],
    success: { 204: Type.Null() },
    handler: call =>
      write(call, async ({ db, actor, id }) => {
        const how = { force: isAsked(call, 'force'), mail: mannerOf(call).mail }
        return { status: 204, ...notTold(await removeSubmission(db, actor, id, how)) }
      }),
  },
  {
    spellings: ['GET /cfs-submissions'],
    id: 'listCfsSubmissions',
    permission: { also: ['reviewer'] },
    tag,
    summary: 'List the submissions of an event',
    description:
      'Submissions of every status: `search=submission_status=approved`, `sort=-rating_average`. A reviewer sees the ratings of those that they have reviewed and, while reviews are blind, nobody’s name.',
    query: eventListQuery(submissionLists),
    reads: submissionLists,
    success: { 200: schemas.page },
    failures: [404],
    isList: true,
    handler: async call => {
      const { db, query, account_id, parts, baseUrl } = call
      const event = { account_id, id: mustNameEvent(query) }
      const view = await viewpointOf(db, call.caller, event.id)
      const lists = listsFor(view)
      const read = await readListingBy(parts.sessionFields, account_id, query, lists)
      ignoreUnknownFields(call, read.fields)
      const { rows, total } = await listOfEvent(db, event, () =>
        listSubmissions(db, event, read.listing, lists),
      )
      const fields = await fieldsOf(call, strangersTo(...rows.map(row => row.custom_fields)))
      const items = await showSubmissions(db, rows, read.listing, { fields, baseUrl, view })
      return renderPage(items, total, read.listing, call.selfUrl)
    },
  },
  {
    spellings: ['GET /cfs-submissions/:id'],
    id: 'getCfsSubmission',
    permission: { also: ['reviewer'] },
    tag,
    summary: 'Get a submission',
    noun,
    query: projectionQuery(submissionLists),
    reads: submissionLists,
    success: { 200: schemas.record },
    handler: async call => {
      const submission = await mustFindSubmission(call.db, call.account_id, call.id)
      tagVersion(call.reply, submission.version)
      return show(call, submission, readProjection(call.query, submissionLists))
    },
  },
  {
    spellings: ['POST /cfs-submissions/:id/convert'],
    id: 'convertCfsSubmission',
    tag,
    summary: 'Put a submission into the programme',
    description:
      'An approved submission becomes live, and its speakers become speakers of the event and of the session: all of it, or nothing. Repeated, it gives the same answer. 422 `declined` when the submitter said no; while they have not answered, `warnings` says so.',
    noun,
    query: seatQuery,
    success: { 200: written },
    failures: [412, 422],
    handler: async call => {
      const { fields } = await contextOf(call)
      const { id } = call
      return write(call, async inside =>
        done(inside, await convertSubmission(inside.db, inside.actor, fields, id, mannerOf(call))),
      )
    },
  },
]

/** Before anything is written, so that a Host header that makes no link is refused in time. */
const contextOf = async (call: Call<Parts>) => ({
  fields: await fieldsOf(call, strangersTo(customValuesIn(call.body ?? {}))),
  baseUrl: call.baseUrl,
})

const fieldsOf = (
  { account_id, parts }: Call<Parts>,
  strangersIn: (fields: SessionFieldRow[]) => string[],
  db?: Db,
) => parts.sessionFields.getKnowing(String(account_id), strangersIn, db)

/** A submission as the caller sees it. */
async function show(call: Call<Parts>, row: Written, projection: Projection) {
  const { db, caller, query, baseUrl } = call
  const view = await viewpointOf(db, caller, row.event_id)
  const fields = await fieldsOf(call, strangersTo(row.custom_fields, namesAsked(query)), db)
  ignoreUnknownFields(call, fields)
  const [item] = await showSubmissions(db, [row], projection, { fields, baseUrl, view })
  return item!
}

async function done(call: Call<Parts>, row: Written): Promise<Answer> {
  const { not_included, new_conflicts, people_not_told, warnings } = row
  return {
    status: 200,
    body: {
      ...(await show(call, row, { fields: undefined, expand: new Set() })),
      ...(not_included && { not_included }),
      ...(new_conflicts && { new_conflicts }),
      ...(people_not_told && { people_not_told }),
      ...(warnings && { warnings }),
    },
  }
}

const updated = async (call: Call<Parts>, row: Written): Promise<Answer> => ({
  ...(await done(call, row)),
  version: row.version,
})

const created = async (call: Call<Parts>, row: Written): Promise<Answer> => ({
  ...(await updated(call, row)),
  status: 201,
  location: `/api/v1/cfs-submissions/${row.id}`,
})
