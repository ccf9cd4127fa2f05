import type { FastifyInstance } from 'fastify'
import { failAsOAuth } from './access/oauth/operations.ts'
import { tokenKey } from './access/oauth/tokens.ts'
import { callerOf } from './access/sign-in/sign-in.ts'
import { findEventsOf } from './access/users/reach-queries.ts'
import { showDocument } from './http/document/served.ts'
import { nameIgnored } from './http/ignored.ts'
import { route } from './http/route.ts'
import { authenticate } from './http/server/auth.ts'
import { permit } from './http/server/permit.ts'
import { limitRate } from './http/server/rate-limit.ts'
import { makeServer } from './http/server/server.ts'
import { base, credentialOperations, openOperations, tokenOperations } from './operations.ts'
import { attendeePages } from './pages/own-page/routes.ts'
import { imageFiles } from './pages/public/images.ts'
import { programmeFiles } from './pages/public/programme.ts'
import { favicon, sessionPages } from './pages/public/routes.ts'
import { signInPages } from './pages/sign-in/routes.ts'
import { stylesheet } from './pages/styles.ts'
import { submissionForm } from './pages/submission-form/routes.ts'
import { submitterPages } from './pages/submitter-page/routes.ts'
import type { Parts } from './parts.ts'

/** The whole product: who may call what. `log` is where log lines go; without it nothing is logged. */
export async function buildApp(
  parts: Parts,
  log?: { write: (line: string) => void },
): Promise<FastifyInstance> {
  const { pool, clock, config, tokens } = parts
  const app = await makeServer(parts, log)
  await showDocument(app)

  await app.register(async everyone => {
    route(everyone, openOperations, parts)
    sessionPages(everyone, parts)
    favicon(everyone)
    stylesheet(everyone)
    imageFiles(everyone, parts)
    programmeFiles(everyone, parts)
    everyone.get('/', async (_request, reply) => reply.redirect('/docs'))

    await everyone.register(async attendees => attendeePages(attendees, parts))
    await everyone.register(async users => signInPages(users, parts))
    await everyone.register(async submitters => submitterPages(submitters, parts))
    await everyone.register(async strangers => submissionForm(strangers, parts))

    await everyone.register(async clients => {
      failAsOAuth(clients)
      route(clients, credentialOperations, parts)
    })

    await everyone.register(
      async authenticated => {
        authenticate(
          authenticated,
          clock.now,
          token => tokens.get(tokenKey(token)),
          token => callerOf(pool, token, clock.now()),
          config,
        )
        limitRate(authenticated, pool, config.RATE_LIMIT_CREDITS, clock.now)
        nameIgnored(authenticated)
        permit(authenticated, (account_id, plural, ids) => findEventsOf(pool, account_id, plural, ids))
        route(authenticated, tokenOperations, parts)
      },
      { prefix: base },
    )
  })
  await app.ready()
  return app
}
