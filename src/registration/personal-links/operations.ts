import Type from 'typebox'
import { transaction } from '../../db/connection.ts'
import { answerOf, bodyOf } from '../../http/document/schemas.ts'
import { writeQuery } from '../../http/lists/parameters.ts'
import type { Operation } from '../../http/operation.ts'
import { write } from '../../http/write.ts'
import { type RegistrantParts, toolsFor } from '../registrants/parts.ts'
import { personFor } from './prefill.ts'
import { PersonalLink, PersonalLinkInput } from './schema.ts'
import { endLinks, makePersonalLink } from './tokens.ts'

export const personalLinkOperations: Operation<RegistrantParts>[] = [
  {
    spellings: ['POST /registrants/token'],
    id: 'createResumeToken',
    tag: 'Registrants',
    summary: 'Make a link to a registrant’s own page',
    description:
      'An unguessable link to the page where a person sees and changes what they have: who has it acts for them. It lives 24 hours, for the person named by `id`, or by `event_id` and `email`, and ends earlier when their address changes. With `fields[email]` a person who is not registered gets an unfinished registration (`in_progress`) with the other `fields`; one that they have is given these, so that an address has one. Only a hash of the link is stored; therefore an Idempotency-Key is not looked at: every call makes another link, and earlier ones stay valid.',
    query: writeQuery,
    body: bodyOf('PersonalLinkInput', PersonalLinkInput),
    aliases: ['registrant_id'],
    success: { 200: answerOf('PersonalLink', PersonalLink) },
    failures: [404],
    takesKey: false,
    handler: call => {
      call.reply.header('cache-control', 'no-store')
      const { baseUrl, actor, body, parts } = call
      return write(
        call,
        ({ db }) =>
          transaction(db, async tx => {
            const person = await personFor(toolsFor(call.within(tx)), actor, body, order =>
              parts.desk.submit(tx, order, async () => {}),
            )
            return { status: 200, body: await makePersonalLink(tx, actor, person, baseUrl) }
          }),
        { remember: false },
      )
    },
  },
  {
    spellings: ['DELETE /registrants/:id/tokens'],
    id: 'deleteResumeTokens',
    tag: 'Registrants',
    summary: 'End every link to a registrant’s own page',
    description: 'Those of e-mails as well. Links that are made afterwards work.',
    noun: 'Registrant',
    query: writeQuery,
    success: { 204: Type.Null() },
    handler: call =>
      write(call, async ({ db, actor, id }) => {
        await endLinks(db, actor, id)
        return { status: 204 }
      }),
  },
]
