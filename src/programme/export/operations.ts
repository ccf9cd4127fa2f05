import Type from 'typebox'
import type { NotifiedCache } from '../../db/cache.ts'
import { badRequest, notFound } from '../../errors.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { strangersTo } from '../../records/custom-fields/definitions.ts'
import type { CustomField } from '../../records/custom-fields/values.ts'
import { mustFindEvent } from '../events/events.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import type { SpeakerFieldRow } from '../speaker-fields/speaker-fields.ts'
import { registrantTable, sessionTable, speakerTable } from './records.ts'
import { csvOf, csvType, workbookOf, workbookType } from './tables.ts'

/** Definitions of custom fields, by account or, of registrants, by event. */
type Parts = {
  sessionFields: NotifiedCache<SessionFieldRow[]>
  speakerFields: NotifiedCache<SpeakerFieldRow[]>
  eventQuestions: {
    getKnowing(owner: string, strangersIn: (fields: CustomField[]) => string[]): Promise<CustomField[]>
  }
}

const nouns = ['sessions', 'speakers', 'registrants'] as const
const writers = {
  csv: { type: csvType, write: csvOf },
  xlsx: { type: workbookType, write: workbookOf },
}
const isOneOf = <T extends string>(names: readonly T[], text: string): text is T =>
  (names as readonly string[]).includes(text)

export const exportOperations: Operation<Parts>[] = [
  {
    spellings: ['GET /events/:id/exports/:records'],
    path: {
      records: Type.String({
        enum: [...nouns],
        description: '`sessions`, `speakers` or `registrants`.',
        examples: ['sessions'],
      }),
    },
    id: 'exportRecords',
    tag: 'Events',
    summary: 'Get the sessions, speakers or registrants of an event as a table',
    description:
      'All of them, with all their members and custom fields, as a file. Lists have semicolons. A CSV has a byte order mark, and an apostrophe before what a spreadsheet would take for a formula; cells of a workbook are texts.',
    noun: 'Event',
    query: {
      format: Type.Optional(
        Type.String({
          enum: ['csv', 'xlsx'],
          description: '`csv` (unless given) or `xlsx`.',
          examples: ['csv'],
        }),
      ),
    },
    answerTypes: [csvType, workbookType],
    success: { 200: Type.String({ description: 'The file.', examples: ['id,name\r\n6,Opening'] }) },
    handler: async call => {
      const { id, account_id, db, query, reply } = call
      const records = call.parameter('records')
      if (!isOneOf(nouns, records)) throw notFound('Export', records.slice(0, 100))
      const format = (query.format ?? '').trim() || 'csv'
      if (!isOneOf(['csv', 'xlsx'], format)) throw badRequest('bad_parameter', 'format must be csv or xlsx.')
      await mustFindEvent(db, account_id, id)
      const { header, rows } = await tableOf(call, records, { account_id, id })
      const { type, write } = writers[format]
      return reply
        .type(type)
        .header('content-disposition', `attachment; filename="${records}-${id}.${format}"`)
        .header('cache-control', 'no-store')
        .send(write(header, rows))
    },
  },
]

async function tableOf(
  call: Call<Parts>,
  records: (typeof nouns)[number],
  event: { account_id: number; id: number },
) {
  const { db, parts, baseUrl } = call
  const account = String(event.account_id)
  if (records === 'sessions')
    return sessionTable(db, event, await parts.sessionFields.getKnowing(account, strangersTo()), baseUrl)
  if (records === 'speakers')
    return speakerTable(db, event, await parts.speakerFields.getKnowing(account, strangersTo()))
  return registrantTable(db, event, await parts.eventQuestions.getKnowing(String(event.id), strangersTo()))
}
