import type { FastifyInstance, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Db } from '../../db/connection.ts'
import { actorOf } from '../../http/actor.ts'
import type { Answer } from '../../http/answer.ts'
import type { Body } from '../../http/draft.ts'
import { isKnown } from '../../http/etag.ts'
import { idOf, route } from '../../http/route.ts'
import { streamAvailability } from '../../seats/board/availability-stream.ts'
import { mannerOf, seatQuery } from '../registrants/manner.ts'
import { mustFindAnswered } from '../registrants/registrants.ts'
import {
  claimSeat,
  leaveLine,
  lineUp,
  readOnConflict,
  releaseSeat,
  setAgenda,
  type Wisher,
} from './claims.ts'
import { writeAtDesk } from './write.ts'

const tag = 'Seats'

export function seatRoutes(app: FastifyInstance): void {
  const sessionOf = (request: FastifyRequest) => idOf(request, 'Session', 'session_id')
  /** A wish of the registrant in the path, in the manner of the query. */
  const wisherOf = (request: FastifyRequest, db: Db): Wisher => ({
    db,
    desk: app.desk,
    actor: actorOf(request),
    id: idOf(request, 'Registrant'),
    manner: mannerOf(request),
  })
  const success = async (): Promise<Answer> => ({ status: 200, body: { success: true } })

  route(app, {
    spellings: ['POST /registrants/:id/session/:session_id'],
    id: 'claimSeat',
    tag,
    summary: 'Add a session to a registrant',
    description:
      'Takes a seat, or accepts an offered one; with `drop` instead of the seats that it names, both or neither. Repeating it succeeds. A refusal is 422 with every reason.',
    query: seatQuery,
    body: Type.Ref('ClaimInput'),
    success: { 200: Type.Ref('Success') },
    failures: [412],
    handler: (request, reply) =>
      writeAtDesk(request, reply, {
        order: db => claimSeat(wisherOf(request, db), sessionOf(request), (request.body ?? {}) as Body),
        answer: success,
      }),
  })

  route(app, {
    spellings: ['DELETE /registrants/:id/session/:session_id'],
    id: 'releaseSeat',
    tag,
    summary: 'Remove a session from a registrant',
    description: 'Gives the seat back; the line moves in the same transaction.',
    query: seatQuery,
    success: { 200: Type.Ref('Success') },
    failures: [422],
    handler: (request, reply) =>
      writeAtDesk(request, reply, {
        order: db => releaseSeat(wisherOf(request, db), sessionOf(request)),
        answer: success,
      }),
  })

  route(app, {
    spellings: ['POST /registrants/:id/waitlist/:session_id'],
    id: 'lineUp',
    tag,
    summary: 'Put a registrant in the line of a session',
    query: seatQuery,
    body: Type.Ref('LineInput'),
    success: { 200: Type.Ref('Success') },
    failures: [412],
    handler: (request, reply) =>
      writeAtDesk(request, reply, {
        order: db => lineUp(wisherOf(request, db), sessionOf(request), readOnConflict(request.body as Body)),
        answer: success,
      }),
  })

  route(app, {
    spellings: ['DELETE /registrants/:id/waitlist/:session_id'],
    id: 'leaveLine',
    tag,
    summary: 'Take a registrant out of the line of a session',
    description: 'Declines an offer as well.',
    query: seatQuery,
    success: { 200: Type.Ref('Success') },
    failures: [422],
    handler: (request, reply) =>
      writeAtDesk(request, reply, {
        order: db => leaveLine(wisherOf(request, db), sessionOf(request)),
        answer: success,
      }),
  })

  route(app, {
    spellings: ['PUT /registrants/:id/agenda'],
    id: 'setAgenda',
    tag,
    summary: 'Replace the agenda of a registrant',
    description:
      'All of it or none; with `partial` what fits, and `refused` lists the rest: a seat or a place is then given up only when it is named by `drop`, or when it is no longer listed and everything that is listed was granted.',
    query: seatQuery,
    body: Type.Ref('AgendaInput'),
    success: { 200: Type.Ref('Agenda') },
    handler: (request, reply) =>
      writeAtDesk(request, reply, {
        order: db => setAgenda(wisherOf(request, db), request.body as Body),
        answer: async (db, { skipped: refused }, { errand: { actor, wish } }) => {
          const { selections } = await mustFindAnswered(db, actor.account_id, wish.registrant_id)
          const idsIn = (...states: string[]) =>
            selections
              .filter(({ state }) => states.includes(state))
              .map(({ session_id }) => String(session_id))
          const body = {
            success: true,
            session_ids: idsIn('selected', 'held'),
            waitlisted_session_ids: idsIn('waitlisted', 'offered'),
            refused,
          }
          return { status: 200, body }
        },
      }),
  })

  route(app, {
    spellings: ['GET /events/:id/availability'],
    id: 'getAvailability',
    tag,
    summary: 'Get the seats that can be claimed in every session of an event',
    description:
      'Seats that can be claimed by session id, null when unlimited; 0 of a session that does not take place or has started, and once registration has closed. Cheap enough to poll with If-None-Match; with `Accept: text/event-stream` a stream of server-sent events: `seats`, the first with everything, later ones with what changed, and `deleted` with the ids of sessions that were deleted. The stream ends when the event is deleted, and when the token is revoked or expires: connect again with a new one.',
    success: { 200: Type.Ref('Availability'), 304: Type.Null() },
    handler: async (request, reply) => {
      const { account_id } = request.caller
      const event_id = idOf(request, 'Event')
      // A HEAD request would never read the stream to its end.
      if (request.method === 'GET' && request.headers.accept?.includes('text/event-stream'))
        return streamAvailability(request, reply, event_id)
      const { json, etag } = await app.availability.get(account_id, event_id)
      reply.headers({ etag, 'cache-control': 'private, max-age=1' })
      if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
      return reply.type('application/json; charset=utf-8').serializer(String).send(json)
    },
  })
}
