import { ApiError } from '../../errors.ts'
import { answerOf, bodyOf, pageSchema } from '../../http/document/schemas.ts'
import { readListing, renderPage } from '../../http/lists/listing.ts'
import { writeQuery } from '../../http/lists/parameters.ts'
import type { Operation } from '../../http/operation.ts'
import { CountParameter, isAsked, Switch } from '../../http/query.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { readNew, settle } from '../../http/values/draft.ts'
import { write } from '../../http/write.ts'
import { mustOwnEvent } from '../../records/events/events.ts'
import { listConflictsOf, sessionsIn, withPeople } from './conflicts.ts'
import { deleteIntended, insertIntended } from './queries.ts'
import { Conflict, IntentionInput } from './schema.ts'

const tag = 'Conflicts'
const noun = 'Event'
const paging = { attributes: {}, sparse: Object.keys(Conflict.properties) }

export const conflictOperations: Operation[] = [
  {
    spellings: ['GET /events/:id/conflicts'],
    id: 'listConflicts',
    tag,
    summary: 'List the conflicts of a programme',
    description:
      'Of the sessions that are approved, converted or live: the most urgent kind first, then those of most seats. Of each kind at most 10,000 are found. They are reported, and never refused. Those that are intended are left out, unless they are asked for.',
    noun,
    query: {
      page: CountParameter({ description: 'Number of the page, from 1.' }),
      'per-page': CountParameter({ description: 'Items of a page: 20 unless given.', examples: [20] }),
      intended: Switch('`true`: lists those that are intended as well.'),
    },
    success: { 200: pageSchema('Conflict', Conflict) },
    isList: true,
    handler: async call => {
      const { db, query, account_id, id } = call
      const listing = readListing({ ...query, fields: '*' }, paging)
      const event = await mustOwnEvent(db, account_id, id)
      const all = await listConflictsOf(db, event.id)
      const shown = isAsked(call, 'intended') ? all : all.filter(({ intended }) => intended === 0)
      const start = (listing.page - 1) * listing.perPage
      const items = await withPeople(db, shown.slice(start, start + listing.perPage))
      return renderPage(items, shown.length, listing, call.selfUrl)
    },
  },
  {
    spellings: ['PUT /events/:id/conflicts/:key'],
    id: 'markConflict',
    tag,
    summary: 'Mark a conflict as intended',
    description:
      'Real programmes have rooms that are no rooms, and people who host two things at once. One that is intended is silent until `intended=0` takes that back, or it is another conflict.',
    noun,
    query: writeQuery,
    body: bodyOf('ConflictIntention', IntentionInput),
    success: { 200: answerOf('Conflict', Conflict) },
    handler: call =>
      write(call, async inside => {
        const { db, actor, account_id, id, body } = inside
        const key = inside.parameter('key')
        const event = await mustOwnEvent(db, account_id, id)
        mustMatchVersion(actor.ifMatch, event.version)
        const intended = settle(readNew(IntentionInput, body)).intended ?? 1
        const found = await listConflictsOf(db, event.id, sessionsIn(key))
        const [conflict] = await withPeople(
          db,
          found.filter(each => each.key === key),
        )
        if (!conflict)
          throw new ApiError(404, 'not_found', `There is no conflict ${key.slice(0, 200)} in this programme.`)
        if (intended === 1) await insertIntended(db, actor, event.id, key)
        else await deleteIntended(db, actor, event.id, key)
        return { status: 200, body: { ...conflict, intended } }
      }),
  },
]
