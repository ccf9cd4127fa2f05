import type { Answer } from '../../http/answer.ts'
import { answerOf, bodyOf } from '../../http/document/schemas.ts'
import { writeQuery } from '../../http/lists/parameters.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { write } from '../../http/write.ts'
import { mustFindSession } from '../sessions/sessions.ts'
import { changeFee, readFees, removeFee } from './fees.ts'
import { Fee, FeeInput } from './schema.ts'

const tag = 'Fees'
const noun = 'Session'
const fee = answerOf('Fee', Fee)

export const feeOperations: Operation[] = [
  {
    spellings: ['GET /sessions/:id/fee'],
    id: 'getFee',
    tag,
    summary: 'Get the fee of a session',
    description: 'What is shown of its price: Lectern charges nothing.',
    noun,
    success: { 200: fee },
    handler: async ({ db, account_id, id }) => {
      const session = await mustFindSession(db, account_id, id)
      return (await readFees(db, [session.id]))(session.id)
    },
  },
  {
    spellings: ['PUT /sessions/:id/fee', 'PATCH /sessions/:id/fee'],
    id: 'updateFee',
    tag,
    summary: 'Set the fee of a session',
    description: 'Only the given prices change.',
    noun,
    query: writeQuery,
    body: bodyOf('FeeInput', FeeInput),
    success: { 200: fee },
    handler: call =>
      write(call, async inside => {
        await changeFee(inside.db, inside.actor, inside.id, inside.body)
        return answered(inside)
      }),
  },
  {
    spellings: ['DELETE /sessions/:id/fee'],
    id: 'deleteFee',
    tag,
    summary: 'Make a session free',
    description: 'Answers with what is left: a price of 0, and no other.',
    noun,
    query: writeQuery,
    success: { 200: fee },
    handler: call =>
      write(call, async inside => {
        await removeFee(inside.db, inside.actor, inside.id)
        return answered(inside)
      }),
  },
]

const answered = async ({ db, id }: Call): Promise<Answer> => ({
  status: 200,
  body: (await readFees(db, [id]))(id),
})
