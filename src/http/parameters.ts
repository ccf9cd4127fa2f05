import type { Listable } from './listing.ts'
import { CountParameter, type Parameters, Switch, TextParameter, WordParameter } from './query.ts'
import { Id } from './values.ts'

/** Query parameters of a single read of a resource. */
export const projectionQuery = (listable: Listable): Parameters => expandQuery(listable.expansions)

/** Query parameters of the list of a resource. */
export const listQuery = (listable: Listable): Parameters => ({
  page: CountParameter({ description: 'Number of the page, from 1.' }),
  'per-page': CountParameter({
    description:
      'Items of a page: 20 unless given, at most 1000, at most 200 with `expand`. Items that take more than 16 MB are 400 `page_too_large`, and the message says how many fit.',
    examples: [20],
  }),
  fields: TextParameter({
    description: `Comma-separated names of the fields to return; \`*\` for all. Unless given: ${listable.sparse.join(', ')}.`,
    examples: ['*'],
  }),
  ...expandQuery(listable.expansions),
  ids: TextParameter({
    description: 'Comma-separated ids, at most 100: only these.',
    examples: ['12345,12346'],
  }),
  sort: TextParameter({
    description: 'Comma-separated attributes; at most 20; a leading `-` sorts downwards.',
    examples: ['-id'],
  }),
  search: TextParameter({
    description:
      'Conditions joined by `&`, percent-encoded as one value: `name=*contains*summit&date>=2026-01-01`. Operators: `=`, `!=`, `>`, `<`, `>=`, `<=`, `=*contains*`, `=*beginswith*`, `=*endswith*`, `=*in*a|b|c`, and `!=*…*`; nothing after `=` finds what is not set. At most 100 conditions, and 1000 values of `*in*`. Escapes inside a value are decoded after the split at `&` and `|`: `name%3D*contains*Q%2526A` finds `Q&A`. A value that the attribute cannot have is 400: a word or a choice that does not exist (any more), a date that is in no calendar.',
    examples: ['id>0'],
  }),
  searchCondition: WordParameter(['and', 'or'], 'How conditions are joined: `and` unless given.'),
})

/** Query parameters of a list inside an event. */
export const eventListQuery = (listable: Listable): Parameters => ({
  event_id: Id({ description: 'The event to list.', examples: [67890] }),
  ...listQuery(listable),
})

const expandQuery = (expansions: readonly string[] = []): Parameters =>
  expansions.length === 0
    ? {}
    : {
        expand: TextParameter({
          description: `Comma-separated names of related objects to return as extra keys: ${expansions.map(name => `\`${name}\``).join(', ')}.`,
          examples: [expansions.join(',')],
        }),
      }

/** Query parameters of every write. */
export const writeQuery: Parameters = {
  validate_only: Switch(
    '`true`: everything is checked, nothing is kept, and the answer is 200 with what would be returned; an id that is new in it is given to no object.',
  ),
}
