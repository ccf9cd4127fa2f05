import { ApiError, invalid, renderError } from '../../errors.ts'

type Documented = { name: string; when: string; example: ApiError; headers?: string[] }

const documented = (name: string, when: string, example: ApiError, headers?: string[]): Documented => ({
  name,
  when,
  example,
  ...(headers && { headers }),
})

/** What each failure of an operation means, with an example: the documentation of docs/contract.md §4. */
export const failures: Record<number, Documented> = {
  400: documented(
    'BadRequest',
    'The body is malformed, or a parameter is missing or cannot be read; of a strict request also one that is unknown.',
    new ApiError(400, 'bad_parameter', 'page must be a positive integer, not "x".'),
    ['Lectern-Ignored', 'Preference-Applied'],
  ),
  401: documented(
    'Unauthorized',
    'The access token is missing, malformed, expired or revoked.',
    new ApiError(
      401,
      'invalid_token',
      'The access token is missing, malformed, expired or revoked. Get one from POST /oauth2/token.',
    ),
    ['WWW-Authenticate'],
  ),
  403: documented(
    'Forbidden',
    'The token lacks the scope: `read` for GET, `write` for anything else.',
    new ApiError(403, 'insufficient_scope', 'This token lacks the scope "write".'),
    ['WWW-Authenticate'],
  ),
  404: documented(
    'NotFound',
    'There is no such object in the account of the token.',
    new ApiError(404, 'not_found', 'Session 12 does not exist.'),
  ),
  405: documented(
    'MethodNotAllowed',
    'The path has other methods: `Allow` names them.',
    new ApiError(405, 'method_not_allowed', 'GET is not possible here; POST is.'),
    ['Allow'],
  ),
  408: documented(
    'RequestTimeout',
    'The request did not arrive completely in time.',
    new ApiError(408, 'request_timeout', 'The request did not arrive completely in time.'),
  ),
  409: documented(
    'Conflict',
    'A request with the same `Idempotency-Key` is still being processed.',
    new ApiError(409, 'still_running', 'A request with this Idempotency-Key is still being processed.'),
    ['Retry-After'],
  ),
  410: documented(
    'Gone',
    'The cursor was made by an earlier version (`outdated_cursor`), or is not of this database (`unknown_cursor`): read again from the start.',
    new ApiError(
      410,
      'outdated_cursor',
      'This cursor was made by an earlier version, whose feed could leave changes out. Read again from the start, without since.',
    ),
  ),
  412: documented(
    'PreconditionFailed',
    '`If-Match` names another version: someone else was first.',
    new ApiError(
      412,
      'precondition_failed',
      'Someone else changed this meanwhile: read it again, and repeat the change on what is there now.',
    ),
  ),
  413: documented(
    'ContentTooLarge',
    'The body is too large: a request takes 1 MiB, with a picture 5 MB, with a programme 64 MiB.',
    new ApiError(
      413,
      'body_too_large',
      'The body is too large: a request takes 1 MiB, with a picture 5 MB, with a programme 64 MiB.',
    ),
  ),
  414: documented(
    'URITooLong',
    'A part of the path is longer than 1200 characters.',
    new ApiError(414, 'uri_too_long', 'Max param length exceeded'),
  ),
  415: documented(
    'UnsupportedMediaType',
    'The content type of the body is not understood.',
    new ApiError(
      415,
      'unsupported_media_type',
      'Send the body as application/json, application/x-www-form-urlencoded or multipart/form-data.',
    ),
  ),
  422: documented(
    'UnprocessableContent',
    'Fields are missing or wrong, or unknown in a strict request: all of them, in one array.',
    invalid([{ field: 'name', message: 'Name cannot be blank.', type: 'required' }]),
    ['Lectern-Ignored', 'Preference-Applied'],
  ),
  431: documented(
    'RequestHeaderFieldsTooLarge',
    'The headers are larger than 16 KiB.',
    new ApiError(431, 'headers_too_large', 'The headers are too large.'),
  ),
  429: documented(
    'TooManyRequests',
    'The credits of the credential are used up, its streams are open, or too many secrets were wrong.',
    new ApiError(
      429,
      'rate_limited',
      'The limit of 60000 credits in 10 minutes is used up. It starts anew in 12 seconds.',
    ),
    ['Retry-After'],
  ),
  500: documented(
    'InternalServerError',
    'A fault of the server; its log has the rest under the request id.',
    new ApiError(
      500,
      'internal_error',
      'Something went wrong on our side. The request id helps to find out what.',
    ),
  ),
  503: documented(
    'ServiceUnavailable',
    'The server is starting, stopping or without its database.',
    new ApiError(503, 'unavailable', 'The database does not answer. Try again in a moment.'),
    ['Retry-After'],
  ),
}

/** What is answered before it is known who asks, or instead of that. */
const anonymous = ['401', '408', '431']
/** Headers of all other failures, as of successes. */
const common = [
  'X-Rate-Limit-Limit',
  'X-Rate-Limit-Remaining',
  'X-Rate-Limit-Reset',
  'Lectern-Ignored',
  'Preference-Applied',
  'Idempotency-Replayed',
]

const requestId = '6f1c7f52-6a43-4f1e-9d3a-2b1c0d9e8f70'

/** The failures as components of the OpenAPI document, in both dialects. */
export function failureResponses(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(failures).map(([status, { name, when, example, headers = [] }]) => [
      name,
      {
        description: when,
        headers: Object.fromEntries(
          ['X-Request-Id', ...(anonymous.includes(status) ? [] : common), ...headers].map(header => [
            header,
            { $ref: `#/components/headers/${header}` },
          ]),
        ),
        content: {
          'application/json': {
            schema: { $ref: `#/components/schemas/${status === '422' ? 'Faults' : 'Failure'}` },
            example: rendered(example, 'application/json'),
          },
          'application/problem+json': {
            schema: { $ref: '#/components/schemas/Problem' },
            example: rendered(example, 'application/problem+json'),
          },
        },
      },
    ]),
  )
}

/** A failure as it is without problem details; those of OAuth have an `error`. */
export type Plain = { status: number; type: string; message: string; error?: string }

/** The other dialect of an example: a medium of the same answer. */
export function inProblemDetails({ status, type, message, error }: Plain): Record<string, object> {
  const failure = new ApiError(status, type, message, { ...(error && { oauthError: error }) })
  const example = rendered(failure, 'application/problem+json')
  return { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, example } }
}

const rendered = (error: ApiError, accept: string) => JSON.parse(renderError(error, accept, requestId).body)
