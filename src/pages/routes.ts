import type { FastifyInstance, FastifyRequest } from 'fastify'
import { notFound } from '../errors.ts'
import { readId } from '../http/query.ts'
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
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(session.name)} – ${escapeHtml(session.event_name)}</title>
<style>
:root { color-scheme: light dark; font: 1.0625rem/1.55 system-ui, sans-serif }
body { max-width: 42rem; margin: 2rem auto; padding: 0 1.25rem; overflow-wrap: anywhere }
h1 { font-size: 1.6rem; line-height: 1.25; margin: .25rem 0 1rem }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem }
dt { font-weight: 600 } dd { margin: 0 } img { max-width: 100%; height: auto }
</style>
<main>
<p>${escapeHtml(session.event_name)}</p>
<h1 dir="auto">${escapeHtml(session.name)}</h1>
<dl>${facts.join('')}</dl>
<div dir="auto">${session.description ?? ''}</div>
</main>
</html>
`
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
