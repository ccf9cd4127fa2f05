import Type from 'typebox'
import type { Answer } from '../../http/answer.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { isKnown } from '../../http/server/etag.ts'
import type { Body } from '../../http/values/draft.ts'
import { type StreamParts, streamAvailability } from '../../seats/board/availability-stream.ts'
import { Agenda, AgendaInput, Availability, ClaimInput, Success, WaitlistInput } from '../../seats/schema.ts'
import { mannerOf, seatQuery } from '../registrants/manner.ts'
import { mustFindAnswered } from '../registrants/registrants.ts'
import {
  claimSeat,
  leaveWaitlist,
  readOnConflict,
  releaseSeat,
  setAgenda,
  type Wisher,
  waitFor,
} from './claims.ts'
import type { Desk } from './desk.ts'
import { type DeskWork, writeAtDesk } from './write.ts'

type Parts = StreamParts & { desk: Desk }
type Work = DeskWork<Parts>

const tag = 'Seats'
const noun = 'Registrant'

export const seatOperations: Operation<Parts>[] = [
  {
    spellings: ['POST /registrants/:id/session/:session_id'],
    id: 'claimSeat',
    tag,
    summary: 'Add a session to a registrant',
    description:
      'Takes a seat, or accepts an offered one; with `drop` instead of the seats that it names, both or neither. Repeating it succeeds. A refusal is 422 with every reason.',
    noun,
    query: seatQuery,
    body: ClaimInput,
    success: { 200: Success },
    failures: [412],
    handler: call =>
      writeAtDesk(call, {
        order: inside => claimSeat(wisherOf(inside), sessionOf(inside), (inside.body ?? {}) as Body),
        answer: success,
      }),
  },
  {
    spellings: ['DELETE /registrants/:id/session/:session_id'],
    id: 'releaseSeat',
    tag,
    summary: 'Remove a session from a registrant',
    description: 'Gives the seat back; the waitlist moves in the same transaction.',
    noun,
    query: seatQuery,
    success: { 200: Success },
    failures: [422],
    handler: call =>
      writeAtDesk(call, {
        order: inside => releaseSeat(wisherOf(inside), sessionOf(inside)),
        answer: success,
      }),
  },
  {
    spellings: ['POST /registrants/:id/waitlist/:session_id'],
    id: 'lineUp',
    tag,
    summary: 'Put a registrant on the waitlist of a session',
    noun,
    query: seatQuery,
    body: WaitlistInput,
    success: { 200: Success },
    failures: [412],
    handler: call =>
      writeAtDesk(call, {
        order: inside => waitFor(wisherOf(inside), sessionOf(inside), readOnConflict(inside.body)),
        answer: success,
      }),
  },
  {
    spellings: ['DELETE /registrants/:id/waitlist/:session_id'],
    id: 'leaveLine',
    tag,
    summary: 'Take a registrant off the waitlist of a session',
    description: 'Declines an offer as well.',
    noun,
    query: seatQuery,
    success: { 200: Success },
    failures: [422],
    handler: call =>
      writeAtDesk(call, {
        order: inside => leaveWaitlist(wisherOf(inside), sessionOf(inside)),
        answer: success,
      }),
  },
  {
    spellings: ['PUT /registrants/:id/agenda'],
    id: 'setAgenda',
    tag,
    summary: 'Replace the agenda of a registrant',
    description:
      'All of it or none; with `partial` what fits, and `refused` lists the rest: a seat or a place is then given up only when it is named by `drop`, or when it is no longer listed and everything that is listed was granted.',
    noun,
    query: seatQuery,
    body: AgendaInput,
    success: { 200: Agenda },
    handler: call =>
      writeAtDesk(call, {
        order: inside => setAgenda(wisherOf(inside), inside.body),
        answer: agendaAfter,
      }),
  },
  {
    spellings: ['GET /events/:id/availability'],
    id: 'getAvailability',
    permission: { also: ['check-in'] },
    tag,
    summary: 'Get the seats that can be claimed in every session of an event',
    description:
      'Seats that can be claimed by session id, null when unlimited; 0 of a session that does not take place or has started, and once registration has closed. Cheap enough to poll with If-None-Match; with `Accept: text/event-stream` a stream of server-sent events: `seats`, the first with everything, later ones with what changed, and `deleted` with the ids of sessions that were deleted. The stream ends when the event is deleted, and when the token is revoked or expires: connect again with a new one.',
    noun: 'Event',
    success: { 200: Availability, 304: Type.Null() },
    handler: async call => {
      const { request, reply, account_id, id } = call
      // A HEAD request would never read the stream to its end.
      if (request.method === 'GET' && request.headers.accept?.includes('text/event-stream'))
        return streamAvailability(call, id)
      const { json, etag } = await call.parts.availability.get(account_id, id)
      reply.headers({ etag, 'cache-control': 'private, max-age=1' })
      if (isKnown(request.headers['if-none-match'], etag)) return reply.code(304).send()
      return reply.type('application/json; charset=utf-8').serializer(String).send(json)
    },
  },
]

const sessionOf = (call: Call<Parts>) => call.idOf('Session', 'session_id')

/** A wish of the registrant in the path, in the manner of the query. */
const wisherOf = (call: Call<Parts>): Wisher => ({
  db: call.db,
  desk: call.parts.desk,
  actor: call.actor,
  id: call.id,
  manner: mannerOf(call),
})

const success: Work['answer'] = async (): Promise<Answer> => ({ status: 200, body: { success: true } })

const agendaAfter: Work['answer'] = async ({ db }, { skipped: refused }, { actor, wish }) => {
  const { selections } = await mustFindAnswered(db, actor.account_id, wish.registrant_id)
  const idsIn = (...states: string[]) =>
    selections.filter(({ state }) => states.includes(state)).map(({ session_id }) => String(session_id))
  const body = {
    success: true,
    session_ids: idsIn('selected', 'held'),
    waitlisted_session_ids: idsIn('waitlisted', 'offered'),
    refused,
  }
  return { status: 200, body }
}
