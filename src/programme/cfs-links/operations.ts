import Type from 'typebox'
import { answerOf } from '../../http/document/schemas.ts'
import { writeQuery } from '../../http/lists/parameters.ts'
import type { Operation } from '../../http/operation.ts'
import { write } from '../../http/write.ts'
import { endLinks, makeLink } from './links.ts'
import { SubmitterLink } from './schema.ts'

const tag = 'Submitters and reviewers'
const noun = 'Submitter or reviewer'

export const cfsLinkOperations: Operation[] = [
  {
    spellings: ['POST /cfs-contacts/:id/token'],
    id: 'createSubmitterToken',
    tag,
    summary: 'Make a link to somebody’s submissions',
    description:
      'An unguessable link to the page where a submitter writes, edits, withdraws and answers: who has it acts for them. It lives 60 days, and ends earlier when their address changes. Only a hash of it is stored; therefore an Idempotency-Key is not looked at.',
    noun,
    query: writeQuery,
    success: { 200: answerOf('SubmitterLink', SubmitterLink) },
    failures: [422],
    takesKey: false,
    handler: call => {
      call.reply.header('cache-control', 'no-store')
      const { baseUrl, actor, id } = call
      return write(call, async ({ db }) => ({ status: 200, body: await makeLink(db, actor, id, baseUrl) }), {
        remember: false,
      })
    },
  },
  {
    spellings: ['DELETE /cfs-contacts/:id/tokens'],
    id: 'deleteSubmitterTokens',
    tag,
    summary: 'End every link to somebody’s submissions',
    description: 'Those of e-mails as well. Links that are made afterwards work.',
    noun,
    query: writeQuery,
    success: { 204: Type.Null() },
    handler: call =>
      write(call, async ({ db, actor, id }) => {
        await endLinks(db, actor, id)
        return { status: 204 }
      }),
  },
]
