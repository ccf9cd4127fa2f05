import type { FastifyInstance, FastifyRequest } from 'fastify'
import { notFound } from '../errors.ts'
import { escapeHtml } from '../http/html.ts'
import { readId } from '../http/query.ts'
import { pageOf } from './layout.ts'
import { findPublicSession, type PublicSession } from './queries.ts'

const html = 'text/html; charset=utf-8'

/** The pages that `direct_link` and `virtual_link` of a session lead to. Only live sessions of open events have them. */
export function sessionPages(app: FastifyInstance): void {
  const sessionOf = async (request: FastifyRequest) => {
    const { id } = request.params as { id: string }
    const session = await findPublicSession(app.pool, readId(id) ?? 0)
    if (!session) throw notFound('Session', id)
    return session
  }

  app.get('/sessions/:id', { schema: { hide: true } as object }, async (request, reply) =>
    reply
      .type(html)
      .header(
        'content-security-policy',
        "default-src 'none'; style-src 'unsafe-inline'; img-src https: http:",
      )
      .send(page(await sessionOf(request))),
  )

  app.get(
    '/sessions/:id/virtual/:secure_id',
    { schema: { hide: true } as object },
    async (request, reply) => {
      const session = await sessionOf(request)
      const { secure_id } = request.params as { secure_id: string }
      if (!session.webinar_url || secure_id !== session.secure_id) throw notFound('Webinar', secure_id)
      return reply.redirect(session.webinar_url, 302)
    },
  )
}

function page(session: PublicSession): string {
  const facts = [
    ['When', [session.date, session.times_with_timezone].filter(Boolean).join(', ')],
    ['Where', session.location_name],
    ['Track', session.track_name],
  ].flatMap(([term, text]) => (text ? [`<dt>${term}</dt><dd>${escapeHtml(text)}</dd>`] : []))
  return pageOf({
    title: session.name,
    over: session.event_name,
    main: `<dl>${facts.join('')}</dl>\n<div dir="auto">${session.description ?? ''}</div>`,
  })
}
