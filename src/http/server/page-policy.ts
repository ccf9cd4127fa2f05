import type { FastifyInstance } from 'fastify'

/**
 * What a page of ours may do: nothing but show itself, with the stylesheet of its own. Nothing runs, nothing frames it, and its forms lead back here.
 * `images` are further sources of images than the page itself.
 */
export const pagePolicy = (images = '') =>
  `default-src 'none'; style-src 'self'; img-src ${`data: ${images}`.trim()}; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`

/** Every answer is what its content type says (nosniff), and every page has a policy: its own, or that of all pages. */
export function guardPages(app: FastifyInstance): void {
  app.addHook('onSend', (_request, reply, payload, done) => {
    reply.header('x-content-type-options', 'nosniff')
    const isPage = String(reply.getHeader('content-type')).startsWith('text/html')
    if (isPage && !reply.hasHeader('content-security-policy'))
      reply.header('content-security-policy', pagePolicy())
    done(null, payload)
  })
}
