import { randomUUID } from 'node:crypto'
import { ApiError, renderError } from '../errors.ts'

type ClientError = Error & { code?: string }
type ClientSocket = {
  writable: boolean
  destroyed: boolean
  write: (data: string) => void
  destroy: (error: Error) => void
  end: (data: string) => void
}

/** Bytes that are no HTTP, headers that are too long, a request that does not arrive in time. */
export function answerUnreadable(error: ClientError, socket: ClientSocket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed || !socket.writable) return
  const failure =
    unreadable[error.code ?? ''] ??
    new ApiError(400, 'malformed_request', 'This is not a request in HTTP/1.1.')
  const { status, headers, body } = renderError(failure, undefined, randomUUID())
  const head = Object.entries({ ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' })
  socket.end(
    `HTTP/1.1 ${status} ${failure.type}\r\n${head.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body}`,
  )
}

const unreadable: Record<string, ApiError> = {
  ERR_HTTP_REQUEST_TIMEOUT: new ApiError(
    408,
    'request_timeout',
    'The request did not arrive completely in time.',
  ),
  HPE_HEADER_OVERFLOW: new ApiError(431, 'headers_too_large', 'The headers are too large.'),
}
