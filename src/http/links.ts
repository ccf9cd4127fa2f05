import type { FastifyRequest } from 'fastify'
import { badRequest } from '../errors.ts'

/** Start of every link in an answer: the configured public URL, or the host that the request named. */
export function baseUrlOf(request: FastifyRequest, config: { PUBLIC_URL: string | null }): string {
  if (config.PUBLIC_URL) return config.PUBLIC_URL
  const base = `${request.protocol}://${request.host}`
  if (!/^[\w.:[\]-]+$/.test(request.host) || !URL.canParse(base))
    throw badRequest('bad_host', 'The Host header names no host.')
  return base
}

/** The path under which Lectern is reached, without a slash at its end: that of the configured public URL. */
export const pathPrefixOf = ({ PUBLIC_URL }: { PUBLIC_URL: string | null }) =>
  PUBLIC_URL ? new URL(PUBLIC_URL).pathname.replace(/\/$/, '') : ''

/**
 * Start of every link in an e-mail, which no request has asked for: the configured public URL, or the address that the server
 * listens on when that is a loopback address, so that the reader of the e-mail is on this machine. Null when it is not known.
 */
export function linkBaseAt(listening: string, configured: string | null): string | null {
  if (configured) return configured
  return /^(?:127\.[\d.]+|\[::1\])$/.test(new URL(listening).hostname) ? listening : null
}
