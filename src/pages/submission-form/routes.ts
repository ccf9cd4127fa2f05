import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { NotifiedCache } from '../../db/cache.ts'
import type { Pool } from '../../db/connection.ts'
import type { Fault } from '../../errors.ts'
import { asHtml, type Html, html, inLines } from '../../http/html.ts'
import { pathPrefixOf } from '../../http/links.ts'
import { readId } from '../../http/query.ts'
import { FailureLimit, networkOf } from '../../http/server/failure-limit.ts'
import { type Body, readNew } from '../../http/values/draft.ts'
import { CfsContactInput } from '../../programme/cfs-contacts/schema.ts'
import { keepDraft } from '../../programme/own-submissions/open-form.ts'
import { isCallOpen } from '../../programme/own-submissions/own-submissions.ts'
import { type CallOfEvent, findCall } from '../../programme/own-submissions/queries.ts'
import type { SessionFieldRow } from '../../programme/session-fields/session-fields.ts'
import { momentIn } from '../../registration/agenda/words.ts'
import { pageOf } from '../layout.ts'
import { refusePage } from '../own-page/failures.ts'
import { missingName } from '../own-page/missing.ts'
import { textQuestion } from '../own-page/questions.ts'
import {
  type Asked,
  askedOf,
  type Filled,
  filledFrom,
  readForm,
  submissionFields,
} from '../submitter-page/form.ts'
import { alertOf } from '../submitter-page/page.ts'

/** What the open form needs of the program. */
type Parts = {
  pool: Pool
  clock: { now: () => Date }
  config: { PUBLIC_URL: string | null; SMTP_URL: string | null; TRUST_PROXY: boolean | number | string }
  sessionFields: NotifiedCache<SessionFieldRow[]>
}

/** Forms that a network may send within a minute: a whole venue may share an address. */
const mostForms = 600

const { email, first_name, last_name } = CfsContactInput.properties
const Person = Type.Object({ email, first_name, last_name })

/**
 * The open form of a call for speakers, while the call is open. What is written is kept, and submitted by whoever opens the link that
 * goes to the address: the page answers the same whether the address is known or not.
 */
export function submissionForm(app: FastifyInstance, parts: Parts): void {
  const { pool, clock, config } = parts
  const prefix = pathPrefixOf(config)
  const limit = new FailureLimit()
  app.setErrorHandler((error: Error, request, reply) => refusePage(error, request, reply, prefix))
  app.addHook('onRequest', async (_request, reply) => {
    reply.type('text/html; charset=utf-8').header('cache-control', 'no-store')
  })

  app.get('/events/:id/submit', async (request, reply) => {
    const opened = await openCall(parts, request)
    if (!opened) return nothingHere(reply, prefix)
    return reply.send(formPage(opened, prefix, () => []))
  })

  app.post('/events/:id/submit', async (request, reply) => {
    const now = clock.now()
    const network = networkOf(request, config)
    const limited = network ? [{ name: `submit ${network}`, limit: mostForms }] : []
    limit.mustBeOpen(limited, now)
    limit.count(limited, now)
    const opened = await openCall(parts, request)
    if (!opened) return nothingHere(reply, prefix)
    const body = (request.body ?? {}) as Body
    const person = readNew(Person, body)
    const { faults } = readForm(body, opened.asked)
    const { first_name = null, last_name = null } = person.given
    const all = [...missingName({ first_name, last_name }), ...person.faults.map(inOwnWords), ...faults]
    if (all.length > 0) return reply.code(422).send(formPage(opened, prefix, filledFrom(body), all))
    const { call } = opened
    const actor = { account_id: call.account_id, actor_id: null, request_id: request.id, now }
    const email = person.given.email!
    await keepDraft(pool, actor, call, { email, first_name, last_name }, draftOf(body, opened.asked))
    return reply.send(sentPage(call, email, prefix))
  })
}

type Opened = { call: CallOfEvent; asked: Asked }

/** The call of the event in the path, when it is open and a link can be sent. */
async function openCall(parts: Parts, request: FastifyRequest): Promise<Opened | undefined> {
  const { pool, clock, config, sessionFields } = parts
  const call = await findCall(pool, readId((request.params as { id: string }).id) ?? 0)
  if (!call || !config.SMTP_URL || !isCallOpen(call, clock.now())) return undefined
  const fields = await sessionFields.get(String(call.account_id))
  return { call, asked: askedOf(fields, call.cfs_fields) }
}

/** What is kept of a form: what it asks for, and nothing else. */
function draftOf(body: Body, asked: Asked): Record<string, unknown> {
  const names = ['first_name', 'last_name', 'name', 'description', ...asked.map(({ id }) => `c_${id}`)]
  const filled = filledFrom(body)
  return Object.fromEntries(names.map(name => [name, filled(name)]))
}

const inOwnWords = (fault: Fault): Fault => ({
  ...fault,
  message:
    fault.field === 'email' ? 'Please write an e-mail address, such as ada@example.com.' : fault.message,
})

function formPage({ call, asked }: Opened, prefix: string, filled: Filled, faults: Fault[] = []): string {
  const messages = new Map(faults.map(({ field, message }) => [field, message]))
  const line = (name: string, label: string, hint: string | null, isRequired: boolean, attributes: Html) =>
    textQuestion(
      { name, label, hint, isRequired, chosen: filled(name), fault: messages.get(name) },
      attributes,
    )
  const until = call.cfs_closes && `It is open until ${momentIn(call.cfs_closes, call.timezone)}.`
  return pageOf({
    title: 'Call for speakers',
    over: call.name,
    main: inLines([
      faults.length > 0 && alertOf('It is not sent', faults, asked),
      until && html`<p class="note"><strong>${until}</strong></p>`,
      call.cfs_text && html`<div dir="auto">${asHtml(call.cfs_text)}</div>`,
      html`<form method="post" action="${prefix}/events/${call.id}/submit" novalidate>
${line('first_name', 'First name', 'A first or a last name is needed.', false, html`autocomplete="given-name"`)}
${line('last_name', 'Last name', null, false, html`autocomplete="family-name"`)}
${line('email', 'E-mail address', null, true, html`type="email" autocomplete="email"`)}
${submissionFields(asked, filled, messages)}
<p>We send a link to your address. Behind it you submit this, edit it, withdraw it, and see what is decided.</p>
<button class="main">Send me the link</button>
</form>`,
    ]),
    prefix,
    ...(faults.length > 0 && { mark: 'Not done: ' }),
  })
}

const sentPage = (call: CallOfEvent, email: string, prefix: string): string =>
  pageOf({
    title: 'Look into your mail',
    over: call.name,
    main: html`<div role="status" class="done" tabindex="-1" autofocus><p>An e-mail is on its way to <bdi>${email}</bdi>. Open the link in it to submit what you wrote: until then nothing is submitted.</p></div>
<p>Nothing comes? Look into the folder for unwanted mail, and try again in an hour.</p>`,
    prefix,
  })

const nothingHere = (reply: FastifyReply, prefix: string) =>
  reply.code(404).send(
    pageOf({
      title: 'There is nothing here',
      over: 'Lectern',
      main: html`<p>The call for speakers is not open. The organiser can tell you more.</p>`,
      prefix,
    }),
  )
