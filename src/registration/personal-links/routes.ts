import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { type Db, transaction } from '../../db/connection.ts'
import { actorOf } from '../../http/actor.ts'
import type { Body } from '../../http/draft.ts'
import { baseUrlOf } from '../../http/links.ts'
import { idOf, route, writeQuery } from '../../http/route.ts'
import { write } from '../../http/write.ts'
import { strangersTo } from '../../records/custom-fields/definitions.ts'
import type { Order } from '../desk/order.ts'
import { personFor } from './prefill.ts'
import { endLinks, makeResumeToken } from './tokens.ts'

export function resumeRoutes(app: FastifyInstance): void {
  route(app, {
    spellings: ['POST /registrants/token'],
    id: 'createResumeToken',
    tag: 'Registrants',
    summary: 'Make a link to a registrant’s own page',
    description:
      'An unguessable link to the page where a person sees and changes what they have: who has it acts for them. It lives 24 hours, for the person named by `id`, or by `event_id` and `email`, and ends earlier when their address changes. With `fields[email]` a person who is not registered gets an unfinished registration (`in_progress`) with the other `fields`; one that they have is given these, so that an address has one. Only a hash of the link is stored; therefore an Idempotency-Key is not looked at: every call makes another link, and earlier ones stay valid.',
    query: writeQuery,
    body: Type.Ref('ResumeInput'),
    aliases: ['registrant_id'],
    success: { 200: Type.Ref('ResumeToken') },
    failures: [404],
    takesKey: false,
    handler: (request, reply) => {
      reply.header('cache-control', 'no-store')
      const baseUrl = baseUrlOf(request)
      const actor = actorOf(request)
      const work = async (db: Db) => {
        const tools = {
          db,
          desk: app.desk,
          ids: app.registrantIds,
          questionsOf: (event_id: number, ...values: Body[]) =>
            app.eventQuestions.getKnowing(String(event_id), strangersTo(...values), db),
        }
        const submit = (order: Order) => app.desk.submit(db, order, async () => {})
        const person = await personFor(tools, actor, request.body as Body, submit)
        return { status: 200 as const, body: await makeResumeToken(db, actor, person, baseUrl) }
      }
      return write(request, reply, db => transaction(db, work), { remember: false })
    },
  })

  route(app, {
    spellings: ['DELETE /registrants/:id/tokens'],
    id: 'deleteResumeTokens',
    tag: 'Registrants',
    summary: 'End every link to a registrant’s own page',
    description: 'Those of e-mails as well. Links that are made afterwards work.',
    query: writeQuery,
    success: { 204: Type.Null() },
    handler: (request, reply) =>
      write(request, reply, async db => {
        await endLinks(db, actorOf(request), idOf(request, 'Registrant'))
        return { status: 204 }
      }),
  })
}
