import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Readiness } from '../db/readiness.ts'
import { expectedError, unavailable } from '../errors.ts'

/** `/healthz`: the process answers. `/readyz`: it can work, and is not about to stop; that is said within a second. */
export function healthRoutes(
  app: FastifyInstance,
  { readiness, isStopping, skew }: { readiness: Readiness; isStopping: () => boolean; skew: () => number },
): void {
  app.get('/healthz', { schema: healthSchema }, async () => ({ ok: true }))
  app.get('/readyz', { schema: readySchema, logLevel: 'warn' }, async () => {
    if (isStopping()) throw unavailable('The server is stopping.')
    const found = await readiness.check().catch(error => {
      throw expectedError(error) ?? error
    })
    if (found === undefined) throw unavailable('The database does not answer in time.')
    if (found.read_only) throw unavailable('The database can only be read at this moment.')
    return { ok: true, database_version: found.version, clock_skew_ms: skew() }
  })
}

const documentation = { tags: ['Server'], security: [] }
const Ok = Type.Boolean({ examples: [true] })
const healthSchema = {
  ...documentation,
  operationId: 'getHealth',
  summary: 'Ask whether the process answers',
  description: 'Says nothing of the database.',
  response: { 200: Type.Object({ ok: Ok }), 400: Type.Ref('Failure') },
}
const readySchema = {
  ...documentation,
  operationId: 'getReadiness',
  summary: 'Ask whether the server can work',
  description:
    '503 while it stops, and without a database that answers within a second and can be written. Always answers within a second.',
  response: {
    200: Type.Object({
      ok: Ok,
      database_version: Type.Integer({ description: 'Number of the last migration.', examples: [1] }),
      clock_skew_ms: Type.Integer({
        description:
          'How far the clock of this machine is ahead of that of the database, whose time counts, in milliseconds.',
        examples: [0],
      }),
    }),
    400: Type.Ref('Failure'),
    503: Type.Ref('Failure'),
  },
}
