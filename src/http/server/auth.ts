import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ApiError } from '../../errors.ts'
import { mustBeOurs, tokenInCookie } from './cookies.ts'
import type { Role } from './roles.ts'

/** Whom a bearer token speaks for. */
export type Caller = {
  account_id: number
  actor_id: number
  scopes: string[]
  expires_at: Date
  /** whether what a request names and nothing knows is refused, instead of ignored */
  strict: boolean
  /** the person, when it is one; their events, or null for all of the account */
  user?: { id: number; role: Role; event_ids: number[] | null; session_id: number }
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller
    /** whether the token is still valid: for answers that do not end by themselves */
    isStillAllowed: () => Promise<boolean>
  }
}

/**
 * Lets only requests with a valid bearer token into this scope (RFC 6750): 401 without one, 403 when its scopes do not
 * cover the method. `findCaller` takes the token as it was sent. A browser in which a user is signed in sends a cookie instead, which
 * `findUser` takes; a request that has both is that of the token.
 */
export function authenticate(
  app: FastifyInstance,
  now: () => Date,
  findCaller: (token: string) => Promise<Caller | undefined>,
  findUser: (token: string) => Promise<Caller | undefined>,
  config: { PUBLIC_URL: string | null },
): void {
  app.decorateRequest('caller', null as unknown as Caller)
  app.decorateRequest('isStillAllowed', null as unknown as () => Promise<boolean>)
  app.addHook('onRequest', async request => {
    const token = bearerToken(request.headers.authorization)
    const cookie = request.headers.authorization === undefined ? tokenInCookie(request, config) : undefined
    const findValid = async () => {
      const caller =
        token !== undefined
          ? await findCaller(token)
          : cookie !== undefined
            ? await findUser(cookie)
            : undefined
      return caller && caller.expires_at > now() ? caller : undefined
    }
    const caller = await findValid()
    if (!caller) throw invalidToken()
    if (cookie !== undefined) mustBeOurs(request, config)
    mustCover(caller.scopes, request)
    request.caller = caller
    request.isStillAllowed = async () => (await findValid()) !== undefined
  })
}

/** The token of an Authorization header, whatever the case of the scheme and however many blanks follow it. */
function bearerToken(header: string | undefined): string | undefined {
  return /^\s*bearer\s+([A-Za-z0-9._~+/=-]{1,512})\s*$/i.exec(header ?? '')?.[1]
}

function mustCover(scopes: string[], request: FastifyRequest): void {
  const needed = request.method === 'GET' || request.method === 'HEAD' ? 'read' : 'write'
  if (scopes.includes(needed)) return
  throw new ApiError(403, 'insufficient_scope', `This token lacks the scope "${needed}".`, {
    headers: { 'www-authenticate': `Bearer error="insufficient_scope", scope="${needed}"` },
  })
}

const invalidToken = () =>
  new ApiError(
    401,
    'invalid_token',
    'The access token is missing, malformed, expired or revoked. Get one from POST /oauth2/token.',
    {
      headers: { 'www-authenticate': 'Bearer error="invalid_token"' },
    },
  )
