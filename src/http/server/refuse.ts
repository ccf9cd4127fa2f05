import { validateHeaderValue } from 'node:http'
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ApiError, expectedError, notFound, renderError, unexpectedError } from '../../errors.ts'
import { withUnknown } from '../ignored.ts'
import { methodNotAllowed } from './methods.ts'
import type { SparseLog } from './sparse-log.ts'

/** Answers a failure in the dialect that the client asked for; logs an unexpected one. */
export function refuse(
  error: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
  outages: SparseLog,
): FastifyReply {
  const expected = withUnknown(expectedError(error), request)
  if (!expected) request.log.error({ err: error }, 'unexpected failure')
  else if (expected.status >= 500)
    outages.tell(`${expected.type} ${(error as { code?: string }).code}`, times =>
      request.log.warn({ err: error, times }, 'cannot answer now'),
    )
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

/**
 * Lets every failure leave in a form of ours: a header that no answer can have, because of which the answer failed, does
 * not fail the answer that says so.
 */
export function keepFailuresSendable(app: FastifyInstance): void {
  app.addHook('onError', (_request, reply, _error, done) => {
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (![value].flat().every(each => isSendable(name, String(each)))) reply.removeHeader(name)
    done()
  })
}

function isSendable(name: string, value: string): boolean {
  try {
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
}

/** 405 with Allow for a path that other methods have, 404 for one that does not exist. */
export const refusePath = (request: FastifyRequest): ApiError =>
  methodNotAllowed(request) ?? notFound('Path', request.url.split('?')[0])
