import type { FastifyInstance } from 'fastify'
import type { TSchema } from 'typebox'
import type { Listable } from './listing.ts'
import { listsIn, type Members, membersOf } from './members.ts'
import type { Parameters } from './query.ts'

/** What an operation knows: members of its body, those that are read-only, query parameters, and words of two of them. */
export type Known = {
  body: Members
  readOnly: Members
  query: ReadonlySet<string>
  /** names that `fields` and `expand` know; undefined where they mean nothing */
  words: Record<'fields' | 'expand', ((word: string) => boolean) | undefined>
}

type Declared = {
  body?: TSchema
  aliases?: readonly string[] | undefined
  query?: Parameters
  success: Record<number, TSchema>
}

/** What the operation knows of a request; everything else is named as ignored (ignored.ts). */
export function knownTo(
  app: FastifyInstance,
  operation: Declared,
): { known: Known; lists: ReadonlySet<string> } {
  const { body, aliases = [], query = {}, success } = operation
  const resolve = (name: string) => app.getSchema(name)
  const given = membersOf(body, resolve)
  const [answer] = Object.values(success).map(schema => membersOf(schema, resolve))
  const record = answer!.names.get('items') ?? answer!
  const listable = query[listableOf as never] as Listable | undefined
  return {
    lists: listsIn(given),
    known: {
      body: given,
      readOnly: {
        ...record,
        names: new Map([...record.names, ...aliases.map(name => [name, record] as const)]),
      },
      query: new Set([
        ...Object.keys(query),
        ...('per-page' in query ? ['per_page'] : []),
        ...(listable ? ['fields'] : []),
      ]),
      words: {
        fields:
          listable &&
          (word =>
            word === '*' || record.names.has(word) || (record.hasCustomValues && /^c_\d+$/.test(word))),
        expand: listable && (word => listable.expansions?.includes(word) ?? false),
      },
    },
  }
}

/** Under this key the query parameters of a read have what it reads. */
const listableOf = Symbol('listable')
export const reading = (listable: Listable, parameters: Parameters): Parameters =>
  Object.assign(parameters, { [listableOf]: listable })
