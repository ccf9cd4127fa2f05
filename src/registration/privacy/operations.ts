import type { NotifiedCache } from '../../db/cache.ts'
import { answerOf } from '../../http/document/schemas.ts'
import { writeQuery } from '../../http/lists/parameters.ts'
import type { Operation } from '../../http/operation.ts'
import { write } from '../../http/write.ts'
import { strangersTo } from '../../records/custom-fields/definitions.ts'
import type { EventQuestionRow } from '../event-questions/event-questions.ts'
import { exportPerson, forgetPerson } from './privacy.ts'
import { Forgotten, PersonExport } from './schema.ts'

/** questions of an event, by its id */
type Parts = { eventQuestions: NotifiedCache<EventQuestionRow[]> }

const tag = 'Registrants'
const noun = 'Registrant'

export const privacyOperations: Operation<Parts>[] = [
  {
    spellings: ['GET /registrants/:id/export'],
    id: 'exportRegistrant',
    tag,
    summary: 'Export everything held about a person',
    description:
      'Record, addresses, answers, seats with their history, and e-mails, as a file to hand over to the person. Of a registrant who was deleted it is the history: the change feed still has it.',
    noun,
    success: { 200: answerOf('PersonExport', PersonExport) },
    handler: async ({ db, reply, parts, id, actor }) => {
      const everything = await exportPerson(db, actor, id, (event_id, answers) =>
        parts.eventQuestions.getKnowing(String(event_id), strangersTo(answers)),
      )
      reply.headers({
        'content-disposition': `attachment; filename="registrant-${id}.json"`,
        'cache-control': 'no-store',
      })
      return everything
    },
  },
  {
    spellings: ['POST /registrants/:id/forget'],
    id: 'forgetRegistrant',
    tag,
    summary: 'Forget a person',
    description:
      'Anonymises a registrant for good: names, addresses, answers, notes and the rest are emptied, in the change log, the e-mails and remembered answers too. Seats, their history and all counts stay. Nothing can be mailed to the person any more. A registrant who was deleted is forgotten in the same way; the change feed then has a further `delete` of them, with `forgotten_at` in its `before`. A request with an Idempotency-Key whose answer had the person in it is not carried out again when it is repeated: it is 422 `forgotten`. Forgetting twice changes nothing.',
    noun,
    query: writeQuery,
    success: { 200: answerOf('Forgotten', Forgotten) },
    handler: call =>
      write(call, async ({ db, actor, id }) => ({ status: 200, body: await forgetPerson(db, actor, id) })),
  },
]
