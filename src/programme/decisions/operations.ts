import Type from 'typebox'
import type { NotifiedCache } from '../../db/cache.ts'
import { answerOf, bodyOf, tellDefaults } from '../../http/document/schemas.ts'
import { writeQuery } from '../../http/lists/parameters.ts'
import type { Operation } from '../../http/operation.ts'
import { write } from '../../http/write.ts'
import { mannerOf, seatQuery } from '../../registration/registrants/manner.ts'
import type { SessionFieldRow } from '../session-fields/session-fields.ts'
import { listProposed } from '../submissions/proposed-queries.ts'
import { decide } from './decisions.ts'
import { DecisionInput, Decisions, mostDecisions, TellInput, Told } from './schema.ts'
import { tellSubmitters } from './telling.ts'

/** Definitions of the custom fields of an account, by its id. */
type Parts = { sessionFields: NotifiedCache<SessionFieldRow[]> }

const tag = 'Submissions'

export const decisionOperations: Operation<Parts>[] = [
  {
    spellings: ['PUT /cfs-submissions/decisions'],
    id: 'decideCfsSubmissions',
    tag,
    summary: 'Decide about submissions',
    description: `About up to ${mostDecisions} at once: all of it, or nothing; 422 names each decision that cannot be taken. The list stands alone, or as \`decisions\` in an object. \`If-Match\` has to name the version of each. Those that go live are put into the programme one by one, 20 ms or so each, in which the event gives no seats. Nobody is told: \`POST /cfs-submissions/notify\` does that.`,
    query: seatQuery,
    body: bodyOf(
      'CfsDecisionsInput',
      Type.Object({
        decisions: Type.Array(DecisionInput, {
          maxItems: mostDecisions,
          description: 'What becomes of which submission.',
        }),
      }),
    ),
    listMember: 'decisions',
    success: { 200: answerOf('CfsDecisions', Decisions) },
    handler: async call => {
      const fields = await call.parts.sessionFields.getKnowing(String(call.account_id), () => [])
      return write(call, async ({ db, actor, body }) => {
        const decided = await decide(db, actor, fields, body.decisions, mannerOf(call))
        const proposed = await listProposed(
          db,
          decided.map(({ id }) => id),
        )
        const speakersOf = Map.groupBy(proposed, ({ session_id }) => session_id)
        const items = decided.map(({ id, before, status, written }) => {
          const { name, warnings = [], not_included, new_conflicts } = written
          const linked = (speakersOf.get(id) ?? []).flatMap(({ speaker_id }) => speaker_id ?? [])
          return {
            ...{ id, name, status_before: before, submission_status: status },
            converted_speaker_ids: [...new Set(linked)],
            warnings,
            ...(not_included && { not_included }),
            ...(new_conflicts && { new_conflicts }),
          }
        })
        const changed = decided.filter(({ before, status }) => before !== status).length
        return { status: 200, body: { items, changed } }
      })
    },
  },
  {
    spellings: ['POST /cfs-submissions/notify'],
    id: 'notifySubmitters',
    tag,
    summary: 'Tell submitters what was decided',
    description:
      'Puts one e-mail for each submitter into the outbox, about every submission that is decided and not told. Repeated, it tells nobody anything. An e-mail says what is true when its turn comes: a decision that was changed meanwhile is left out of it, and is not told.',
    query: writeQuery,
    body: bodyOf('NotifySubmitters', tellDefaults(TellInput)),
    success: { 200: answerOf('ToldSubmitters', Told) },
    handler: call =>
      write(call, async ({ db, actor, body }) => ({
        status: 200,
        body: await tellSubmitters(db, actor, body),
      })),
  },
]
