import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { NotifiedCache } from '../../db/cache.ts'
import type { Pool } from '../../db/connection.ts'
import { ApiError, type Fault } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { type Html, html } from '../../http/html.ts'
import { pathPrefixOf } from '../../http/links.ts'
import { type Query, readId } from '../../http/query.ts'
import type { Body } from '../../http/values/draft.ts'
import { followLink } from '../../programme/cfs-links/links.ts'
import { type Answer, answer, edit, submit } from '../../programme/own-submissions/own-submissions.ts'
import { listDrafts, listOwnSubmissions, takeDraft } from '../../programme/own-submissions/queries.ts'
import type { SessionFieldRow } from '../../programme/session-fields/session-fields.ts'
import { strangersTo } from '../../records/custom-fields/definitions.ts'
import { refusePage } from '../own-page/failures.ts'
import { askedOf, filledFrom, readForm } from './form.ts'
import { type Address, alertOf, editPage, noSubmissionsPage, submitterPage, type Visit } from './page.ts'

/** What the pages of submitters need of the program. */
type Parts = {
  pool: Pool
  clock: { now: () => Date }
  config: { PUBLIC_URL: string | null }
  sessionFields: NotifiedCache<SessionFieldRow[]>
}

const answers: readonly string[] = ['yes', 'no', 'withdraw', 'again'] satisfies Answer[]
const refusals: Record<string, string> = {
  yes: 'your answer is not kept',
  no: 'your answer is not kept',
  withdraw: 'it is not withdrawn',
  again: 'it is not submitted',
}

/** The pages that a submitter's link leads to. They are for the submitter alone; opening one changes nothing. */
export function submitterPages(app: FastifyInstance, parts: Parts): void {
  const { pool } = parts
  const prefix = pathPrefixOf(parts.config)
  app.setErrorHandler((error: Error, request, reply) => refusePage(error, request, reply, prefix))
  app.addHook('onRequest', async (_request, reply) => {
    reply.type('text/html; charset=utf-8').headers({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
    })
  })

  app.get('/submit/:token', async (request, reply) => {
    const visit = await visitOf(parts, request)
    if (!visit) return unknownLink(reply, prefix)
    return reply.send(
      submitterPage(visit, addressOf(parts, request), { message: doneMessage(request, visit) }),
    )
  })

  app.get('/submit/:token/:id', async (request, reply) => {
    const visit = await visitOf(parts, request)
    if (!visit) return unknownLink(reply, prefix)
    const submission = submissionOf(visit, request)
    // The address of a refusal, opened again.
    if (!submission) return reply.redirect(addressOf(parts, request).path, 303)
    return reply.send(editPage(visit, submission, addressOf(parts, request)))
  })

  app.get('/submit/:token/*', async (request, reply) => reply.redirect(addressOf(parts, request).path, 303))

  app.post('/submit/:token/new', async (request, reply) => {
    const visit = await visitOf(parts, request)
    if (!visit) return unknownLink(reply, prefix)
    const body = (request.body ?? {}) as Body
    const { written, faults } = readForm(body, visit.asked)
    const found = await faultsOf(faults, () =>
      submit(pool, actorFor(parts, request, visit), visit.submitter, visit.asked, written),
    )
    if (!found) return done(parts, request, reply, 'submitted')
    const message = alertOf('It is not submitted', found, visit.asked)
    const refused = { filled: filledFrom(body), faults: found }
    return reply.code(422).send(submitterPage(visit, addressOf(parts, request), { message, refused }))
  })

  app.post('/submit/:token/:id/edit', async (request, reply) => {
    const visit = await visitOf(parts, request)
    if (!visit) return unknownLink(reply, prefix)
    const submission = submissionOf(visit, request)
    if (!submission) return unknownSubmission(parts, request, reply, visit)
    const body = (request.body ?? {}) as Body
    const { written, faults } = readForm(body, visit.asked, submission)
    const actor = actorFor(parts, request, visit)
    const found = await faultsOf(faults, () =>
      edit(pool, actor, visit.submitter, visit.asked, submission.id, written),
    )
    if (!found) return done(parts, request, reply, 'saved', submission.id)
    const refused = { filled: filledFrom(body), faults: found }
    return reply.code(422).send(editPage(visit, submission, addressOf(parts, request), refused))
  })

  app.post('/submit/:token/drafts/:id/:deed', async (request, reply) => {
    const visit = await visitOf(parts, request)
    if (!visit) return unknownLink(reply, prefix)
    const { id: text = '', deed } = request.params as Record<string, string>
    const draft = visit.drafts.find(({ id }) => id === readId(text))
    if (!draft) return done(parts, request, reply, 'gone')
    if (deed !== 'submit') {
      await takeDraft(pool, visit.submitter.id, draft.id)
      return done(parts, request, reply, 'discarded')
    }
    const { written, faults } = readForm(draft.form, visit.asked)
    const [first_name = null] = filledFrom(draft.form)('first_name')
    const [last_name = null] = filledFrom(draft.form)('last_name')
    const { email } = visit.submitter
    const people = first_name || last_name ? [{ first_name, last_name, email }] : undefined
    const all = { ...written, ...(people && { people }) }
    const actor = actorFor(parts, request, visit)
    const found = await faultsOf(faults, () =>
      submit(pool, actor, visit.submitter, visit.asked, all, draft.id),
    )
    if (!found) return done(parts, request, reply, 'submitted')
    const message = alertOf('It is not submitted: complete it below', found, visit.asked)
    const refused = { filled: filledFrom(draft.form), faults: found }
    return reply.code(422).send(submitterPage(visit, addressOf(parts, request), { message, refused }))
  })

  app.post('/submit/:token/:id/:deed', async (request, reply) => {
    const visit = await visitOf(parts, request)
    if (!visit) return unknownLink(reply, prefix)
    const { deed = '' } = request.params as Record<string, string>
    const submission = submissionOf(visit, request)
    if (!submission || !answers.includes(deed)) return unknownSubmission(parts, request, reply, visit)
    const actor = actorFor(parts, request, visit)
    const found = await faultsOf([], () =>
      answer(pool, actor, visit.submitter, submission.id, deed as Answer),
    )
    if (!found) return done(parts, request, reply, deed, submission.id)
    const message = alertOf(`“${submission.name}”: ${refusals[deed]}`, found, visit.asked)
    return reply.code(422).send(submitterPage(visit, addressOf(parts, request), { message }))
  })
}

const tokenOf = (request: FastifyRequest) => (request.params as { token: string }).token

async function visitOf(parts: Parts, request: FastifyRequest): Promise<Visit | undefined> {
  const { pool, clock, sessionFields } = parts
  const now = clock.now()
  const submitter = await followLink(pool, tokenOf(request), now)
  if (!submitter) return undefined
  const submissions = await listOwnSubmissions(pool, submitter.id)
  const drafts = await listDrafts(pool, submitter.id)
  const values = submissions.map(({ custom_fields }) => custom_fields)
  const fields = await sessionFields.getKnowing(String(submitter.account_id), strangersTo(...values))
  return { now, submitter, submissions, drafts, asked: askedOf(fields, submitter.cfs_fields) }
}

function submissionOf({ submissions }: Visit, request: FastifyRequest) {
  const id = readId((request.params as { id?: string }).id)
  return submissions.find(each => each.id === id)
}

function addressOf({ config }: Parts, request: FastifyRequest): Address {
  const prefix = pathPrefixOf(config)
  return { prefix, path: `${prefix}/submit/${encodeURIComponent(tokenOf(request))}` }
}

/** A submitter has no credential: that, and the id of the request, is what the change log has of them. */
const actorFor = (_parts: Parts, request: FastifyRequest, { submitter, now }: Visit): Actor => ({
  account_id: submitter.account_id,
  actor_id: null,
  request_id: request.id,
  now,
})

/** What is wrong with a form, and everything that stands in its way; undefined when it was carried out. */
async function faultsOf(faults: Fault[], work: () => Promise<unknown>): Promise<Fault[] | undefined> {
  if (faults.length > 0) return faults
  try {
    await work()
    return undefined
  } catch (error) {
    if (error instanceof ApiError && error.status === 422) return error.faults
    throw error
  }
}

function done(parts: Parts, request: FastifyRequest, reply: FastifyReply, deed: string, id?: number) {
  const about = id ? `&submission=${id}` : ''
  return reply.redirect(`${addressOf(parts, request).path}?done=${deed}${about}`, 303)
}

/** What became of a deed, as far as it is true now. */
function doneMessage(request: FastifyRequest, { submissions }: Visit): Html | null {
  const { done: deed = '', submission } = request.query as Query
  const about = submissions.find(({ id }) => id === readId(submission))
  const isTrue =
    deed === 'yes' ? about?.cfs_answer === 'yes' : deed === 'again' ? about?.cfs_answer === 'open' : true
  const words = isTrue ? said[deed] : undefined
  return words ? html`<div role="status" class="done" tabindex="-1" autofocus>${words}</div>` : null
}

const said: Record<string, string> = {
  submitted: 'Thank you: it is submitted.',
  saved: 'Your changes are saved.',
  withdraw: 'It is withdrawn.',
  again: 'It is submitted again.',
  yes: 'Thank you for saying yes.',
  no: 'Thank you for telling us that you will not.',
  discarded: 'It is thrown away.',
  gone: 'That is not here any more.',
}

const unknownLink = (reply: FastifyReply, prefix: string) => reply.code(404).send(noSubmissionsPage(prefix))

function unknownSubmission(parts: Parts, request: FastifyRequest, reply: FastifyReply, visit: Visit) {
  const message = alertOf('There is no such submission.', [], [])
  return reply.code(404).send(submitterPage(visit, addressOf(parts, request), { message }))
}
