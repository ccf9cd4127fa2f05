import type { FastifyInstance } from 'fastify'
import type { TObject } from 'typebox'
import { route } from '../../http/route.ts'
import { plainOperations } from './operations.ts'
import type { PlainRecords } from './records.ts'

/** The six operations of a declared record. */
export function recordRoutes<I extends TObject, R extends TObject>(
  app: FastifyInstance,
  records: PlainRecords<I, R>,
): void {
  for (const operation of Object.values(plainOperations(records))) route(app, operation)
}
