import { after } from 'node:test'
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { createAccount, createCredential } from '../../src/accounts/accounts.ts'
import { buildApp, type Clock, systemClock } from '../../src/app.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { connect, type Pool } from '../../src/db/connection.ts'

export type Json = Record<string, any>
export type Reply = { status: number; headers: Json; body: any; text: string }

/** A running application with an account and a token of its own; ends with the test file. */
export type TestApp = {
  app: FastifyInstance
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

export async function testApp(
  options: { env?: Record<string, string>; clock?: Clock } = {},
): Promise<TestApp> {
  const url = process.env.TEST_DATABASE_URL
  if (!url) throw new Error('Run tests with `npm test`, which starts their database.')
  const pool = connect(url, { max: 6 })
  const config: Config = readConfig({
    PUBLIC_URL: 'http://lectern.test',
    RATE_LIMIT_CREDITS: '0',
    ...options.env,
  })
  const app = await buildApp({ pool, config, clock: options.clock ?? systemClock })
  after(async () => {
    await app.close()
    await pool.end({ timeout: 5 })
  })
  const account = await createAccount(pool, `test ${process.pid} ${++accounts} ${Date.now()}`)
  const { key, secret } = await createCredential(pool, account.id, 'test', ['read', 'write'])
  const raw = async (request: InjectOptions) => toReply(await app.inject(request))
  const granted = await raw({
    method: 'POST',
    url: '/api/v1/oauth2/token',
    headers: { authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}` },
    payload: { grant_type: 'client_credentials' },
  })
  const token: string = granted.body.access_token
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
  return { app, pool, account_id: account.id, key, secret, token, call, raw, make }
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
