import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { expectedError, notFound, renderError, unexpectedError } from '../errors.ts'
import { methodNotAllowed } from './methods.ts'

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
  return refuse(methodNotAllowed(request) ?? notFound('Path', request.url.split('?')[0]), request, reply)
}
