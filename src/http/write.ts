import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Db, transaction } from '../db/connection.ts'
import { ApiError, expectedError, invalid, renderError } from '../errors.ts'
import { tagVersion } from './etag.ts'
import { isOn, type Query } from './query.ts'

/** What a write answers: a record with its version, or nothing (204). */
export type Answer = { status: 200 | 201 | 204; body?: object; version?: number; location?: string }

/**
 * Carries out a write and sends its answer. With `validate_only` everything is checked and rolled back; with an
 * Idempotency-Key the write and its remembered answer are one transaction, so that a repetition gets that answer even
 * when the server died before sending it. With `remember` off the key is not looked at: for answers with a secret in them.
 */
export async function write(
  request: FastifyRequest,
  reply: FastifyReply,
  work: (db: Db) => Promise<Answer>,
  { remember = true }: { remember?: boolean } = {},
): Promise<FastifyReply> {
  const { pool } = request.server
  if (isOn(request.query as Query, 'validate_only')) return send(reply, await rehearse(pool, work))
  const key = remember && request.method === 'POST' ? request.headers['idempotency-key'] : undefined
  if (key === undefined) return send(reply, await work(pool))
  return once(request, reply, String(key), work)
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  reply.code(answer.status)
  if (answer.location) reply.header('location', answer.location)
  if (answer.version !== undefined) tagVersion(reply, answer.version)
  return reply.send(answer.body)
}

class Rehearsed extends Error {
  readonly answer: Answer
  constructor(answer: Answer) {
    super('rolled back on purpose')
    this.answer = answer
  }
}

async function rehearse(pool: Db, work: (db: Db) => Promise<Answer>): Promise<Answer> {
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

type Remembered = { request_hash: Buffer; status: number; headers: Record<string, string>; body: string }
type Outcome = Omit<Remembered, 'request_hash'> & { replayed: boolean }
const keyPattern = /^[\x20-\x7e]{1,255}$/

async function once(
  request: FastifyRequest,
  reply: FastifyReply,
  key: string,
  work: (db: Db) => Promise<Answer>,
): Promise<FastifyReply> {
  if (!keyPattern.test(key))
    throw new ApiError(
      400,
      'bad_idempotency_key',
      'Idempotency-Key must be 1 to 255 printable ASCII characters.',
    )
  const account = request.caller.account_id
  const now = request.server.clock.now()
  const requestHash = hash('sha256', JSON.stringify([request.method, request.url, request.body]), 'buffer')
  const outcome = await transaction(request.server.pool, async (db): Promise<Outcome> => {
    const [lock] =
      await db`select pg_try_advisory_xact_lock(hashtextextended(${`${account} ${key}`}, 0)) as free`
    if (!lock!.free) throw stillRunning()
    const [known] = await db<Remembered[]>`
      select request_hash, status, headers, body from idempotency_keys
      where account_id = ${account} and key = ${key} and created_at > ${now}::timestamptz - interval '24 hours'`
    if (known && !known.request_hash.equals(requestHash)) throw otherRequest()
    if (known) return { ...known, replayed: true }
    const fresh = await attempt(request, reply, db, work)
    await db`
      insert into idempotency_keys (account_id, key, request_hash, status, headers, body, created_at)
      values (${account}, ${key}, ${requestHash}, ${fresh.status}, ${db.json(fresh.headers)}, ${fresh.body}, ${now})
      on conflict (account_id, key) do update set request_hash = excluded.request_hash, status = excluded.status,
        headers = excluded.headers, body = excluded.body, created_at = excluded.created_at`
    await db`
      delete from idempotency_keys where ctid = any(array(
        select ctid from idempotency_keys where created_at < ${now}::timestamptz - interval '24 hours'
        order by created_at limit 3 for update skip locked))`
    return { ...fresh, replayed: false }
  })
  if (outcome.replayed) reply.header('idempotency-replayed', 'true')
  const { 'lectern-version': version, ...headers } = outcome.headers
  if (version) tagVersion(reply, Number(version))
  reply.code(outcome.status).headers(headers)
  return outcome.status === 204 ? reply.send() : reply.serializer(String).send(outcome.body)
}

/** The answer in its final form, also when it is a refusal; 5xx and 429 are thrown, and so not remembered. */
async function attempt(
  request: FastifyRequest,
  reply: FastifyReply,
  db: Db,
  work: (db: Db) => Promise<Answer>,
): Promise<Omit<Remembered, 'request_hash'>> {
  try {
    const answer = await transaction(db, work)
    const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' }
    if (answer.location) headers.location = answer.location
    if (answer.version !== undefined) headers['lectern-version'] = String(answer.version)
    reply.code(answer.status)
    return {
      status: answer.status,
      headers,
      body: answer.body ? String(reply.serialize(answer.body as never)) : '',
    }
  } catch (error) {
    const failure = expectedError(error)
    if (!failure || failure.status >= 500 || failure.status === 429) throw error
    return renderError(failure, request.headers.accept, request.id)
  }
}

const stillRunning = () =>
  new ApiError(409, 'still_running', 'A request with this Idempotency-Key is still being processed.', {
    headers: { 'retry-after': '1' },
  })
const otherRequest = () =>
  invalid([
    {
      field: 'Idempotency-Key',
      type: 'idempotency_key_reused',
      message: 'This Idempotency-Key was used for a different request.',
    },
  ])
