import type { FastifyInstance, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { scopes } from '../accounts/accounts.ts'
import { ApiError, expectedError } from '../errors.ts'
import type { Body } from '../http/draft.ts'
import { baseUrlOf } from '../http/links.ts'
import { grantToken, introspectToken, revokeToken } from './tokens.ts'

const failures = {
  400: Type.Ref('OAuthFailure'),
  401: Type.Ref('ClientFailure'),
  413: Type.Ref('Failure'),
  415: Type.Ref('Failure'),
  500: Type.Ref('Failure'),
  503: Type.Ref('Failure'),
}
const documentation = (operationId: string, summary: string, description: string) => ({
  operationId,
  tags: ['Authentication'],
  summary,
  description,
  security: [{ basic: [] }, {}] as { [scheme: string]: string[] }[],
  consumes: ['application/x-www-form-urlencoded', 'application/json', 'multipart/form-data'],
})

/** The OAuth 2.0 endpoints: RFC 6749 (client credentials), 7009, 7662. */
export function oauthRoutes(app: FastifyInstance): void {
  // A body that cannot be read is an invalid_request of RFC 6749 §5.2.
  app.setErrorHandler(error => {
    const expected = expectedError(error)
    if (!expected || expected.oauth || expected.status !== 400) throw error
    throw new ApiError(400, expected.type, expected.message, { oauthError: 'invalid_request' })
  })

  const bodyOf = (request: FastifyRequest) => request.body as Body

  app.post('/oauth2/token', {
    schema: {
      ...documentation(
        'createToken',
        'Get an access token',
        'OAuth 2.0 client credentials grant. Send key and secret by HTTP Basic or in the body. Tokens live 30 minutes; several may be valid at once.',
      ),
      body: Type.Ref('TokenRequest'),
      response: { 200: Type.Ref('AccessToken'), ...failures },
    },
    handler: async (request, reply) => {
      reply.header('cache-control', 'no-store').header('pragma', 'no-cache')
      return grantToken(app.pool, app.clock.now(), request.headers.authorization, bodyOf(request))
    },
  })

  app.post('/oauth2/revoke', {
    schema: {
      ...documentation(
        'revokeToken',
        'Revoke an access token',
        'RFC 7009. A token that is not valid is revoked already: 200 as well.',
      ),
      body: Type.Ref('TokenReference'),
      response: { 200: Type.Object({}), ...failures },
    },
    handler: async request => {
      app.tokens.forget(await revokeToken(app.pool, request.headers.authorization, bodyOf(request)))
      return {}
    },
  })

  app.post('/oauth2/introspect', {
    schema: {
      ...documentation(
        'introspectToken',
        'Ask what an access token is',
        'RFC 7662, for tokens of the same account.',
      ),
      body: Type.Ref('TokenReference'),
      response: { 200: Type.Ref('Introspection'), ...failures },
    },
    handler: async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return introspectToken(app.pool, app.clock.now(), request.headers.authorization, bodyOf(request))
    },
  })
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
  description: 'RFC 8414.',
  security: [],
  response: { 200: Type.Ref('OAuthMetadata'), 400: Type.Ref('Failure') },
}
