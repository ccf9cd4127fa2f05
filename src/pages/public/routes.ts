import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { NotifiedCache } from '../../db/cache.ts'
import type { Pool } from '../../db/connection.ts'
import { asHtml, html } from '../../http/html.ts'
import { pathPrefixOf } from '../../http/links.ts'
import { readId } from '../../http/query.ts'
import { pagePolicy } from '../../http/server/page-policy.ts'
import type { SessionFieldRow } from '../../programme/session-fields/session-fields.ts'
import { strangersTo } from '../../records/custom-fields/definitions.ts'
import { definitionsOf, type VisibleField, visibleValues } from '../../registration/agenda/visible-values.ts'
import { whenOf } from '../../registration/agenda/words.ts'
import { takesPlace } from '../../seats/rules/state.ts'
import { icon, pageOf } from '../layout.ts'
import { findPublicSession, type PublicSession } from './queries.ts'

/** What public pages need of the program. */
type Parts = {
  readers: Pool
  config: { PUBLIC_URL: string | null }
  sessionFields: NotifiedCache<SessionFieldRow[]>
}

const asPage = 'text/html; charset=utf-8'

/**
 * The pages that `direct_link` and `virtual_link` of a session lead to. Those of open events have them; one that does not
 * take place any more says so.
 */
export function sessionPages(app: FastifyInstance, { readers, config, sessionFields }: Parts): void {
  const prefix = pathPrefixOf(config)
  const sessionOf = (request: FastifyRequest) => {
    const { id } = request.params as { id: string }
    return findPublicSession(readers, readId(id) ?? 0)
  }

  const fieldsOf = ({ account_id, custom_fields }: PublicSession) =>
    sessionFields.getKnowing(String(account_id), strangersTo(custom_fields))

  app.get('/sessions/:id', async (request, reply) => {
    const session = await sessionOf(request)
    if (!session) return nothingHere(reply, prefix)
    return (
      reply
        .code(takesPlace(session) ? 200 : 410)
        .type(asPage)
        // Descriptions may show images from anywhere.
        .header('content-security-policy', pagePolicy('https: http:'))
        .send(page(session, await fieldsOf(session), prefix))
    )
  })

  app.get('/sessions/:id/virtual/:secure_id', async (request, reply) => {
    const session = await sessionOf(request)
    const { secure_id } = request.params as { secure_id: string }
    if (!session?.webinar_url || !takesPlace(session) || secure_id !== session.secure_id)
      return nothingHere(reply, prefix)
    return reply.redirect(new URL(session.webinar_url).href, 302)
  })
}

/** What browsers ask for beside every page, also beside those that name their icon. */
export function favicon(app: FastifyInstance): void {
  app.get('/favicon.ico', async (_request, reply) =>
    reply.type('image/svg+xml').header('cache-control', 'public, max-age=86400').send(icon),
  )
}

/** E-mails and calendars keep their links longer than sessions are to be seen: whoever follows one is a person. */
function nothingHere(reply: FastifyReply, prefix: string): FastifyReply {
  const main = html`<p>The session may have been moved or withdrawn. The organiser can tell you more.</p>`
  return reply
    .code(404)
    .type(asPage)
    .send(pageOf({ title: 'There is nothing here', over: 'Lectern', main, prefix }))
}

/** The speakers of a session, a line each: `Ada Lovelace, Analytical Engines (moderator)`. */
const namesOf = ({ speakers }: PublicSession) =>
  asHtml(
    speakers
      .map(({ name, company, role }) => {
        const text = [name, company].filter(Boolean).join(', ')
        return html`${role === 'speaker' ? text : `${text} (${role})`}`.markup
      })
      .join('<br>'),
  )

function page(session: PublicSession, fields: VisibleField[], prefix: string): string {
  const facts = [
    ['When', whenOf(session)],
    ['Where', session.location_name],
    ['Track', session.track_name],
  ].flatMap(([name, text]) => (text ? [{ name: name!, markup: html`${text}` }] : []))
  if (session.speakers.length > 0)
    facts.push({ name: session.speakers.length > 1 ? 'Speakers' : 'Speaker', markup: namesOf(session) })
  const definitions = definitionsOf([...facts, ...visibleValues(fields, session.custom_fields)])
  const note =
    !takesPlace(session) && html`<p class="note"><strong>This session does not take place.</strong></p>\n`
  return pageOf({
    title: session.name,
    over: session.event_name,
    main: html`${note}${definitions}\n<div dir="auto">${asHtml(session.description ?? '')}</div>`,
    prefix,
  })
}
