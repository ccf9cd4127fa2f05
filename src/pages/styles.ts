import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'

const style = readFileSync(new URL('layout.css', import.meta.url))
const digest = hash('sha256', style, 'base64url').slice(0, 16)

/** Where the stylesheet of all pages is: its name changes with what is in it, so that it can be kept for good. */
export const stylesheetPath = `/styles/layout.${digest}.css`

/**
 * Serves the stylesheet. A name that is another version's, which a page of before or after an upgrade has, gets this one,
 * and nobody keeps it under that name.
 */
export function stylesheet(app: FastifyInstance): void {
  app.get('/styles/layout.:digest.css', async (request, reply) => {
    const isThis = (request.params as { digest: string }).digest === digest
    return reply
      .type('text/css; charset=utf-8')
      .header('cache-control', isThis ? 'public, max-age=31536000, immutable' : 'no-store')
      .send(style)
  })
}
