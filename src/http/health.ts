import type { FastifyInstance } from 'fastify'
import type { Db } from '../db/connection.ts'
import { unavailable } from '../errors.ts'

/** `/healthz`: the process answers. `/readyz`: it can work, and is not about to stop. */
export function healthRoutes(
  app: FastifyInstance,
  { db, isReady }: { db: Db; isReady: () => boolean },
): void {
  app.get('/healthz', { schema: { hide: true } as object }, async () => ({ ok: true }))
  app.get('/readyz', { schema: { hide: true } as object, logLevel: 'warn' }, async () => {
    if (!isReady()) throw unavailable('The server is stopping.')
    const [row] = await db<{ version: number }[]>`select max(version) as version from schema_migrations`
    return { ok: true, database_version: row!.version }
  })
}
