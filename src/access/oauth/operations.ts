import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { NotifiedCache } from '../../db/cache.ts'
import { ApiError, expectedError } from '../../errors.ts'
import { answerOf, bodyOf } from '../../http/document/schemas.ts'
import type { Call, Operation } from '../../http/operation.ts'
import type { Caller } from '../../http/server/auth.ts'
import { type FailureLimit, networkOf } from '../../http/server/failure-limit.ts'
import { scopes } from '../accounts/accounts.ts'
import * as schemas from './schema.ts'
import { clientName, grantToken, introspectToken, revokeToken } from './tokens.ts'

/** What the OAuth endpoints need of the program. */
type Parts = {
  /** whom tokens speak for, by their hash in hex */
  tokens: NotifiedCache<Caller | undefined>
  /** wrong secrets of this minute */
  clientFailures: FailureLimit
  config: { TRUST_PROXY: boolean | number | string }
}

/** Failures of a key within a minute, for one network or, where that is not known, for all; and of a network. */
const failuresOfKey = 30
const failuresOfNetwork = 300

const tag = 'Authentication'
const tokenReference = bodyOf('TokenReference', schemas.TokenReference)

/** The OAuth 2.0 endpoints: RFC 6749 (client credentials), 7009, 7662; at the root as well as under the base path. */
export const oauthOperations: Operation<Parts>[] = [
  {
    ...endpoint(
      '/oauth2/token',
      'OAuth 2.0 client credentials grant. Send key and secret by HTTP Basic or in the body. Tokens live 30 minutes; several may be valid at once.',
    ),
    id: 'createToken',
    summary: 'Get an access token',
    body: bodyOf('TokenRequest', schemas.TokenRequest),
    success: { 200: answerOf('AccessToken', schemas.AccessToken) },
    handler: call =>
      attempt(call, ({ parts: { pool, clock }, request, body }) =>
        grantToken(pool, clock.now(), request.headers.authorization, body),
      ),
  },
  {
    ...endpoint('/oauth2/revoke', 'RFC 7009. A token that is not valid is revoked already: 200 as well.'),
    id: 'revokeToken',
    summary: 'Revoke an access token',
    body: tokenReference,
    success: { 200: Type.Object({}) },
    handler: call =>
      attempt(call, async ({ parts: { pool, tokens }, request, body }) => {
        tokens.forget(await revokeToken(pool, request.headers.authorization, body))
        return {}
      }),
  },
  {
    ...endpoint('/oauth2/introspect', 'RFC 7662, for tokens of the same account.'),
    id: 'introspectToken',
    summary: 'Ask what an access token is',
    body: tokenReference,
    success: { 200: answerOf('Introspection', schemas.Introspection) },
    handler: call =>
      attempt(call, ({ parts: { pool, clock }, request, body }) =>
        introspectToken(pool, clock.now(), request.headers.authorization, body),
      ),
  },
]

function endpoint(path: string, description: string) {
  return {
    spellings: [`POST /api/v1${path}`],
    unlisted: [`POST ${path}`],
    tag,
    description: `${description} Also at \`${path}\`, without the base path. After 30 wrong secrets for a key within a minute, or 300 from one network, 429 until the minute is over.`,
    access: 'credential' as const,
    bodyTypes: ['application/x-www-form-urlencoded', 'application/json', 'multipart/form-data'],
    refusals: {
      400: answerOf('OAuthFailure', schemas.OAuthFailure),
      401: answerOf('ClientFailure', schemas.ClientFailure),
    },
    failures: [413, 415, 429, 500, 503],
  }
}

/** Lets a client try unless too many have failed; counts a wrong pair of key and secret, and nothing else. */
async function attempt(call: Call<Parts>, answer: (call: Call<Parts>) => Promise<object>): Promise<object> {
  const { request, reply, body, parts } = call
  const limit = parts.clientFailures
  reply.header('cache-control', 'no-store').header('pragma', 'no-cache')
  const now = parts.clock.now()
  const network = networkOf(request, parts.config)
  const limited = [
    { name: `${clientName(request.headers.authorization, body)} ${network}`, limit: failuresOfKey },
    ...(network ? [{ name: network, limit: failuresOfNetwork }] : []),
  ]
  limit.mustBeOpen(limited, now)
  try {
    return await answer(call)
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) limit.count(limited, now)
    throw error
  }
}

/** Within this scope a body that cannot be read is an invalid_request of RFC 6749 §5.2. */
export function failAsOAuth(app: FastifyInstance): void {
  app.setErrorHandler(error => {
    const expected = expectedError(error)
    if (!expected || expected.oauth || expected.status !== 400) throw error
    throw new ApiError(400, expected.type, expected.message, { oauthError: 'invalid_request' })
  })
}

/** RFC 8414 metadata, outside the base path. */
export const metadataOperations: Operation[] = [
  {
    spellings: ['GET /.well-known/oauth-authorization-server'],
    id: 'getOAuthMetadata',
    tag,
    summary: 'Get the addresses of the OAuth endpoints',
    description: 'RFC 8414. The endpoints answer at `/oauth2/…`, without the base path, as well.',
    access: 'everybody',
    success: { 200: answerOf('OAuthMetadata', schemas.OAuthMetadata) },
    failures: [400],
    handler: ({ baseUrl: issuer }) => {
      const base = `${issuer}/api/v1/oauth2`
      const clientAuthentication = ['client_secret_basic', 'client_secret_post']
      return {
        issuer,
        token_endpoint: `${base}/token`,
        token_endpoint_auth_methods_supported: clientAuthentication,
        grant_types_supported: ['client_credentials'],
        response_types_supported: [],
        scopes_supported: scopes,
        revocation_endpoint: `${base}/revoke`,
        revocation_endpoint_auth_methods_supported: clientAuthentication,
        introspection_endpoint: `${base}/introspect`,
        introspection_endpoint_auth_methods_supported: clientAuthentication,
        service_documentation: `${issuer}/docs`,
      }
    },
  },
]
