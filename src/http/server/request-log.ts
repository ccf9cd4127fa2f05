import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * One line per request. No header, body or query is in it, and of the path only words and numbers: tokens, secrets,
 * external ids and addresses stand for themselves as `:token`, `:external_id`, `…`.
 */
export function logResponse(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const { method } = request
  const url = loggedPath(request)
  request.log.info(
    { method, url, status: reply.statusCode, ms: Math.round(reply.elapsedTime * 10) / 10 },
    'answered',
  )
  done()
}

function loggedPath({ routeOptions, originalUrl, params }: FastifyRequest): string {
  const { url } = routeOptions
  // Only a path that no route has is shown as it came, because there is nothing else to show.
  if (!url || url === '*') return scrubbed(originalUrl)
  const given = params as Record<string, string | undefined>
  return url.replaceAll(/:(\w+)/g, (parameter, name) => (isNumber(given[name]) ? given[name]! : parameter))
}

const isNumber = (text = '') => /^\d{1,15}$/.test(text)
/** What a part of a path of ours looks like; a secret that does is short, and not made here. */
const word = /^(?:\.?[a-z]{1,16}(?:-[a-z]{1,16}){0,3}(?:\.json)?|oauth2|v\d|\d{1,15}|)$/

function scrubbed(url: string): string {
  const path = url.split('?', 1)[0]!.slice(0, 300)
  return path
    .split('/')
    .map(part => (word.test(part) ? part : '…'))
    .join('/')
}

/** What the log has of a failure: where it is and what it is called; not the values that it is about, such as addresses. */
export function describeFailure(error: Error): {
  type: string
  message: string
  stack: string
  code?: unknown
  constraint?: unknown
} {
  const { code, constraint_name: constraint } = error as { code?: unknown; constraint_name?: unknown }
  return {
    type: error.name,
    message: withoutAddresses(error.message),
    stack: withoutAddresses(error.stack ?? ''),
    ...(code !== undefined && { code }),
    ...(constraint !== undefined && { constraint }),
  }
}

/** E-mail addresses are words with an @ that begins neither the word nor a folder. */
function withoutAddresses(text: string): string {
  return text
    .split(/(\s+)/)
    .map(part => (/[^/]@/.test(part) ? '…' : part))
    .join('')
}
