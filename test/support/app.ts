import { after } from 'node:test'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { createAccount, createCredential } from '../../src/access/accounts/accounts.ts'
import { buildApp } from '../../src/app.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { connect, type Limits, type Pool } from '../../src/db/connection.ts'
import { type Clock, makeParts, type Parts, systemClock } from '../../src/parts.ts'
import { moveReasons, SelectionChange } from '../../src/records/changes/selection-schema.ts'
import { documentationOf } from './documented.ts'

export type Json = Record<string, any>
export type Reply = { status: number; headers: Json; body: any; text: string }

/** A running application with an account and a token of its own; ends with the test file. */
export type TestApp = {
  app: FastifyInstance
  parts: Parts
  pool: Pool
  account_id: number
  key: string
  secret: string
  token: string
  /** Calls the API as the account; `path` follows /api/v1. A body is sent as JSON. */
  call: (method: string, path: string, body?: unknown, headers?: Json) => Promise<Reply>
  /** Sends a request exactly as described. */
  raw: (options: InjectOptions) => Promise<Reply>
  /** Creates an object and returns it; throws the answer unless it is 201. */
  make: (plural: string, body: Json) => Promise<any>
}

let accounts = 0

export type TestOptions = {
  env?: Record<string, string>
  clock?: Clock
  /** receives every log line */
  log?: { write: (line: string) => void }
  /** another process, so to speak, on the same database, for the same account and token */
  beside?: TestApp
  /** a database other than the one that all tests of a run share */
  url?: string
  /** hears no notification: all of them are held back */
  isDeaf?: boolean
  /** how long its statements may wait for the database; without end unless given */
  limits?: Limits
  /** reads over connections of their own, as the server does */
  hasReaders?: boolean
}

export async function testApp(options: TestOptions = {}): Promise<TestApp> {
  const url = options.url ?? process.env.TEST_DATABASE_URL
  if (!url) throw new Error('Run tests with `npm test`, which starts their database.')
  const pool = connect(url, { max: 6, ...(options.limits && { limits: options.limits }) })
  if (options.isDeaf) pool.listen = (async () => ({ unlisten: async () => {} })) as unknown as Pool['listen']
  const config: Config = readConfig({
    PUBLIC_URL: 'http://lectern.test',
    RATE_LIMIT_CREDITS: '0',
    ...options.env,
  })
  const { clock = systemClock, log } = options
  const readers = options.hasReaders ? connect(url, { max: 1, reads: true }) : pool
  const parts = await makeParts({ pool, readers, config, clock })
  const app = await buildApp(parts, log)
  after(async () => {
    await app.close()
    await Promise.all([pool.end({ timeout: 5 }), readers.end({ timeout: 5 })])
  })
  const check = documentationOf()
  const raw = async (request: InjectOptions) => {
    const reply = toReply(await app.inject(request))
    check(request.method ?? 'GET', String(request.url), reply)
    return reply
  }
  const { account_id, key, secret, token } = options.beside ?? (await newAccount(pool, raw))
  const call: TestApp['call'] = (method, path, body, headers = {}) =>
    raw({
      method: method as 'GET',
      url: `/api/v1${path}`,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body !== undefined && { payload: body as object }),
    })
  const make = async (plural: string, body: Json) => {
    const reply = await call('POST', `/${plural}/create`, body)
    if (reply.status !== 201)
      throw new Error(`POST /${plural}/create answered ${reply.status}: ${reply.text}`)
    return reply.body
  }
  return { app, parts, pool, account_id, key, secret, token, call, raw, make }
}

async function newAccount(pool: Pool, raw: TestApp['raw']) {
  const account = await createAccount(pool, `test ${process.pid} ${++accounts} ${Date.now()}`)
  const { key, secret } = await createCredential(pool, account.id, 'test', ['read', 'write'])
  return { account_id: account.id, key, secret, token: await getToken(raw, key, secret) }
}

/** `Authorization: Basic …` of a key and secret. */
export function basic(key: string, secret: string): string {
  return `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`
}

/** A new access token; with `scope` one that may do less. */
export async function getToken(
  raw: TestApp['raw'],
  key: string,
  secret: string,
  scope?: string,
): Promise<string> {
  const granted = await raw({
    method: 'POST',
    url: '/api/v1/oauth2/token',
    headers: { authorization: basic(key, secret) },
    payload: { grant_type: 'client_credentials', scope },
  })
  return granted.body.access_token
}

/** What 422 says, as `field: type`. */
export function faultsIn({ status, body }: Reply): string[] {
  if (status !== 422) throw new Error(`answered ${status}: ${JSON.stringify(body)}`)
  return body.map((fault: { field: string; type: string }) => `${fault.field}: ${fault.type}`)
}

/** The change records of an account in the order of their writing, also those that the feed still holds back. */
export async function changesOf({ pool, account_id }: TestApp): Promise<Json[]> {
  const changes = await pool`select * from changes where account_id = ${account_id} order by id`
  for (const change of changes) if (change.object === 'selection') mustBeExplained(change)
  return changes
}

/** Throws for a record of a selection with members, or a reason, that the documentation does not know. */
function mustBeExplained({ before, after }: Json): void {
  const { why, ...members } = after ?? before
  const unknown = Object.keys(members).filter(name => !Object.hasOwn(SelectionChange.properties, name))
  if (!Object.hasOwn(moveReasons, why) || unknown.length > 0)
    throw new Error(`a selection changed because "${why}", with ${unknown.join() || 'nothing unknown'}`)
}

/** How many statements a piece of work sends to the database: all, or those that `counts` says. */
export async function countStatements(
  pool: Pool,
  work: () => Promise<unknown>,
  counts: (statement: string) => boolean = () => true,
): Promise<number> {
  let statements = 0
  pool.options.debug = (_connection, statement) => {
    // What a fresh connection asks for by itself does not count.
    if (!statement.includes('pg_catalog.pg_type') && counts(statement)) statements++
  }
  await work()
  pool.options.debug = false
  return statements
}

/** Rows by table, of a database that no other file writes to: to see that nothing was kept. */
export async function countRows(pool: Pool): Promise<Json> {
  const [counts] = await pool`
    select (select count(*)::int from events) as events, (select count(*)::int from tracks) as tracks,
      (select count(*)::int from locations) as locations, (select count(*)::int from sessions) as sessions,
      (select count(*)::int from session_fields) as session_fields,
      (select count(*)::int from session_field_choices) as choices, (select count(*)::int from changes) as changes,
      (select count(*)::int from registrants) as registrants, (select count(*)::int from selections) as selections,
      (select count(*)::int from outbox) as letters, (select count(*)::int from tokens) as tokens, (select count(*)::int from idempotency_keys) as keys`
  return counts!
}

function toReply(response: LightMyRequestResponse): Reply {
  const isJson = String(response.headers['content-type']).includes('json')
  return {
    status: response.statusCode,
    headers: response.headers as Json,
    body: isJson ? response.json() : undefined,
    text: response.body,
  }
}
