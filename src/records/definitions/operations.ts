import Type, { type TObject } from 'typebox'
import type { NotifiedCache } from '../../db/cache.ts'
import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { Answer } from '../../http/answer.ts'
import { recordSchemas } from '../../http/document/schemas.ts'
import { project, readListing, readProjection, renderPage } from '../../http/lists/listing.ts'
import { projectionQuery, writeQuery } from '../../http/lists/parameters.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { tagVersion } from '../../http/server/etag.ts'
import type { Body } from '../../http/values/draft.ts'
import { viewOf } from '../../http/view.ts'
import { write } from '../../http/write.ts'
import { attributeOf } from '../custom-fields/values.ts'
import type { Definitions } from './definitions.ts'
import type { DefinitionRow } from './queries.ts'

type Verb = 'create' | 'update' | 'delete' | 'list' | 'get'

/** How definitions are reached, and what the document says of them. */
export type Reached<R extends TObject, P> = {
  tag: string
  /** what summaries call one: `session field` */
  one: string
  /** the stem of its schemas and operations: `SessionField` */
  name: string
  /** the body of a create: what a client may say of one, with its choices */
  body: TObject
  spellings: Record<Verb, string[]>
  /** the path of one, before its id */
  location: string
  /** what loses a choice that is deleted */
  losers: string
  /** what a deletion does, in a sentence */
  deletion: string
  /** a list: its summary and query, and whose definitions it has; throws 404 */
  list: Pick<Operation, 'summary' | 'query' | 'failures'> & {
    ownerOf: (call: Call<P>) => Promise<number>
  }
  create: (db: Db, actor: Actor, body: Body) => Promise<DefinitionRow<R>>
  /** definitions by owner, of which this process forgets those that a write has changed, when it is committed */
  cacheIn: (parts: P) => NotifiedCache<DefinitionRow<R>[]>
}

/** The operations of definitions, in the order of the document. */
export function definitionOperations<I extends TObject, R extends TObject, P>(
  definitions: Definitions<I, R>,
  reached: Reached<R, P>,
): Operation<P>[] {
  const { noun, record, lists } = definitions.declaration
  const { tag, one, name, spellings, location, losers, deletion, list, create, cacheIn } = reached
  const { ownerOf, ...listed } = list
  const schemas = recordSchemas(name, record, reached.body)
  const members = viewOf(record)
  const view = (row: DefinitionRow<R>) =>
    members({ ...row, attribute: attributeOf(row) } as never) as Record<string, unknown>
  const updated = (row: DefinitionRow<R>): Answer => ({ status: 200, body: view(row), version: row.version })
  const change = async (
    call: Call<P>,
    work: (call: Call<P>) => Promise<DefinitionRow<R>>,
    answerOf: (row: DefinitionRow<R>) => Answer,
  ) => {
    let changed: DefinitionRow<R> | undefined
    const answer = await write(call, async inside => {
      changed = await work(inside)
      return answerOf(changed)
    })
    if (changed) cacheIn(call.parts).forget(String(definitions.ownerOf(changed)))
    return answer
  }

  return [
    {
      spellings: spellings.create,
      id: `create${name}`,
      tag,
      summary: `Create a ${one}`,
      query: writeQuery,
      body: schemas.input,
      success: { 201: schemas.record },
      handler: call =>
        change(
          call,
          ({ db, actor, body }) => create(db, actor, body),
          row => ({ ...updated(row), status: 201, location: `/api/v1/${location}/${row.id}` }),
        ),
    },
    {
      spellings: spellings.update,
      id: `update${name}`,
      tag,
      summary: `Update a ${one}`,
      description: `Only the given members change. \`choices: [{"delete":true,"id":149},{"name":"new"},{"id":152,"name":"renamed"}]\` deletes, adds and renames; ${losers} lose a choice that is deleted.`,
      noun,
      query: writeQuery,
      body: schemas.update,
      success: { 200: schemas.record },
      handler: call =>
        change(call, ({ db, actor, id, body }) => definitions.change(db, actor, id, body), updated),
    },
    {
      spellings: spellings.delete,
      id: `delete${name}`,
      tag,
      summary: `Delete a ${one}`,
      description: deletion,
      noun,
      query: writeQuery,
      success: { 204: Type.Null() },
      handler: call =>
        change(
          call,
          ({ db, actor, id }) => definitions.remove(db, actor, id),
          () => ({ status: 204 }),
        ),
    },
    {
      spellings: spellings.list,
      id: `list${name}s`,
      tag,
      reads: lists,
      success: { 200: schemas.page },
      isList: true,
      ...listed,
      handler: async call => {
        const listing = readListing(call.query, lists)
        const owner = await ownerOf(call)
        const { rows, total } = await definitions.queries.list(call.db, owner, listing)
        const items = rows.map(row => project(view(row), listing))
        return renderPage(items, total, listing, call.selfUrl)
      },
    },
    {
      spellings: spellings.get,
      id: `get${name}`,
      tag,
      summary: `Get a ${one}`,
      noun,
      query: projectionQuery(lists),
      reads: lists,
      success: { 200: schemas.record },
      handler: async ({ db, reply, query, account_id, id }) => {
        const row = await definitions.mustFind(db, account_id, id)
        tagVersion(reply, row.version)
        return project(view(row), readProjection(query, lists))
      },
    },
  ]
}
