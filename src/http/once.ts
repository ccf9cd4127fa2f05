import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db, Fragment } from '../db/connection.ts'
import { ApiError, expectedError, invalid, renderError } from '../errors.ts'
import type { Answer } from './answer.ts'
import { headerOf, ignoredHeader } from './ignored.ts'
import type { Call } from './operation.ts'

/** An answer in its final form, as it is remembered; `replayed` when it was given before. */
export type Kept = { status: number; headers: Record<string, string>; body: string; replayed: boolean }

/** A request with an Idempotency-Key. */
export type Once = {
  account_id: number
  key: string
  /** SHA-256 of what is asked */
  request_hash: Buffer
  now: Date
  /** Carries out work and renders its answer, also when it is a refusal. Throws what is not remembered. */
  render: (work: () => Promise<Answer>) => Promise<Kept>
}

const keyPattern = /^[\x20-\x7e]{1,255}$/

/** The key of a POST, with what it stands for; undefined without one. Throws 400. */
export function onceOf({ request, reply, account_id, parts }: Call): Once | undefined {
  const given = request.method === 'POST' ? request.headers['idempotency-key'] : undefined
  if (given === undefined) return undefined
  const key = String(given)
  if (!keyPattern.test(key))
    throw new ApiError(
      400,
      'bad_idempotency_key',
      'Idempotency-Key must be 1 to 255 printable ASCII characters.',
    )
  return {
    account_id,
    key,
    request_hash: hash('sha256', JSON.stringify([request.method, request.url, request.body]), 'buffer'),
    now: parts.clock.now(),
    render: async work => {
      try {
        return noting(request, serialise(reply, await work()))
      } catch (error) {
        if (!isRemembered(error)) throw error
        const failure = renderError(expectedError(error)!, request.headers.accept, request.id)
        return noting(request, { ...failure, replayed: false })
      }
    },
  }
}

/** A repetition names what the first request had in vain, although it does not get that far. */
function noting({ ignored }: FastifyRequest, kept: Kept): Kept {
  const names = headerOf(ignored)
  return names ? { ...kept, headers: { ...kept.headers, [ignoredHeader]: names } } : kept
}

/** Whether a failure is the answer to a request for good; 409, 429, 5xx and unexpected failures are not. */
export function isRemembered(error: unknown): boolean {
  const status = expectedError(error)?.status ?? 500
  return status < 500 && status !== 409 && status !== 429
}

function serialise(reply: FastifyReply, { status, body, version, location, headers }: Answer): Kept {
  reply.code(status)
  return {
    status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      ...headers,
      ...(location && { location }),
      ...(version !== undefined && { 'lectern-version': String(version) }),
    },
    body: body ? String(reply.serialize(body as never)) : '',
    replayed: false,
  }
}

/**
 * Takes the keys of requests until the transaction ends, and looks what was answered to them in the last 24 hours. Those
 * that are absent from the result are new; a failure is for a key that another request has at this moment, or that was used
 * for another request.
 */
export async function takeKeys(db: Db, requests: Once[]): Promise<Map<Once, Kept | { failure: ApiError }>> {
  const result = new Map<Once, Kept | { failure: ApiError }>()
  const names = requests.map(nameOf)
  const accounts = requests.map(once => once.account_id)
  const keys = requests.map(once => once.key)
  // Lock, then look: both are sent at once, and carried out one after the other.
  const [locks, rows] = await Promise.all([
    db<{ free: boolean }[]>`
      select pg_try_advisory_xact_lock(hashtextextended(name, 0)) as free
      from unnest(${names}::text[]) with ordinality as given (name, place) order by place`,
    db<(Omit<Kept, 'replayed'> & Pick<Once, 'account_id' | 'key' | 'request_hash'>)[]>`
      select account_id, given.key, request_hash, status, headers, body from idempotency_keys kept
      join unnest(${accounts}::bigint[], ${keys}::text[], ${keys.map(withheldKey)}::text[])
        as given (account_id, key, withheld) using (account_id)
      where kept.key = any(array[given.key, given.withheld])
        and created_at > ${requests[0]!.now}::timestamptz - interval '24 hours'`,
  ])
  const answered = new Map(rows.map(row => [nameOf(row), row]))
  const mine = new Set<string>()
  for (const [index, once] of requests.entries()) {
    const known = answered.get(names[index]!)
    // A lock that is taken twice in one transaction is free both times.
    if (!locks[index]!.free || mine.has(names[index]!)) result.set(once, { failure: stillRunning() })
    else if (known && known.request_hash.length === 0) result.set(once, { failure: aboutForgotten() })
    else if (known && !known.request_hash.equals(once.request_hash))
      result.set(once, { failure: otherRequest() })
    else if (known)
      result.set(once, { status: known.status, headers: known.headers, body: known.body, replayed: true })
    mine.add(names[index]!)
  }
  return result
}

const nameOf = ({ account_id, key }: Pick<Once, 'account_id' | 'key'>) => `${account_id} ${key}`

/** Remembers the answers to requests whose keys were taken in this transaction, and forgets some that are a day old. */
export async function keepAnswers(db: Db, answers: [Once, Kept][]): Promise<void> {
  if (answers.length === 0) return
  const { now } = answers[0]![0]
  await Promise.all([
    db`
      insert into idempotency_keys (account_id, key, request_hash, status, headers, body, created_at)
      select account_id, key, decode(request_hash, 'hex'), status, headers::jsonb, body, ${now}
      from unnest(${answers.map(([once]) => once.account_id)}::bigint[], ${answers.map(([once]) => once.key)}::text[],
        ${answers.map(([once]) => once.request_hash.toString('hex'))}::text[], ${answers.map(([, kept]) => kept.status)}::int[],
        ${answers.map(([, kept]) => JSON.stringify(kept.headers))}::text[], ${answers.map(([, kept]) => kept.body)}::text[])
        as given (account_id, key, request_hash, status, headers, body)
      on conflict (account_id, key) do update set request_hash = excluded.request_hash, status = excluded.status,
        headers = excluded.headers, body = excluded.body, created_at = excluded.created_at`,
    db`
      delete from idempotency_keys where ctid = any(array(
        select ctid from idempotency_keys where created_at < ${now}::timestamptz - interval '24 hours'
        order by created_at limit ${3 * answers.length} for update skip locked))`,
  ])
}

/**
 * Empties remembered answers that a condition finds: of a request whose answer was about a person who is forgotten no more is
 * kept than that it is not to be carried out again, under a hash of its key.
 */
export async function withholdAnswers(db: Db, about: Fragment): Promise<void> {
  const withheld = await db<{ account_id: number; key: string; created_at: Date }[]>`
    delete from idempotency_keys where ${about} returning account_id, key, created_at`
  await db`
    insert into idempotency_keys (account_id, key, request_hash, status, headers, body, created_at)
    select account_id, key, '', 422, '{}', '', created_at
    from unnest(${withheld.map(row => row.account_id)}::bigint[], ${withheld.map(row => withheldKey(row.key))}::text[],
      ${withheld.map(row => row.created_at)}::timestamptz[]) as given (account_id, key, created_at)
    on conflict (account_id, key) do update set created_at = excluded.created_at`
}

/** What a key is kept as once its answer is withheld; keys of clients may name people, too. */
const withheldKey = (key: string) => `withheld ${hash('sha256', key)}`

const aboutForgotten = () =>
  invalid([
    {
      field: 'Idempotency-Key',
      type: 'forgotten',
      message:
        'The request with this Idempotency-Key was about somebody who was forgotten, and is not carried out again.',
    },
  ])
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
