import type { FastifyReply, FastifyRequest } from 'fastify'
import { expectedError, unexpectedError } from '../../errors.ts'
import { html } from '../../http/html.ts'
import { pageOf } from '../layout.ts'

/** Answers a failure to somebody who looks at a page: what is not their doing, and what their browser would not send. */
export function refusePage(
  error: Error,
  request: FastifyRequest,
  reply: FastifyReply,
  prefix: string,
): FastifyReply {
  const expected = expectedError(error)
  if (!expected) request.log.error({ err: error }, 'unexpected failure')
  const { status, message, headers } = expected ?? unexpectedError()
  return reply
    .code(status)
    .headers(headers)
    .type('text/html; charset=utf-8')
    .send(
      pageOf({
        title: 'That did not work',
        over: 'Lectern',
        main: html`<div role="alert" class="alert"><p dir="auto">${message}</p></div><p>Nothing was changed. Go back, and try again.</p>`,
        prefix,
      }),
    )
}
