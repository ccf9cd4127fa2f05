import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import type { Db } from '../db/connection.ts'
import { unavailable } from '../errors.ts'

/** `/healthz`: the process answers. `/readyz`: it can work, and is not about to stop. */
export function healthRoutes(
  app: FastifyInstance,
  { db, isReady }: { db: Db; isReady: () => boolean },
): void {
  app.get('/healthz', { schema: healthSchema }, async () => ({ ok: true }))
  app.get('/readyz', { schema: readySchema, logLevel: 'warn' }, async () => {
    if (!isReady()) throw unavailable('The server is stopping.')
    const [row] = await db<{ version: number }[]>`select max(version) as version from schema_migrations`
    return { ok: true, database_version: row!.version }
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
  description: '503 without its database, and while it stops.',
  response: {
    200: Type.Object({
      ok: Ok,
      database_version: Type.Integer({ description: 'Number of the last migration.', examples: [1] }),
    }),
    400: Type.Ref('Failure'),
    503: Type.Ref('Failure'),
  },
}
