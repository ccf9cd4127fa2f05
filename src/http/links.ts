import type { FastifyRequest } from 'fastify'
import { badRequest } from '../errors.ts'

/** Start of every link in an answer: the configured public URL, or the host that the request named. */
export function baseUrlOf(request: FastifyRequest): string {
  const configured = request.server.config.PUBLIC_URL
  if (configured) return configured
  const base = `${request.protocol}://${request.host}`
  if (!/^[\w.:[\]-]+$/.test(request.host) || !URL.canParse(base))
    throw badRequest('bad_host', 'The Host header names no host.')
  return base
}

/** The URL of this request, as the outside world sees it. */
export function selfUrlOf(request: FastifyRequest): string {
  return `${baseUrlOf(request)}${request.originalUrl}`
}
