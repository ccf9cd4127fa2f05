import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isOpen, signIn } from '../../access/sign-in/sign-in.ts'
import type { Pool } from '../../db/connection.ts'
import { ApiError } from '../../errors.ts'
import { type Html, html } from '../../http/html.ts'
import { pathPrefixOf } from '../../http/links.ts'
import { agentOf, mustBeOurs, sendCookie } from '../../http/server/cookies.ts'
import { type FailureLimit, networkOf } from '../../http/server/failure-limit.ts'
import type { Body } from '../../http/values/draft.ts'
import { pageOf } from '../layout.ts'
import { refusePage } from '../own-page/failures.ts'

type Parts = {
  pool: Pool
  clock: { now: () => Date }
  config: { PUBLIC_URL: string | null; TRUST_PROXY: boolean | number | string }
  clientFailures: FailureLimit
}

/** Links that may be wrong within a minute, for one network. */
const wrongLinks = 300

/** The page behind a link that works once: a user sets a password, and is signed in. */
export function signInPages(app: FastifyInstance, { pool, clock, config, clientFailures }: Parts): void {
  const prefix = pathPrefixOf(config)
  app.setErrorHandler((error: Error, request, reply) => refusePage(error, request, reply, prefix))
  app.addHook('onRequest', async (_request, reply) => {
    reply.type('text/html; charset=utf-8').headers({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
    })
  })
  const tokenOf = (request: FastifyRequest) => (request.params as { token: string }).token

  app.get('/sign-in/:token', async (request, reply) => {
    if (!(await isOpen(pool, tokenOf(request), clock.now()))) return reply.code(404).send(usedPage(prefix))
    return reply.send(passwordPage(prefix))
  })

  app.post('/sign-in/:token', async (request, reply) => {
    const now = clock.now()
    if (request.headers['sec-fetch-site'] ?? request.headers.origin) mustBeOurs(request, config)
    const network = networkOf(request, config)
    const limited = network ? [{ name: `sign-in ${network}`, limit: wrongLinks }] : []
    clientFailures.mustBeOpen(limited, now)
    const { password } = (request.body ?? {}) as Body
    try {
      // Whether the cookie can be sent is known before the link is used up.
      sendCookie(request, reply, config, 'probe', now)
      const entry = { token: tokenOf(request), password }
      const { token, expires_at } = await signIn(pool, entry, agentOf(request), now)
      reply.removeHeader('set-cookie')
      sendCookie(request, reply, config, token, expires_at)
      return reply.send(signedInPage(prefix))
    } catch (error) {
      reply.removeHeader('set-cookie')
      if (!(error instanceof ApiError)) throw error
      if (error.status === 401) {
        clientFailures.count(limited, now)
        return reply.code(404).send(usedPage(prefix))
      }
      if (error.status !== 422) throw error
      return reply.code(422).send(passwordPage(prefix, error.message))
    }
  })
}

function passwordPage(prefix: string, fault?: string): string {
  const wrong: Html | undefined = fault
    ? html`<div role="alert" class="alert" tabindex="-1" autofocus><p><a href="#password">${fault}</a></p></div>`
    : undefined
  return pageOf({
    title: 'Choose a password',
    over: 'Lectern',
    main: html`${wrong}
<form method="post" novalidate>
<div class="question"><label for="password">Password</label><p class="hint" id="password-hint">10 characters or more. A few words are easier to remember than one with signs in it.</p><input id="password" name="password" type="password" required minlength="10" maxlength="200" autocomplete="new-password" aria-describedby="password-hint"></div>
<button class="main">Save and sign in</button>
</form>`,
    prefix,
    ...(fault && { mark: 'Not done: ' }),
  })
}

const signedInPage = (prefix: string): string =>
  pageOf({
    title: 'You are signed in',
    over: 'Lectern',
    main: html`<p role="status">Your password is saved, and this browser is signed in.</p><p><a href="${prefix}/docs">What the API can do</a></p>`,
    prefix,
  })

const usedPage = (prefix: string): string =>
  pageOf({
    title: 'This link does not work any more',
    over: 'Lectern',
    main: html`<p>It has been used, or its time is over. An owner of the account can make another.</p>`,
    prefix,
  })
