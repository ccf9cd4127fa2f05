import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isKnown } from './etag.ts'

/** Sends the OpenAPI document: written when it is first asked for, then the same bytes, or 304 to who has them. */
export function documentSender(app: FastifyInstance) {
  let written: { bytes: Buffer; etag: string } | undefined
  const write = () => {
    const bytes = Buffer.from(JSON.stringify(app.swagger()))
    return { bytes, etag: `"${hash('sha1', bytes, 'base64url').slice(0, 16)}"` }
  }
  return (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    written ??= write()
    reply.headers({ etag: written.etag, 'cache-control': 'no-cache' })
    return isKnown(request.headers['if-none-match'], written.etag)
      ? reply.code(304).send()
      : reply.type('application/json; charset=utf-8').send(written.bytes)
  }
}
