import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { actorOf } from '../../http/actor.ts'
import { idOf, route, writeQuery } from '../../http/route.ts'
import { write } from '../../http/write.ts'
import { strangersTo } from '../../records/custom-fields/definitions.ts'
import { exportPerson, forgetPerson } from './privacy.ts'

const tag = 'Registrants'

export function privacyRoutes(app: FastifyInstance): void {
  route(app, {
    spellings: ['GET /registrants/:id/export'],
    id: 'exportRegistrant',
    tag,
    summary: 'Export everything held about a person',
    description:
      'Record, addresses, answers, seats with their history, and letters, as a file to hand over to the person. Of a registrant who was deleted it is the history: the change feed still has it.',
    success: { 200: Type.Ref('PersonExport') },
    handler: async (request, reply) => {
      const id = idOf(request, 'Registrant')
      const everything = await exportPerson(app.readers, actorOf(request), id, (event_id, answers) =>
        app.eventQuestions.getKnowing(String(event_id), strangersTo(answers)),
      )
      reply.headers({
        'content-disposition': `attachment; filename="registrant-${id}.json"`,
        'cache-control': 'no-store',
      })
      return everything
    },
  })

  route(app, {
    spellings: ['POST /registrants/:id/forget'],
    id: 'forgetRegistrant',
    tag,
    summary: 'Forget a person',
    description:
      'Anonymises a registrant for good: names, addresses, answers, notes and the rest are emptied, in the change log, the letters and remembered answers too. Seats, their history and all counts stay. Nothing can be mailed to the person any more. Somebody who was deleted is forgotten in the same way; the change feed then has a further `delete` of them, with `forgotten_at` in its `before`. A request with an Idempotency-Key whose answer had the person in it is not carried out again when it is repeated: it is 422 `forgotten`. Forgetting twice changes nothing.',
    query: writeQuery,
    success: { 200: Type.Ref('Forgotten') },
    handler: (request, reply) =>
      write(request, reply, async db => ({
        status: 200,
        body: await forgetPerson(db, actorOf(request), idOf(request, 'Registrant')),
      })),
  })
}
