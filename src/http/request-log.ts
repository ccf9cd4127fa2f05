import type { FastifyReply, FastifyRequest } from 'fastify'

/** One line per request; never a header or a body, where secrets are, nor the token of a link. */
export function logResponse(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const { method, originalUrl } = request
  const url = originalUrl.replace(/^\/my\/[^/?]+/, '/my/…')
  request.log.info(
    { method, url, status: reply.statusCode, ms: Math.round(reply.elapsedTime * 10) / 10 },
    'answered',
  )
  done()
}
