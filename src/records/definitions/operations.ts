import type { FastifyRequest } from 'fastify'
import Type, { type TObject } from 'typebox'
import type { NotifiedCache } from '../../db/cache.ts'
import type { Db } from '../../db/connection.ts'
import { type Actor, actorOf } from '../../http/actor.ts'
import type { Answer } from '../../http/answer.ts'
import type { Body } from '../../http/draft.ts'
import { tagVersion } from '../../http/etag.ts'
import { selfUrlOf } from '../../http/links.ts'
import { project, readListing, readProjection, renderPage } from '../../http/listing.ts'
import type { Query } from '../../http/query.ts'
import { idOf, type Operation, projectionQuery, writeQuery } from '../../http/route.ts'
import { viewOf } from '../../http/view.ts'
import { write } from '../../http/write.ts'
import { attributeOf } from '../custom-fields/values.ts'
import type { Definitions } from './definitions.ts'
import type { DefinitionRow } from './queries.ts'

type Verb = 'create' | 'update' | 'delete' | 'list' | 'get'

/** How definitions are reached, and what the document says of them. */
export type Reached<R extends TObject> = {
  tag: string
  /** what summaries call one: `session field` */
  one: string
  /** the stem of its schemas and operations: `SessionField` */
  name: string
  spellings: Record<Verb, string[]>
  /** the path of one, before its id */
  location: string
  /** what loses a choice that is deleted */
  losers: string
  /** what a deletion does, in a sentence */
  deletion: string
  /** a list: its summary and query, and whose definitions it has; throws 404 */
  list: Pick<Operation, 'summary' | 'query' | 'failures'> & {
    ownerOf: (db: Db, request: FastifyRequest) => Promise<number>
  }
  create: (db: Db, actor: Actor, body: Body) => Promise<DefinitionRow<R>>
  /** definitions by owner, of which this process forgets those that a write has changed, when it is committed */
  cache: NotifiedCache<DefinitionRow<R>[]>
}

/** The operations of definitions, in the order of the document. */
export function definitionOperations<I extends TObject, R extends TObject>(
  definitions: Definitions<I, R>,
  reached: Reached<R>,
): Operation[] {
  const { noun, record, lists } = definitions.declaration
  const { tag, one, name, spellings, location, losers, deletion, list, create, cache } = reached
  const members = viewOf(record)
  const view = (row: DefinitionRow<R>) =>
    members({ ...row, attribute: attributeOf(row) } as never) as Record<string, unknown>
  const updated = (row: DefinitionRow<R>): Answer => ({ status: 200, body: view(row), version: row.version })
  const change = async (
    [request, reply]: Parameters<Operation['handler']>,
    work: (db: Db, actor: Actor) => Promise<DefinitionRow<R>>,
    answerOf: (row: DefinitionRow<R>) => Answer,
  ) => {
    let changed: DefinitionRow<R> | undefined
    const answer = await write(request, reply, async db => {
      changed = await work(db, actorOf(request))
      return answerOf(changed)
    })
    if (changed) cache.forget(String(definitions.ownerOf(changed)))
    return answer
  }

  return [
    {
      spellings: spellings.create,
      id: `create${name}`,
      tag,
      summary: `Create a ${one}`,
      query: writeQuery,
      body: Type.Ref(`${name}Input`),
      success: { 201: Type.Ref(name) },
      handler: (...call) =>
        change(
          call,
          (db, actor) => create(db, actor, call[0].body as Body),
          row => ({ ...updated(row), status: 201, location: `/api/v1/${location}/${row.id}` }),
        ),
    },
    {
      spellings: spellings.update,
      id: `update${name}`,
      tag,
      summary: `Update a ${one}`,
      description: `Only the given members change. \`choices: [{"delete":true,"id":149},{"name":"new"},{"id":152,"name":"renamed"}]\` deletes, adds and renames; ${losers} lose a choice that is deleted.`,
      query: writeQuery,
      body: Type.Ref(`${name}Update`),
      success: { 200: Type.Ref(name) },
      handler: (...call) =>
        change(
          call,
          (db, actor) => definitions.change(db, actor, idOf(call[0], noun), call[0].body as Body),
          updated,
        ),
    },
    {
      spellings: spellings.delete,
      id: `delete${name}`,
      tag,
      summary: `Delete a ${one}`,
      description: deletion,
      query: writeQuery,
      success: { 204: Type.Null() },
      handler: (...call) =>
        change(
          call,
          (db, actor) => definitions.remove(db, actor, idOf(call[0], noun)),
          () => ({ status: 204 }),
        ),
    },
    {
      spellings: spellings.list,
      id: `list${name}s`,
      tag,
      success: { 200: Type.Ref(`${name}Page`) },
      isList: true,
      ...list,
      handler: async request => {
        const { readers } = request.server
        const listing = readListing(request.query as Query, lists)
        const owner = await list.ownerOf(readers, request)
        const { rows, total } = await definitions.queries.list(readers, owner, listing)
        const items = rows.map(row => project(view(row), listing))
        return renderPage(items, total, listing, selfUrlOf(request))
      },
    },
    {
      spellings: spellings.get,
      id: `get${name}`,
      tag,
      summary: `Get a ${one}`,
      query: projectionQuery(lists),
      success: { 200: Type.Ref(name) },
      handler: async (request, reply) => {
        const { readers } = request.server
        const row = await definitions.mustFind(readers, request.caller.account_id, idOf(request, noun))
        tagVersion(reply, row.version)
        return project(view(row), readProjection(request.query as Query, lists))
      },
    },
  ]
}
