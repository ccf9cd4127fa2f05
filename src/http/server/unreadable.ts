import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { FastifyInstance } from 'fastify'
import { ApiError, badRequest, renderError } from '../../errors.ts'

type ClientError = Error & { code?: string }
type ClientSocket = {
  writable: boolean
  destroyed: boolean
  write: (data: string) => void
  destroy: () => void
  end: (data: string) => void
  setTimeout?: (milliseconds: number, then: () => void) => void
}

/** How long a connection that is given up may still take what it was told, in milliseconds. */
const farewell = 5000

/** Bytes that are no HTTP, headers that are too long, a request that does not arrive in time. */
export function answerUnreadable(error: ClientError, socket: ClientSocket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return
  const failure =
    unreadable[error.code ?? ''] ??
    new ApiError(400, 'malformed_request', 'This is not a request in HTTP/1.1.')
  // The other side may neither read nor hang up.
  socket.setTimeout?.(farewell, () => socket.destroy())
  socket.end(bytesOf(failure))
}

/** Answers what Node would answer by itself, in a form that is not ours: an expectation, a request without a host. */
export function answerForNode(app: FastifyInstance): void {
  app.server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    const failure = new ApiError(
      417,
      'expectation_failed',
      'The only expectation that is met is 100-continue.',
    )
    response.socket?.end(bytesOf(failure))
  })
  app.addHook('onRequest', async ({ raw }) => {
    if (raw.httpVersion === '1.1' && raw.headers.host === undefined)
      throw badRequest('bad_host', 'A request in HTTP/1.1 has a Host header.')
  })
}

function bytesOf(failure: ApiError): string {
  const { status, headers, body } = renderError(failure, undefined, randomUUID())
  const head = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' })
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`
}

const unreadable: Record<string, ApiError> = {
  ERR_HTTP_REQUEST_TIMEOUT: new ApiError(
    408,
    'request_timeout',
    'The request did not arrive completely in time.',
  ),
  HPE_HEADER_OVERFLOW: new ApiError(431, 'headers_too_large', 'The headers are too large.'),
}
