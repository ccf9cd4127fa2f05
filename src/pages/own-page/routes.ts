import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { NotifiedCache } from '../../db/cache.ts'
import { type Pool, transaction } from '../../db/connection.ts'
import { ApiError, type Fault } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { baseUrlOf, pathPrefixOf } from '../../http/links.ts'
import { type Query, readId } from '../../http/query.ts'
import type { Body } from '../../http/values/draft.ts'
import { answerNotices } from '../../programme/schedule/queries.ts'
import type { SessionFieldRow } from '../../programme/session-fields/session-fields.ts'
import { strangersTo } from '../../records/custom-fields/definitions.ts'
import { customValuesIn, type StoredValues } from '../../records/custom-fields/values.ts'
import type { Desk } from '../../registration/desk/desk.ts'
import type { EventQuestionRow } from '../../registration/event-questions/event-questions.ts'
import { givenUp } from '../../seats/ledger/settlement.ts'
import { detailsFor } from './details.ts'
import type { Refused } from './details-form.ts'
import { refusePage } from './failures.ts'
import { attendeePage, noAgendaPage } from './page.ts'
import { alertOf, statusMessage } from './remarks.ts'
import { type Address, claimForms } from './session-items.ts'
import { rivalsOf } from './swaps.ts'
import { type OwnOrder, openVisit, type Visit } from './visit.ts'
import { type Deed, deeds, wishFor } from './wishes.ts'

/** What own pages need of the program. */
type Parts = {
  pool: Pool
  clock: { now: () => Date }
  config: { PUBLIC_URL: string | null }
  desk: Desk
  sessionFields: NotifiedCache<SessionFieldRow[]>
  eventQuestions: NotifiedCache<EventQuestionRow[]>
}

/** How often details are read again when the registration changes in the same moment. */
const attempts = 5

/** The page that a personal link leads to. It is for its registrant alone: not stored, not passed on. */
export function attendeePages(app: FastifyInstance, parts: Parts): void {
  const prefix = pathPrefixOf(parts.config)
  app.setErrorHandler((error: Error, request, reply) => refusePage(error, request, reply, prefix))
  app.addHook('onRequest', async (_request, reply) => {
    reply.type('text/html; charset=utf-8').headers({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
    })
  })

  app.get('/my/:token', async (request, reply) => {
    const visit = await visitOf(parts, request)
    if (!visit) return unknownLink(parts, reply)
    const message = statusMessage(visit, request.query as Query)
    return reply.send(attendeePage(visit, addressOf(parts, request), { message }))
  })

  // The address of a refusal, opened again.
  app.get('/my/:token/*', async (request, reply) => reply.redirect(addressOf(parts, request).path, 303))

  app.post('/my/:token/sessions/:session_id/:deed', async (request, reply) => {
    const visit = await visitOf(parts, request)
    if (!visit) return unknownLink(parts, reply)
    const { session_id = '', deed = '' } = request.params as Record<string, string>
    const entry = visit.programme.find(each => each.id === readId(session_id))
    if (!isDeed(deed) || !entry) return unknownSession(parts, request, reply, visit)
    try {
      await submit(parts, wishFor(visit, actorFor(parts, request, visit), deed, entry, request.body as Body))
    } catch (error) {
      const heading = `“${entry.name}”: ${refusals[deed]}`
      const faults = faultsOf(error)
      return refused(parts, request, reply, {
        heading,
        faults,
        session_id: entry.id,
        refused: { faults: messagesOf(faults) },
      })
    }
    const rivals = rivalsOf(visit, entry).map(({ id }) => id)
    const gaveUp = rivals.length > 0 ? `&gave_up=${rivals.join()}` : ''
    return reply.redirect(`${addressOf(parts, request).path}?done=${deed}&session=${entry.id}${gaveUp}`, 303)
  })

  app.post('/my/:token/changes/:notice/keep', async (request, reply) => {
    const visit = await visitOf(parts, request)
    if (!visit) return unknownLink(parts, reply)
    const notice_id = readId((request.params as Record<string, string>).notice) ?? 0
    const kept = { answer: 'keep' as const, gave_up: [], notice_id }
    const answered = await transaction(parts.pool, db =>
      answerNotices(db, actorFor(parts, request, visit), visit.person.id, kept),
    )
    return reply.redirect(`${addressOf(parts, request).path}${answered > 0 ? '?done=kept' : ''}`, 303)
  })

  for (const path of ['details', 'again'])
    app.post(`/my/:token/${path}`, async (request, reply) => {
      const body = request.body as Body
      for (let attempt = 1; ; attempt++) {
        const visit = await visitOf(parts, request)
        if (!visit) return unknownLink(parts, reply)
        try {
          const own = detailsFor(visit, actorFor(parts, request, visit), body, path === 'again')
          await submit(parts, own)
          const done = own.order.wish.status ? 'finished' : 'saved'
          return reply.redirect(`${addressOf(parts, request).path}?done=${done}`, 303)
        } catch (error) {
          if (isStale(error) && attempt < attempts) continue
          const faults = faultsOf(error)
          return refused(parts, request, reply, {
            heading: 'Your details are not saved',
            faults,
            refused: { body, faults: messagesOf(faults) },
          })
        }
      }
    })
}

const refusals: Record<Deed, string> = {
  add: 'you do not have a seat',
  accept: 'you do not have a seat',
  'give-up': 'you keep your seat',
  'line-up': 'you are not in line',
  leave: 'you keep your place in line',
  decline: 'the seat is still kept for you',
}
const isDeed = (word: string): word is Deed => deeds.some(deed => deed === word)

const tokenOf = (request: FastifyRequest) => (request.params as { token: string }).token

function visitOf(
  { pool, clock, eventQuestions, sessionFields }: Parts,
  request: FastifyRequest,
): Promise<Visit | undefined> {
  const given = customValuesIn((request.body ?? {}) as Body)
  const questionsOf = (event_id: number, answers: StoredValues) =>
    eventQuestions.getKnowing(String(event_id), strangersTo(given, answers))
  const fieldsOf = (account_id: number) => sessionFields.get(String(account_id))
  return openVisit({ db: pool, now: clock.now(), questionsOf, fieldsOf }, tokenOf(request))
}

function addressOf({ config }: Parts, request: FastifyRequest): Address {
  const baseUrl = baseUrlOf(request, config)
  const prefix = pathPrefixOf(config)
  return { baseUrl, prefix, path: `${prefix}/my/${encodeURIComponent(tokenOf(request))}` }
}

/** A person has no credential: that, and the id of the request, is what the change log has of them. */
const actorFor = ({ clock }: Parts, request: FastifyRequest, { person }: Visit): Actor => ({
  account_id: person.account_id,
  actor_id: null,
  request_id: request.id,
  now: clock.now(),
})

/**
 * Carries out what a person wants; what they give up is their answer to what was moved. Throws 422 with what is wrong in their
 * form and every reason against their seats.
 */
async function submit({ desk, pool }: Parts, { order, faults }: OwnOrder): Promise<void> {
  await desk.mustBeFaultless(pool, faults, order)
  await desk.submit(pool, order, async (db, { moves }) => {
    const gave_up = givenUp(moves)
    if (gave_up.length === 0) return
    const answer = { answer: 'give_up' as const, gave_up, notice_id: null }
    await answerNotices(db, order.actor, order.wish.registrant_id, answer)
  })
}

const isStale = (error: unknown) => error instanceof ApiError && error.status === 412

/** Every reason of a refusal. Throws what is none. */
function faultsOf(error: unknown): Fault[] {
  if (error instanceof ApiError && error.status === 422) return error.faults
  throw error
}

const messagesOf = (faults: Fault[]) => new Map(faults.map(({ field, message }) => [field, message]))

/** `session_id`: what somebody wanted to do something with. */
type Refusal = { heading: string; faults: Fault[]; session_id?: number; refused?: Refused }

/** The page as it is now, with what stands in the way. */
async function refused(
  parts: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  { heading, faults, session_id, refused }: Refusal,
): Promise<FastifyReply> {
  const visit = await visitOf(parts, request)
  if (!visit) return unknownLink(parts, reply)
  const entry = visit.programme.find(each => each.id === session_id)
  const isConflict = faults.some(({ type }) => type === 'conflict')
  const ways = entry && isConflict ? claimForms(visit, addressOf(parts, request), entry) : []
  const message = alertOf(visit, heading, faults, ways)
  const page = attendeePage(visit, addressOf(parts, request), {
    message,
    isRefusal: true,
    ...(refused && { refused }),
  })
  return reply.code(422).send(page)
}

function unknownSession(
  parts: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  visit: Visit,
): FastifyReply {
  const message = alertOf(visit, 'There is no such session.', [])
  return reply.code(404).send(attendeePage(visit, addressOf(parts, request), { message, isRefusal: true }))
}

const unknownLink = ({ config }: Parts, reply: FastifyReply) =>
  reply.code(404).send(noAgendaPage(pathPrefixOf(config)))
