import type { TSchema } from 'typebox'
import type { Listable } from './lists/listing.ts'
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
  reads?: Listable
  success: Record<number, TSchema>
}

/** What the operation knows of a request; everything else is named as ignored (ignored.ts). */
export function knownTo({ body, aliases = [], query = {}, reads, success }: Declared): {
  known: Known
  lists: ReadonlySet<string>
} {
  const given = membersOf(body)
  const [answer] = Object.values(success).map(membersOf)
  const record = answer!.names.get('items') ?? answer!
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
        ...(reads ? ['fields'] : []),
      ]),
      words: {
        fields:
          reads &&
          (word =>
            word === '*' || record.names.has(word) || (record.hasCustomValues && /^c_\d+$/.test(word))),
        expand: reads && (word => reads.expansions?.includes(word) ?? false),
      },
    },
  }
}
