import Type from 'typebox'
import type { Readiness } from '../../db/readiness.ts'
import { expectedError, unavailable } from '../../errors.ts'
import type { Operation } from '../operation.ts'

const Ok = Type.Boolean({ examples: [true] })

/** What the server says of itself: that the process answers, and that it can work and is not about to stop. */
export const healthOperations: Operation<{
  readiness: Readiness
  isStopping: () => boolean
  clock: { skew?: () => number }
}>[] = [
  {
    spellings: ['GET /healthz'],
    id: 'getHealth',
    tag: 'Server',
    summary: 'Ask whether the process answers',
    description: 'Says nothing of the database.',
    access: 'everybody',
    success: { 200: Type.Object({ ok: Ok }) },
    failures: [400],
    handler: () => ({ ok: true }),
  },
  {
    spellings: ['GET /readyz'],
    id: 'getReadiness',
    tag: 'Server',
    summary: 'Ask whether the server can work',
    description:
      '503 while it stops, and without a database that answers within a second and can be written. Always answers within a second.',
    access: 'everybody',
    success: {
      200: Type.Object({
        ok: Ok,
        database_version: Type.Integer({ description: 'Number of the last migration.', examples: [1] }),
        clock_skew_ms: Type.Integer({
          description:
            'How far the clock of this machine is ahead of that of the database, whose time counts, in milliseconds.',
          examples: [0],
        }),
      }),
    },
    failures: [400, 503],
    isQuiet: true,
    handler: async ({ parts: { readiness, isStopping, clock } }) => {
      if (isStopping()) throw unavailable('The server is stopping.')
      const found = await readiness.check().catch(error => {
        throw expectedError(error) ?? error
      })
      if (found === undefined) throw unavailable('The database does not answer in time.')
      if (found.read_only) throw unavailable('The database can only be read at this moment.')
      return { ok: true, database_version: found.version, clock_skew_ms: clock.skew?.() ?? 0 }
    },
  },
]
