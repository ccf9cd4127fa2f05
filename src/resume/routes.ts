import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { actorOf } from '../http/actor.ts'
import type { Body } from '../http/draft.ts'
import { baseUrlOf } from '../http/links.ts'
import { route, writeQuery } from '../http/route.ts'
import { write } from '../http/write.ts'
import { makeResumeToken } from './tokens.ts'

export function resumeRoutes(app: FastifyInstance): void {
  route(app, {
    spellings: ['POST /registrants/token'],
    id: 'createResumeToken',
    tag: 'Registrants',
    summary: 'Make a link to a registrant’s own page',
    description:
      'An unguessable link to the page where a person sees and changes what they have: whoever has it acts for them. It lives 24 hours, for the person named by `id`, or by `event_id` and `email`. Only a hash of it is stored; therefore an Idempotency-Key is not looked at: every call makes another link, and earlier ones stay valid.',
    query: writeQuery,
    body: Type.Ref('ResumeInput'),
    success: { 200: Type.Ref('ResumeToken') },
    failures: [404],
    takesKey: false,
    handler: (request, reply) => {
      reply.header('cache-control', 'no-store')
      return write(
        request,
        reply,
        async db => ({
          status: 200,
          body: await makeResumeToken(db, actorOf(request), request.body as Body, baseUrlOf(request)),
        }),
        { remember: false },
      )
    },
  })
}
