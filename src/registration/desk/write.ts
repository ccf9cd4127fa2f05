import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Db } from '../../db/connection.ts'
import type { Answer } from '../../http/answer.ts'
import { write } from '../../http/write.ts'
import type { Granted } from '../../seats/ledger/errand.ts'
import type { Order } from './order.ts'

/** What a request wants of the desk, and what is answered when it is granted. */
export type DeskWork = {
  order: (db: Db) => Promise<Order>
  answer: (db: Db, granted: Granted, order: Order) => Promise<Answer>
}

/** A write that goes through the desk: also one with an Idempotency-Key shares the transaction of its batch. */
export function writeAtDesk(
  request: FastifyRequest,
  reply: FastifyReply,
  work: DeskWork,
): Promise<FastifyReply> {
  const { pool } = request.server
  return write(request, reply, db => workAtDesk(request, db, work), {
    carryOnce: async once => {
      const order = await work.order(pool)
      return request.server.desk.submitOnce(order, (db, granted) => work.answer(db, granted, order), once)
    },
  })
}

/** The same inside another write. */
export async function workAtDesk(
  request: FastifyRequest,
  db: Db,
  { order, answer }: DeskWork,
): Promise<Answer> {
  const ordered = await order(db)
  return request.server.desk.submit(db, ordered, (db, granted) => answer(db, granted, ordered))
}
