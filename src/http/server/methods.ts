import type { FastifyRequest } from 'fastify'
import { ApiError } from '../../errors.ts'
import { readId } from '../query.ts'

/** Parameters of paths that hold ids: a path has a method only when it is one. */
const idParameters = ['id', 'session_id', 'change']

type Found = { params: Record<string, string | undefined> } | null

/** The failure of a request whose path has other methods: 405 with Allow; undefined for a path that has none. */
export function methodNotAllowed(request: FastifyRequest): ApiError | undefined {
  const url = request.url.split('?')[0]!
  const allowed = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'].filter(method => {
    const found = request.server.findRoute({ method, url } as never) as Found
    return found && idParameters.every(name => !(name in found.params) || readId(found.params[name]))
  })
  if (allowed.length === 0) return undefined
  const methods = allowed.join(', ')
  return new ApiError(
    405,
    'method_not_allowed',
    `${request.method} is not possible here; ${methods} ${allowed.length > 1 ? 'are' : 'is'}.`,
    { headers: { allow: methods } },
  )
}
