import { STATUS_CODES } from 'node:http'

/** One thing that is wrong with one field: `type` is a stable snake_case word, `message` is for people. */
export type Fault = { field: string; message: string; type: string; [detail: string]: unknown }

/** An expected failure. Everything a client is told about it is in here; `renderError` gives it its form. */
export class ApiError extends Error {
  readonly status: number
  readonly type: string
  readonly headers: Record<string, string>
  readonly faults: Fault[]
  /** Members of RFC 6749 §5.2, for failures of the OAuth endpoints. */
  readonly oauth: { error: string; error_description: string } | undefined

  constructor(
    status: number,
    type: string,
    message: string,
    more: { headers?: Record<string, string>; faults?: Fault[]; oauthError?: string } = {},
  ) {
    super(message)
    this.status = status
    this.type = type
    this.headers = more.headers ?? {}
    this.faults = more.faults ?? []
    this.oauth = more.oauthError ? { error: more.oauthError, error_description: message } : undefined
  }
}

export const badRequest = (type: string, message: string) => new ApiError(400, type, message)
export const notFound = (noun: string, id: unknown) =>
  new ApiError(404, 'not_found', `${noun} ${String(id)} does not exist.`)
export const invalid = (faults: Fault[]) =>
  new ApiError(422, 'validation_failed', faults.map(fault => fault.message).join(' '), { faults })
const bodyTooLarge = () =>
  new ApiError(
    413,
    'body_too_large',
    'The body is too large: a request takes 1 MiB, with a picture 5 MB, with a programme 64 MiB.',
  )
export const unavailable = (message: string) =>
  new ApiError(503, 'unavailable', message, { headers: { 'retry-after': '1' } })

/** Throws when there is something wrong; all of it at once. */
export function mustBeValid(faults: Fault[]): void {
  if (faults.length > 0) throw invalid(faults)
}

const unique = (field: string, message: string): Fault => ({ field, type: 'unique', message })

/** What a violated constraint means, by its name in the migrations. */
const constraintFaults: Record<string, Fault> = {
  sessions_location_in_event: {
    field: 'location_id',
    type: 'not_found',
    message: 'Location does not belong to this event.',
  },
  sessions_track_in_event: {
    field: 'track_id',
    type: 'not_found',
    message: 'Track does not belong to this event.',
  },
  sessions_contact_in_event: {
    field: 'contact_id',
    type: 'not_found',
    message: 'Submitter does not belong to this event.',
  },
  cfs_reviews_reviewer_in_event: {
    field: 'reviewer_id',
    type: 'not_found',
    message: 'Reviewer does not belong to this event.',
  },
  registrants_reg_type_in_event: {
    field: 'reg_type_id',
    type: 'not_found',
    message: 'Registrant type does not belong to this event.',
  },
  registrants_group_in_event: {
    field: 'group_id',
    type: 'not_found',
    message: 'Registrant group does not belong to this event.',
  },
  events_url_unique: unique('url', 'URL is taken by another event.'),
  events_external_id_unique: unique('external_id', 'External ID is taken by another event.'),
  contacts_email_unique: unique('email', 'Email is that of another contact.'),
  contacts_external_id_unique: unique('external_id', 'External ID is taken by another contact.'),
  users_email_unique: unique('email', 'Email is taken by another user.'),
  accounts_name_unique: unique('name', 'An account of that name exists already.'),
}

/** What messages call a row of a table that belongs to an event. */
const nouns: Record<string, string> = {
  sessions: 'session',
  speakers: 'speaker',
  sponsors: 'sponsor',
  tracks: 'track',
  locations: 'location',
  reg_types: 'registrant type',
  registrant_groups: 'registrant group',
  registrants: 'registrant',
  event_questions: 'question',
  cfs_contacts: 'submitter or reviewer',
}

/** What a constraint refuses that every such table has: its event, its external id, its secure id. */
function faultOfConstraint(constraint: string): Fault | undefined {
  const [, table = '', rule] = /^(\w+)_(event|external_id_unique|secure_id_unique)$/.exec(constraint) ?? []
  const noun = nouns[table]
  if (constraintFaults[constraint] || !noun) return constraintFaults[constraint]
  if (rule === 'event') return { field: 'event_id', type: 'not_found', message: 'Event does not exist.' }
  return rule === 'secure_id_unique'
    ? { field: 'secure_id', type: 'unique', message: `Secure ID is taken by another ${noun}.` }
    : {
        field: 'external_id',
        type: 'unique',
        message: `External ID is taken by another ${noun} of this event.`,
      }
}

/** What was deleted when a reference to it cannot be written, by the column of a constraint that PostgreSQL has named: 404. */
const deletedMeanwhile: Record<string, string> = {
  registrant_id: 'The registrant',
  session_id: 'The session',
  speaker_id: 'The speaker',
  field_id: 'The custom field',
  question_id: 'The question',
  event_id: 'The event',
}

/** The name of the constraint that a database error is about, if it is one. */
export function violatedConstraint(error: unknown): string | undefined {
  return (error as { constraint_name?: string } | null)?.constraint_name
}

const away = 'The database does not answer. Try again in a moment.'
const busy = 'The database is busy. Try again in a moment.'

/**
 * Why the database does not do at this moment what it was asked, and another try may succeed: by SQLSTATE, or the code of
 * the network, of TLS and of the driver. Each is answered 503.
 */
const databaseFailures: [codes: RegExp, message: string][] = [
  [
    /^E(CONN(REFUSED|RESET|ABORTED)|TIMEDOUT|PIPE|(HOST|NET)(UNREACH|DOWN)|NETRESET|ADDRNOTAVAIL|NOTFOUND|AI_\w+)$/,
    away,
  ],
  [/^(EMFILE|ENFILE|ENOBUFS|EPROTO|ERR_(TLS|SSL)_\w+|CERT_\w+|\w+_CERT\w*|SASL_SIGNATURE_MISMATCH)$/, away],
  [/^(CONNECT_TIMEOUT|ANSWER_TIMEOUT|CONNECTION_(CLOSED|ENDED|DESTROYED))$/, away],
  [/^((08|28|3D|58)...|57P..)$/, away],
  [/^25006$/, 'The database can only be read at this moment. Try again in a while.'],
  [/^53...$/, 'The database has no room for this at this moment. Try again in a while.'],
  // Waiting that was cut short: locks, statements, idle transactions, the queue; and what only met others.
  [/^(55P03|57014|25P0[34]|40001|40P01|QUEUE_(FULL|TIMEOUT))$/, busy],
]

/** Every failure as an ApiError; undefined for an unexpected one. */
export function expectedError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error
  const { code = '', statusCode } = error as { code?: string; statusCode?: number }
  const constraint = violatedConstraint(error) ?? ''
  const fault = faultOfConstraint(constraint)
  if (fault) return invalid([fault])
  const gone = deletedMeanwhile[/([a-z]+_id)_fkey$/.exec(constraint)?.[1] ?? '']
  if (gone) return new ApiError(404, 'not_found', `${gone} does not exist any more.`)
  // The framework gives a status to what is wrong with a request: one that its client broke off has the code of the network.
  if (statusCode && statusCode < 500)
    return frameworkErrors[code]?.() ?? clientError(statusCode, error as Error)
  const [, reason] = databaseFailures.find(([codes]) => codes.test(code)) ?? []
  if (reason) return unavailable(reason)
  // Class 22: a value that PostgreSQL cannot hold, and that no check of ours foresaw.
  if (/^22[0-9A-Z]{3}$/.test(code))
    return badRequest('bad_value', 'The request contains a value that cannot be stored.')
  return undefined
}

/** Whether a failure is only of this moment: the database is away or busy, or too many wait. */
export const isUnavailable = (error: unknown) => expectedError(error)?.status === 503

const frameworkErrors: Record<string, () => ApiError> = {
  FST_ERR_CTP_BODY_TOO_LARGE: bodyTooLarge,
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new ApiError(
      415,
      'unsupported_media_type',
      'Send the body as application/json, application/x-www-form-urlencoded or multipart/form-data.',
    ),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    badRequest('malformed_body', 'The body is not as long as Content-Length says.'),
  FST_ERR_BAD_URL: () => badRequest('malformed_url', 'The path of the URL is not percent-encoded correctly.'),
}

function clientError(status: number, error: Error): ApiError {
  return new ApiError(
    status,
    STATUS_CODES[status]?.toLowerCase().replaceAll(/\W+/g, '_') ?? 'bad_request',
    error.message,
  )
}

export type RenderedError = { status: number; headers: Record<string, string>; body: string }

/**
 * The bytes of a failure in the dialect that the client asked for: the hosted API's (docs/contract.md §4), or RFC 9457 problem
 * details when `accept` names application/problem+json.
 */
export function renderError(error: ApiError, accept: string | undefined, requestId: string): RenderedError {
  const problem = accept?.includes('application/problem+json') ?? false
  const body = problem ? problemDetails(error, requestId) : plainError(error, requestId)
  const type = problem ? 'application/problem+json; charset=utf-8' : 'application/json; charset=utf-8'
  return {
    status: error.status,
    headers: { ...error.headers, 'content-type': type },
    body: JSON.stringify(body),
  }
}

function plainError(error: ApiError, requestId: string): unknown {
  if (error.status === 422) return error.faults
  return {
    ...error.oauth,
    name: STATUS_CODES[error.status],
    message: error.message,
    code: 0,
    status: error.status,
    type: error.type,
    request_id: requestId,
    ...(error.faults.length > 0 && { errors: error.faults }),
  }
}

function problemDetails(error: ApiError, requestId: string): unknown {
  const errors = error.faults.map(fault => ({ ...fault, pointer: `/${fault.field.replaceAll('.', '/')}` }))
  return {
    ...error.oauth,
    type: `urn:lectern:error:${error.type}`,
    title: STATUS_CODES[error.status],
    status: error.status,
    detail: error.message,
    request_id: requestId,
    ...(errors.length > 0 && { errors }),
  }
}

/** What a client learns of an unexpected failure: its request id, under which the log has the rest. */
export const unexpectedError = () =>
  new ApiError(
    500,
    'internal_error',
    'Something went wrong on our side. The request id helps to find out what.',
  )
