import type { FastifyRequest } from 'fastify'
import type { Ignored } from './ignored.ts'

/** Who acts, when, and on which version of the object they think they do (`If-Match`). */
export type Actor = {
  account_id: number
  /** null for the command line and for what the server does by itself */
  credential_id: number | null
  request_id: string | null
  now: Date
  ifMatch?: string | undefined
  /** where members that rules do not know are noted */
  ignored?: Ignored | undefined
}

/** Who sent this request, and when. */
export function actorOf(request: FastifyRequest): Actor {
  const { account_id, credential_id } = request.caller
  return {
    account_id,
    credential_id,
    request_id: request.id,
    now: request.server.clock.now(),
    ifMatch: request.headers['if-match'],
    ignored: request.ignored,
  }
}
