import type { FastifyReply } from 'fastify'
import { type Db, type Pool, transaction } from '../db/connection.ts'
import type { Answer } from './answer.ts'
import { isRefused, mustKnowAll } from './ignored.ts'
import { isRemembered, type Kept, keepAnswers, type Once, onceOf, takeKeys } from './once.ts'
import type { Call } from './operation.ts'
import { isAsked } from './query.ts'
import { tagVersion } from './server/etag.ts'

type Work = (db: Db) => Promise<Answer>

export type WriteOptions = {
  /** whether an Idempotency-Key is looked at; not for answers with a secret in them */
  remember?: boolean
  /** how a request with a key is carried out; unless given, in a transaction of its own */
  carryOnce?: (once: Once) => Promise<Kept>
}

/**
 * Carries out a write and sends its answer. With `validate_only` everything is checked and rolled back; with an
 * Idempotency-Key the write and its remembered answer are one transaction, so that a repetition gets that answer even
 * when the server died before sending it.
 */
export async function write<P>(
  call: Call<P>,
  work: (call: Call<P>) => Promise<Answer>,
  { remember = true, carryOnce }: WriteOptions = {},
): Promise<FastifyReply> {
  const { request, reply } = call
  const { pool } = call.parts
  const workOver: Work = db => work(call.within(db))
  if (isAsked(call, 'validate_only') || isRefused(request)) {
    const answer = await rehearse(pool, workOver)
    mustKnowAll(request)
    return send(reply, answer)
  }
  const once = remember ? onceOf(call) : undefined
  if (!once) return send(reply, await workOver(pool))
  return sendKept(reply, await (carryOnce ? carriedOr(carryOnce, pool, once) : alone(pool, once, workOver)))
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status)
  if (answer.location) reply.header('location', answer.location)
  if (answer.headers) reply.headers(answer.headers)
  if (answer.version !== undefined) tagVersion(reply, answer.version)
  return reply.send(answer.status === 204 ? undefined : answer.body)
}

function sendKept(reply: FastifyReply, { status, headers, body, replayed }: Kept): FastifyReply {
  if (replayed) reply.header('idempotency-replayed', 'true')
  const { 'lectern-version': version, ...others } = headers
  if (version) tagVersion(reply, Number(version))
  reply.code(status).headers(others)
  return status === 204 ? reply.send() : reply.serializer(String).send(body)
}

class Rehearsed extends Error {
  readonly answer: Answer
  constructor(answer: Answer) {
    super('rolled back on purpose')
    this.answer = answer
  }
}

async function rehearse(pool: Db, work: Work): Promise<Answer> {
  try {
    return await transaction(pool, async db => {
      const { body = {} } = await work(db)
      await db`set constraints all immediate`
      throw new Rehearsed({ status: 200, body })
    })
  } catch (error) {
    if (error instanceof Rehearsed) return error.answer
    throw error
  }
}

/** Carries out a request in a transaction of its own; a savepoint keeps the key when the work is refused. */
function alone(pool: Pool, once: Once, work: Work): Promise<Kept> {
  return transaction(pool, async db => {
    const earlier = (await takeKeys(db, [once])).get(once)
    if (earlier && 'failure' in earlier) throw earlier.failure
    if (earlier) return earlier
    const kept = await once.render(() => transaction(db, work))
    await keepAnswers(db, [[once, kept]])
    return kept
  })
}

/** A request that was refused before anybody took its key: that is remembered, unless it was answered before. */
async function carriedOr(carryOnce: (once: Once) => Promise<Kept>, pool: Pool, once: Once): Promise<Kept> {
  try {
    return await carryOnce(once)
  } catch (error) {
    if (!isRemembered(error)) throw error
    return alone(pool, once, () => Promise.reject(error))
  }
}
