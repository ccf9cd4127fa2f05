import type { NotifiedCache } from '../../db/cache.ts'
import { invalid, notFound } from '../../errors.ts'
import { answerOf, bodyOf, pageSchema } from '../../http/document/schemas.ts'
import {
  type Listable,
  type Listing,
  mustNameEvent,
  project,
  readListing,
  readProjection,
  renderPage,
} from '../../http/lists/listing.ts'
import { eventListQuery, projectionQuery, writeQuery } from '../../http/lists/parameters.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { isAsked, readId, Switch } from '../../http/query.ts'
import { tagVersion } from '../../http/server/etag.ts'
import { isBlank } from '../../http/values/draft.ts'
import { viewOf } from '../../http/view.ts'
import { write } from '../../http/write.ts'
import { strangersTo } from '../../records/custom-fields/definitions.ts'
import { listOfEvent } from '../../records/events/events.ts'
import { mannerOf } from '../../registration/registrants/manner.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { readSchedule } from './planning.ts'
import { findScheduleChange, listScheduleChanges, listScheduleNotices } from './queries.ts'
import { rehearsalQuery } from './rehearsal.ts'
import { rearrange, type ScheduleManner } from './schedule.ts'
import {
  Rearranged,
  ScheduleChange,
  ScheduleInput,
  ScheduleNotice,
  scheduleChangeLists,
  scheduleNoticeLists,
} from './schema.ts'
import { undo } from './undo.ts'

/** What schedules need of the program. */
type Parts = {
  /** definitions of the custom fields of an account, by its id */
  sessionFields: NotifiedCache<SessionFieldRow[]>
}

const tag = 'Schedule'
const rearranged = answerOf('Rearranged', Rearranged)
const showChange = viewOf(ScheduleChange)
const showNotice = viewOf(ScheduleNotice)
const send_email = Switch(
  '`true`: tells each registrant of everything that moved for them by one e-mail (of a session that does not take place any more, or does again, by one of its own), and offers those whose seat is gone, or at the same time as another, one in a repetition (`repeat_key`). Understood in the body as well.',
)
const override_capacity_errors = Switch(
  '`true`: allows a capacity below the seats that are taken, and puts every active registrant into an included session whatever its capacity. Understood in the body as well.',
)
const rehearsed =
  'With `validate_only` nothing is kept: the answer says which conflicts are made and resolved, and what becomes of whom.'

export const scheduleOperations: Operation<Parts>[] = [
  {
    spellings: ['PUT /events/:id/schedule'],
    id: 'rearrangeSchedule',
    tag,
    summary: 'Change sessions of an event together',
    description: `All of them, or none. ${rehearsed} Registrants whose seats overlap since keep them until they, or the organiser, give one up. The list stands alone, or as \`sessions\` in an object.`,
    noun: 'Event',
    query: {
      ...writeQuery,
      ...rehearsalQuery,
      send_email,
      override_capacity_errors,
    },
    body: bodyOf('ScheduleInput', ScheduleInput),
    listMember: 'sessions',
    failures: [409, 412],
    success: { 200: rearranged },
    handler: async call => {
      const { id } = call
      const manner = await mannerFor(call)
      return write(call, async ({ db, actor, body }) => ({
        status: 200,
        body: await rearrange(db, actor, id, readSchedule(body.sessions), manner),
      }))
    },
  },
  {
    spellings: ['POST /events/:id/schedule/undo/:change'],
    id: 'undoSchedule',
    tag,
    summary: 'Take a change of the schedule back',
    description: `Restores what it changed of each session; \`refused\` names those of which that was changed again since. A capacity that is taken by now is one of those, unless \`override_capacity_errors\` is given. Seats that registrants gave up because of it are offered to them while they are free, and the offers that it made end. ${rehearsed}`,
    noun: 'Event',
    query: { ...writeQuery, ...rehearsalQuery, send_email, override_capacity_errors },
    failures: [422],
    success: { 200: rearranged },
    handler: async call => {
      const [id, change] = [call.id, call.idOf('Change', 'change')]
      const manner = await mannerFor(call)
      return write(call, async ({ db, actor }) => ({
        status: 200,
        body: await undo(db, actor, id, change, manner),
      }))
    },
  },
  {
    spellings: ['GET /schedule-changes'],
    id: 'listScheduleChanges',
    tag,
    summary: 'List the changes of the schedule of an event',
    query: eventListQuery(scheduleChangeLists),
    reads: scheduleChangeLists,
    success: { 200: pageSchema('ScheduleChange', ScheduleChange) },
    failures: [404],
    isList: true,
    handler: call => listed(call, scheduleChangeLists, listScheduleChanges, showChange),
  },
  {
    spellings: ['GET /schedule-changes/:id'],
    id: 'getScheduleChange',
    tag,
    summary: 'Get a change of a schedule',
    noun: 'Change',
    query: projectionQuery(scheduleChangeLists),
    reads: scheduleChangeLists,
    success: { 200: answerOf('ScheduleChange', ScheduleChange) },
    handler: async ({ db, account_id, id, query, reply }) => {
      const change = await findScheduleChange(db, account_id, id)
      if (!change) throw notFound('Change', id)
      tagVersion(reply, change.version)
      return project(showChange(change), readProjection(query, scheduleChangeLists))
    },
  },
  {
    spellings: ['GET /schedule-notices'],
    id: 'listScheduleNotices',
    tag,
    summary: 'List what registrants were told of changes, and what they chose',
    description: '`search=change_id=42` lists those of one change.',
    query: eventListQuery(scheduleNoticeLists),
    reads: scheduleNoticeLists,
    success: { 200: pageSchema('ScheduleNotice', ScheduleNotice) },
    failures: [404],
    isList: true,
    handler: call => listed(call, scheduleNoticeLists, listScheduleNotices, showNotice),
  },
]

async function mannerFor(call: Call<Parts>): Promise<ScheduleManner> {
  const { body, query, parts, account_id } = call
  return {
    ...mannerOf(call),
    fields: await parts.sessionFields.getKnowing(String(account_id), strangersTo()),
    basis: readBasis(body?.basis),
    outlook: isAsked(call, 'validate_only'),
    people_after: readId(query.people_after) ?? 0,
  }
}

/** Throws 422. */
function readBasis(given: unknown): string | null {
  if (isBlank(given)) return null
  if (typeof given === 'string' && given.length <= 100) return given
  throw invalid([
    { field: 'basis', type: 'basis', message: 'Basis must be the basis of a rehearsal, as text.' },
  ])
}

async function listed<Row extends Record<string, unknown>>(
  call: Call<Parts>,
  lists: Listable,
  read: (
    db: Call['db'],
    event: { account_id: number; id: number },
    listing: Listing,
  ) => Promise<{ rows: Row[]; total: number }>,
  show: (row: never) => Record<string, unknown>,
) {
  const { db, account_id, query } = call
  const event = { account_id, id: mustNameEvent(query) }
  const { rows, total, listing } = await listOfEvent(db, event, async () => {
    const listing = readListing(query, lists)
    return { ...(await read(db, event, listing)), listing }
  })
  const items = rows.map(row => project(show(row as never), listing))
  return renderPage(items, total, listing, call.selfUrl)
}
