import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { ApiError, expectedError, notFound, renderError, unexpectedError } from '../errors.ts'

/** Answers a failure in the dialect that the client asked for; logs what nobody expected. */
export function refuse(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const expected = expectedError(error)
  if (!expected) request.log.error({ err: error }, 'unexpected failure')
  else if (expected.status >= 500) request.log.warn({ err: error }, 'cannot answer now')
  const { status, headers, body } = renderError(
    expected ?? unexpectedError(),
    request.headers.accept,
    request.id,
  )
  return reply
    .code(status)
    .headers({ 'x-request-id': request.id, ...headers })
    .serializer(String)
    .send(body)
}

/** 405 with Allow for a path that other methods have, 404 for one that nobody has. */
export function refusePath(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const path = request.url.split('?')[0]!
  const allowed = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].filter(method =>
    request.server.findRoute({ method, url: path } as never),
  )
  const error =
    allowed.length > 0
      ? new ApiError(
          405,
          'method_not_allowed',
          `${request.method} is not possible here; ${allowed.join(', ')} is.`,
          { headers: { allow: allowed.join(', ') } },
        )
      : notFound('Path', path)
  return refuse(error, request, reply)
}
