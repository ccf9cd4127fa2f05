import type { FastifyReply } from 'fastify'
import type { Db } from '../../db/connection.ts'
import type { Answer } from '../../http/answer.ts'
import type { Call } from '../../http/operation.ts'
import { write } from '../../http/write.ts'
import type { Granted } from '../../seats/ledger/order.ts'
import type { Desk } from './desk.ts'
import type { DeskOrder } from './order.ts'

/** What a call wants of the desk, and what is answered when it is granted. */
export type DeskWork<P> = {
  order: (call: Call<P>) => Promise<DeskOrder>
  answer: (call: Call<P>, granted: Granted, order: DeskOrder) => Promise<Answer>
}

/** A write that goes through the desk: also one with an Idempotency-Key shares the transaction of its batch. */
export function writeAtDesk<P extends { desk: Desk }>(
  call: Call<P>,
  work: DeskWork<P>,
): Promise<FastifyReply> {
  const { pool, desk } = call.parts
  return write(call, inside => workAtDesk(inside, work), {
    carryOnce: async once => {
      const order = await work.order(call.within(pool))
      return desk.submitOnce(order, (db, granted) => work.answer(call.within(db), granted, order), once)
    },
  })
}

/** The same inside another write. */
export async function workAtDesk<P extends { desk: Desk }>(
  call: Call<P>,
  { order, answer }: DeskWork<P>,
): Promise<Answer> {
  const ordered = await order(call)
  const { desk } = call.parts
  return desk.submit(call.db as Db, ordered, (db, granted) => answer(call.within(db), granted, ordered))
}
