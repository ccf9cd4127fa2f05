import { hash } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { ApiError } from '../../errors.ts'

declare module 'fastify' {
  interface FastifyReply {
    /** version of the single record in the answer; set by `tagVersion` */
    recordVersion: number | undefined
  }
}

/** Says that the answer is version `version` of a record, so that it gets an ETag. */
export function tagVersion(reply: FastifyReply, version: number): void {
  reply.recordVersion = version
}

/**
 * Single records carry `ETag: "<version>-<digest of the answer>"`. If-None-Match compares all of it (304 when nothing in
 * the answer changed); If-Match compares the version, so that a seat taken meanwhile does not refuse an edit.
 */
export function sendEtags(app: FastifyInstance): void {
  app.decorateReply('recordVersion', undefined)
  app.addHook('onSend', (request, reply, payload, done) => {
    if (reply.recordVersion === undefined || typeof payload !== 'string' || reply.statusCode >= 300)
      return done(null, payload)
    const etag = `"${reply.recordVersion}-${hash('sha1', payload, 'base64url').slice(0, 16)}"`
    reply.header('etag', etag)
    if (!['GET', 'HEAD'].includes(request.method) || !isKnown(request.headers['if-none-match'], etag))
      return done(null, payload)
    reply.code(304).removeHeader('content-type').removeHeader('content-length')
    done(null, '')
  })
}

/** Whether `ifNoneMatch` says that the client has the answer with this ETag (RFC 9110 §13.1.2). */
export function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  return ifNoneMatch !== undefined && tagsOf(ifNoneMatch).some(tag => tag === '*' || tag === etag)
}

/** Throws 412 unless `ifMatch` is absent, `*`, or names this version. */
export function mustMatchVersion(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || tagsOf(ifMatch).some(tag => tag === '*' || tag.startsWith(`"${version}-`)))
    return
  throw preconditionFailed()
}

/** Throws 412 for an object that does not exist yet, when a version of it was expected (RFC 9110 §13.1.1). */
export function mustNotExpect(ifMatch: string | undefined): void {
  if (ifMatch !== undefined) throw preconditionFailed()
}

const preconditionFailed = () =>
  new ApiError(
    412,
    'precondition_failed',
    'Someone else changed this meanwhile: read it again, and repeat the change on what is there now.',
  )

/** The tags of a header, without the mark of weakness that proxies add when they compress. */
function tagsOf(header: string): string[] {
  return header.split(',').map(tag => tag.trim().replace(/^W\//, ''))
}
