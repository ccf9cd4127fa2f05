import type { FastifyInstance, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { ApiError, expectedError } from '../../errors.ts'
import type { Body } from '../../http/draft.ts'
import { FailureLimit, networkOf } from '../../http/failure-limit.ts'
import { baseUrlOf } from '../../http/links.ts'
import { scopes } from '../accounts/accounts.ts'
import { clientName, grantToken, introspectToken, revokeToken } from './tokens.ts'

const failures = {
  400: Type.Ref('OAuthFailure'),
  401: Type.Ref('ClientFailure'),
  413: Type.Ref('Failure'),
  415: Type.Ref('Failure'),
  429: Type.Ref('Failure'),
  500: Type.Ref('Failure'),
  503: Type.Ref('Failure'),
}
/** Failures of a key within a minute, for one network or, where that is not known, for all; and of a network. */
const failuresOfKey = 30
const failuresOfNetwork = 300

type Endpoint = (request: FastifyRequest, body: Body) => Promise<object>

/** The OAuth 2.0 endpoints: RFC 6749 (client credentials), 7009, 7662; at the root as well as under the base path. */
export function oauthRoutes(app: FastifyInstance): void {
  const limit = new FailureLimit()
  // A body that cannot be read is an invalid_request of RFC 6749 §5.2.
  app.setErrorHandler(error => {
    const expected = expectedError(error)
    if (!expected || expected.oauth || expected.status !== 400) throw error
    throw new ApiError(400, expected.type, expected.message, { oauthError: 'invalid_request' })
  })

  const endpoint = (path: string, schema: object, answer: Endpoint) => {
    for (const [prefix, hide] of [
      ['/api/v1', false],
      ['', true],
    ] as const)
      app.post(`${prefix}${path}`, {
        schema: { ...schema, hide } as object,
        handler: async (request, reply) => {
          reply.header('cache-control', 'no-store').header('pragma', 'no-cache')
          return attempt(limit, request, answer)
        },
      })
  }

  endpoint('/oauth2/token', tokenSchema, (request, body) =>
    grantToken(app.pool, app.clock.now(), request.headers.authorization, body),
  )
  endpoint('/oauth2/revoke', revokeSchema, async (request, body) => {
    app.tokens.forget(await revokeToken(app.pool, request.headers.authorization, body))
    return {}
  })
  endpoint('/oauth2/introspect', introspectSchema, (request, body) =>
    introspectToken(app.pool, app.clock.now(), request.headers.authorization, body),
  )
}

/** Lets a client try unless too many have failed; counts a wrong pair of key and secret, and nothing else. */
async function attempt(limit: FailureLimit, request: FastifyRequest, answer: Endpoint): Promise<object> {
  const body = request.body as Body
  const now = request.server.clock.now()
  const network = networkOf(request)
  const limited = [
    { name: `${clientName(request.headers.authorization, body)} ${network}`, limit: failuresOfKey },
    ...(network ? [{ name: network, limit: failuresOfNetwork }] : []),
  ]
  limit.mustBeOpen(limited, now)
  try {
    return await answer(request, body)
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) limit.count(limited, now)
    throw error
  }
}

const documentation = (operationId: string, summary: string, path: string, description: string) => ({
  operationId,
  tags: ['Authentication'],
  summary,
  description: `${description} Also at \`${path}\`, without the base path. After 30 wrong secrets for a key within a minute, or 300 from one network, 429 until the minute is over.`,
  security: [{ basic: [] }, {}] as { [scheme: string]: string[] }[],
  consumes: ['application/x-www-form-urlencoded', 'application/json', 'multipart/form-data'],
})
const tokenSchema = {
  ...documentation(
    'createToken',
    'Get an access token',
    '/oauth2/token',
    'OAuth 2.0 client credentials grant. Send key and secret by HTTP Basic or in the body. Tokens live 30 minutes; several may be valid at once.',
  ),
  body: Type.Ref('TokenRequest'),
  response: { 200: Type.Ref('AccessToken'), ...failures },
}
const revokeSchema = {
  ...documentation(
    'revokeToken',
    'Revoke an access token',
    '/oauth2/revoke',
    'RFC 7009. A token that is not valid is revoked already: 200 as well.',
  ),
  body: Type.Ref('TokenReference'),
  response: { 200: Type.Object({}), ...failures },
}
const introspectSchema = {
  ...documentation(
    'introspectToken',
    'Ask what an access token is',
    '/oauth2/introspect',
    'RFC 7662, for tokens of the same account.',
  ),
  body: Type.Ref('TokenReference'),
  response: { 200: Type.Ref('Introspection'), ...failures },
}

/** RFC 8414 metadata, outside the base path. */
export function oauthMetadata(app: FastifyInstance): void {
  app.get('/.well-known/oauth-authorization-server', { schema: metadataSchema }, async request => {
    const base = `${baseUrlOf(request)}/api/v1/oauth2`
    const clientAuthentication = ['client_secret_basic', 'client_secret_post']
    return {
      issuer: baseUrlOf(request),
      token_endpoint: `${base}/token`,
      token_endpoint_auth_methods_supported: clientAuthentication,
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      scopes_supported: scopes,
      revocation_endpoint: `${base}/revoke`,
      revocation_endpoint_auth_methods_supported: clientAuthentication,
      introspection_endpoint: `${base}/introspect`,
      introspection_endpoint_auth_methods_supported: clientAuthentication,
      service_documentation: `${baseUrlOf(request)}/docs`,
    }
  })
}

const metadataSchema = {
  operationId: 'getOAuthMetadata',
  tags: ['Authentication'],
  summary: 'Get the addresses of the OAuth endpoints',
  description: 'RFC 8414. The endpoints answer at `/oauth2/…`, without the base path, as well.',
  security: [],
  response: { 200: Type.Ref('OAuthMetadata'), 400: Type.Ref('Failure') },
}
