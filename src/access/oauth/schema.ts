import Type from 'typebox'
import { failureMembers } from '../../http/document/failure-schemas.ts'

const ClientFields = {
  client_id: Type.Optional(
    Type.String({
      description: 'The key, when it is not in the Authorization header.',
      examples: ['fMXkV3k9G1sTqZ0p'],
    }),
  ),
  client_secret: Type.Optional(
    Type.String({
      description: 'The secret, when it is not in the Authorization header.',
      examples: ['0Jc4m1pXwq8R2tB6yL9nS3vK7hD5fG1aZxQeUiOoPlM'],
    }),
  ),
}
const token = 'Yp3sV6y9B1e4H7k0N3q6T9w2Z5c8F1i4L7o0R3u6X9a'

export const TokenRequest = Type.Object({
  grant_type: Type.String({
    description: 'The only grant: client credentials (RFC 6749 §4.4).',
    enum: ['client_credentials'],
  }),
  scope: Type.Optional(
    Type.String({ description: 'Less than the credential has: `read`, `write`.', examples: ['read write'] }),
  ),
  ...ClientFields,
})

/** A token that is asked about or given back. */
export const TokenReference = Type.Object({
  token: Type.String({ description: 'The access token.', examples: [token] }),
  ...ClientFields,
})

export const AccessToken = Type.Object({
  access_token: Type.String({ description: 'The token, for the Authorization header.', examples: [token] }),
  type: Type.String({ description: 'As older clients read it.', enum: ['bearer'] }),
  token_type: Type.String({ description: 'How the token is sent (RFC 6750).', enum: ['Bearer'] }),
  expires_at: Type.String({ description: 'UTC, `YYYY-MM-DD HH:MM:SS`.', examples: ['2026-11-22 14:30:00'] }),
  expires_in: Type.Integer({ description: 'Seconds.', examples: [1800] }),
  scope: Type.String({ description: 'What the token allows.', examples: ['read write'] }),
})

export const Introspection = Type.Object({
  active: Type.Boolean({ description: 'Whether the token is valid.', examples: [true] }),
  scope: Type.Optional(Type.String({ description: 'What the token allows.', examples: ['read write'] })),
  client_id: Type.Optional(
    Type.String({ description: 'The key of the credential.', examples: ['fMXkV3k9G1sTqZ0p'] }),
  ),
  token_type: Type.Optional(
    Type.String({ description: 'How the token is sent (RFC 6750).', examples: ['Bearer'] }),
  ),
  iat: Type.Optional(Type.Integer({ description: 'Issued at, Unix seconds.', examples: [1795357800] })),
  exp: Type.Optional(Type.Integer({ description: 'Expires at, Unix seconds.', examples: [1795359600] })),
})

const endpoint = (path: string, description = 'URL of an endpoint.') =>
  Type.String({ format: 'uri', description, examples: [`https://lectern.example${path}`] })
const Words = (description: string, ...words: string[]) =>
  Type.Array(Type.String(), { description, examples: [words] })
const authentication = 'How clients authenticate there.'

/** RFC 8414 §2. */
export const OAuthMetadata = Type.Object({
  issuer: endpoint('', 'URL of this server.'),
  token_endpoint: endpoint('/api/v1/oauth2/token'),
  token_endpoint_auth_methods_supported: Words(authentication, 'client_secret_basic', 'client_secret_post'),
  grant_types_supported: Words('Grants of RFC 6749.', 'client_credentials'),
  response_types_supported: Words('None: there is no authorization endpoint.'),
  scopes_supported: Words('What tokens may allow.', 'read', 'write'),
  revocation_endpoint: endpoint('/api/v1/oauth2/revoke'),
  revocation_endpoint_auth_methods_supported: Words(
    authentication,
    'client_secret_basic',
    'client_secret_post',
  ),
  introspection_endpoint: endpoint('/api/v1/oauth2/introspect'),
  introspection_endpoint_auth_methods_supported: Words(
    authentication,
    'client_secret_basic',
    'client_secret_post',
  ),
  service_documentation: endpoint('/docs', 'A page for developers.'),
})

const failure = (name: string, status: number, error: string, error_description: string) =>
  Type.Object(
    {
      error: Type.String({ description: 'RFC 6749 §5.2.' }),
      error_description: Type.String({ description: 'For people.' }),
      ...failureMembers,
    },
    {
      additionalProperties: true,
      description: 'The members of RFC 6749 §5.2 beside those of every failure.',
      examples: [
        {
          error,
          error_description,
          name,
          message: error_description,
          code: 0,
          status,
          type: error,
          request_id: '6f1c7f52-6a43-4f1e-9d3a-2b1c0d9e8f70',
        },
      ],
    },
  )

export const OAuthFailure = failure(
  'Bad Request',
  400,
  'unsupported_grant_type',
  'The only grant_type is client_credentials.',
)
export const ClientFailure = failure(
  'Unauthorized',
  401,
  'invalid_client',
  'The key and secret do not belong to a valid credential.',
)
