import type { FastifyInstance } from 'fastify'
import { knownTo } from './known.ts'
import { Call, type CommonParts, type Operation } from './operation.ts'
import { aroundFile } from './server/bodies.ts'
import { rolesFor } from './server/roles.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** Registers operations under all their spellings, and hands them their parts. */
export function route<P>(app: FastifyInstance, operations: Operation<P>[], parts: CommonParts & P): void {
  for (const operation of operations) {
    const {
      spellings,
      unlisted = [],
      noun = '',
      isList = false,
      isQuiet,
      listMember,
      takesFile,
      handler,
    } = operation
    const known = { isList, listMember, takesFile, ...knownTo(operation) }
    for (const spelling of [...spellings, ...unlisted]) {
      const [method, url] = spelling.split(' ') as [Method, string]
      const config = { ...known, roles: rolesFor(method, operation.permission ?? {}) }
      app.route({
        method,
        url,
        config,
        ...(isQuiet && { logLevel: 'warn' }),
        ...(takesFile && { bodyLimit: takesFile + aroundFile }),
        handler: async (request, reply) => handler(new Call(request, reply, parts, noun, parts.readers)),
      })
    }
  }
}
