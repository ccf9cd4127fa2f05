import type { FastifyReply, FastifyRequest } from 'fastify'
import { ApiError } from '../../errors.ts'
import { baseUrlOf } from '../links.ts'

/*
 * The cookie of a user who is signed in. Its name begins with `__Host-`, so that it is sent by HTTPS and by this host only
 * (RFC 6265bis §4.1.3.2). On this machine Lectern is tried without HTTPS: there it has another name.
 */

const secureName = '__Host-lectern'
const localName = 'lectern'

type Config = { PUBLIC_URL: string | null }

/** The token in the cookie of a request. Over HTTPS only the protected name counts: any site of the domain could write the other. */
export function tokenInCookie(request: FastifyRequest, config: Config): string | undefined {
  const expected = new URL(baseUrlOf(request, config)).protocol === 'https:' ? secureName : localName
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const [name = '', value = ''] = part.trim().split('=')
    if (name === expected && /^[\w-]{20,200}$/.test(value)) return value
  }
  return undefined
}

/** Sends a cookie that ends with `expires`. Throws 403 where it would travel unprotected. */
export function sendCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  config: Config,
  token: string,
  expires: Date,
): void {
  reply.header('set-cookie', `${protectedCookie(request, config, token)}; Expires=${expires.toUTCString()}`)
}

/** Takes the cookie back. */
export function clearCookie(request: FastifyRequest, reply: FastifyReply, config: Config): void {
  reply.header('set-cookie', `${protectedCookie(request, config, '')}; Max-Age=0`)
}

function protectedCookie(request: FastifyRequest, config: Config, value: string): string {
  const { protocol, hostname } = new URL(baseUrlOf(request, config))
  const attributes = 'Path=/; HttpOnly; SameSite=Lax'
  if (protocol === 'https:') return `${secureName}=${value}; ${attributes}; Secure`
  if (/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname)) return `${localName}=${value}; ${attributes}`
  throw new ApiError(
    403,
    'https_required',
    'People sign in over HTTPS only: a password would travel in the open.',
  )
}

/** Throws 403 for a request of another site that changes something: the browser sends the cookie with it. */
export function mustBeOurs(request: FastifyRequest, config: Config): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  const { origin } = request.headers
  const site = request.headers['sec-fetch-site']
  const ours = new URL(baseUrlOf(request, config)).origin
  if (site === 'same-origin' || (site === undefined && origin === ours)) return
  throw new ApiError(403, 'cross_site', 'A signed-in browser changes something only from our own pages.')
}

/** What a browser calls itself, as people would say it. */
export function agentOf({ headers }: FastifyRequest): string | null {
  const text = headers['user-agent'] ?? ''
  const browser = /(Firefox|Edg|OPR|Chrome|Safari)/.exec(text.replace('Edge', 'Edg'))?.[1]
  const system = /(Windows|Android|iPhone|iPad|Mac OS X|Linux)/.exec(text)?.[1]
  const words = [browser?.replace('Edg', 'Edge').replace('OPR', 'Opera') ?? text.slice(0, 40), system].filter(
    Boolean,
  )
  return words.join(' on ') || null
}
