import { CountParameter, type Parameters, Switch, TextParameter, WordParameter } from '../query.ts'
import { Id } from '../values/values.ts'
import type { Listable } from './listing.ts'

/** Query parameters of a single read of a resource. */
export const projectionQuery = (listable: Listable): Parameters => expandQuery(listable.expansions)

/** Query parameters of the list of a resource. */
export const listQuery = (listable: Listable): Parameters => ({
  page: CountParameter({ description: 'Number of the page, from 1.' }),
  'per-page': CountParameter({
    description: 'Items of a page: 20 unless given.',
    examples: [20],
  }),
  fields: TextParameter({
    description: `Fields to return; \`*\` for all. Unless given: ${listable.sparse.join(', ')}.`,
    examples: ['*'],
  }),
  ...expandQuery(listable.expansions),
  ids: TextParameter({
    description: 'Only these ids, at most 100.',
    examples: ['12345,12346'],
  }),
  sort: TextParameter({
    description: 'Attributes, at most 20; a leading `-` sorts downwards.',
    examples: ['-id'],
  }),
  search: TextParameter({
    description: 'Conditions joined by `&`, percent-encoded as one value.',
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
          description: `Related objects to return as extra keys: ${expansions.map(name => `\`${name}\``).join(', ')}.`,
          examples: [expansions.join(',')],
        }),
      }

/** Query parameters of every write. */
export const writeQuery: Parameters = {
  validate_only: Switch('`true`: checks everything and keeps nothing.'),
}
