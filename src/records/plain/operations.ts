import Type, { type TObject } from 'typebox'
import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { Answer } from '../../http/answer.ts'
import { recordSchemas } from '../../http/document/schemas.ts'
import { upsert } from '../../http/external.ts'
import { mustNameEvent, project, readProjection, renderPage } from '../../http/lists/listing.ts'
import { eventListQuery, projectionQuery, writeQuery } from '../../http/lists/parameters.ts'
import type { Call, Operation } from '../../http/operation.ts'
import { tagVersion } from '../../http/server/etag.ts'
import type { Body } from '../../http/values/draft.ts'
import { viewOf } from '../../http/view.ts'
import { write } from '../../http/write.ts'
import { type DefinitionsByOwner, namesAsked } from '../custom-fields/definitions.ts'
import {
  type CustomField,
  customValuesIn,
  type Definitions,
  showCustomValues,
} from '../custom-fields/values.ts'
import { listOfEvent } from '../events/events.ts'
import { fieldsFor, listingFor } from './custom-values.ts'
import type { Row } from './queries.ts'
import type { PlainRecords } from './records.ts'

/** What a resource does on a write; the call is for verbs that ask more of it than its body. */
export type Verbs<R extends TObject> = {
  create: (db: Db, actor: Actor, body: Body, by?: Definitions) => Promise<Row<R>>
  change: (db: Db, actor: Actor, id: number, body: Body, call: Call, by?: Definitions) => Promise<Row<R>>
  remove: (db: Db, actor: Actor, id: number, call: Call) => Promise<void>
}

/** What a resource has besides its declaration. */
type Own<R extends TObject, P> = {
  /** verbs that differ */
  verbs?: Partial<Verbs<R>>
  /** definitions of its custom values by account */
  fieldsIn?: (parts: P) => DefinitionsByOwner
  /** reads the related objects that `expand` names; they are members of the row that it is given */
  related?: (call: Call<P>, rows: Row<R>[], expand: Set<string>) => Promise<(row: Row<R>) => object>
}

type Verb = 'create' | 'update' | 'upsert' | 'delete' | 'list' | 'get'

/** The operations of a declared record, in the order of the document. */
export function plainOperations<I extends TObject, R extends TObject, P = unknown>(
  records: PlainRecords<I, R>,
  { verbs = {}, fieldsIn, related = async () => () => ({}) }: Own<R, P> = {},
): Record<Verb, Operation<P>> {
  const { noun, tag, name, path, record, lists, deletion, show = () => ({}) } = records.declaration
  const {
    create = (db, actor, body, by) => records.create(db, actor, records.readNew(body, by)),
    change = (db, actor, id, body, _call, by) => records.change(db, actor, id, body, by),
    remove = (db, actor, id) => records.remove(db, actor, id),
  } = verbs
  const one = noun.toLowerCase()
  const schemas = recordSchemas(name, record, records.body)
  const members = viewOf(record)
  const view = (row: Row<R>, fields: CustomField[] = []): Record<string, unknown> => {
    const shown = members({ ...row, ...show(row) } as never) as Record<string, unknown>
    if (!fieldsIn) return shown
    const values = showCustomValues(fields, row.custom_fields)
    return { ...shown, custom_fields: values, ...values }
  }
  const updated = (row: Row<R>, fields?: CustomField[]): Answer => ({
    status: 200,
    body: view(row, fields),
    version: row.version,
  })
  const created = (row: Row<R>, fields?: CustomField[]): Answer => ({
    ...updated(row, fields),
    status: 201,
    location: `/api/v1/${path}/${row.id}`,
  })
  /** Definitions that know what the body has, and what is stored. */
  const definitionsOf = async (call: Call<P>): Promise<Definitions | undefined> =>
    fieldsIn && {
      fields: await fieldsFor(call, fieldsIn, [customValuesIn(call.body)]),
      ignored: call.request.ignored,
    }
  const valuesOf = (...rows: Row<R>[]) => rows.map(row => row.custom_fields ?? {})
  const shownIn = (call: Call<P>, row: Row<R>, db: Db) => fieldsFor(call, fieldsIn, valuesOf(row), db)

  return {
    create: {
      spellings: [`POST /${path}/create`, `POST /${path}`],
      id: `create${name}`,
      tag,
      summary: `Create a ${one}`,
      query: writeQuery,
      body: schemas.input,
      success: { 201: schemas.record },
      handler: async call => {
        const by = await definitionsOf(call)
        return write(call, async ({ db, actor, body }) =>
          created(await create(db, actor, body, by), by?.fields),
        )
      },
    },
    update: {
      spellings: [`PUT /${path}/update/:id`, `PUT /${path}/:id`, `PATCH /${path}/:id`],
      id: `update${name}`,
      tag,
      summary: `Update a ${one}`,
      description: 'Only the given fields change.',
      noun,
      query: writeQuery,
      body: schemas.update,
      aliases: lists.expansions,
      success: { 200: schemas.record },
      handler: async call => {
        const by = await definitionsOf(call)
        return write(call, async ({ db, actor, id, body }) => {
          const row = await change(db, actor, id, body, call, by)
          return updated(row, await shownIn(call, row, db))
        })
      },
    },
    upsert: {
      spellings: [`PUT /${path}/external/:external_id`],
      id: `upsert${name}`,
      tag,
      summary: `Create or update a ${one} by its external id`,
      query: writeQuery,
      body: schemas.upsert,
      aliases: lists.expansions,
      success: { 200: schemas.record, 201: schemas.record },
      handler: async call => {
        const by = await definitionsOf(call)
        return upsert(call, {
          find: (db, actor, externalId, event_id) =>
            records.queries.findByExternalId(db, actor.account_id, event_id, externalId),
          create: async (db, actor, body) => created(await create(db, actor, body, by), by?.fields),
          update: async (db, actor, id, body) => {
            const row = await change(db, actor, id, body, call, by)
            return updated(row, await shownIn(call, row, db))
          },
        })
      },
    },
    delete: {
      spellings: [`DELETE /${path}/delete/:id`, `DELETE /${path}/:id`],
      id: `delete${name}`,
      tag,
      summary: `Delete a ${one}`,
      description: deletion,
      noun,
      query: writeQuery,
      success: { 204: Type.Null() },
      handler: call =>
        write(call, async ({ db, actor, id }) => {
          await remove(db, actor, id, call)
          return { status: 204 }
        }),
    },
    list: {
      spellings: [`GET /${path}`],
      id: `list${name}s`,
      tag,
      summary: `List the ${tag.toLowerCase()} of an event`,
      query: eventListQuery(lists),
      reads: lists,
      success: { 200: schemas.page },
      failures: [404],
      isList: true,
      handler: async call => {
        const { db, query, account_id } = call
        const event = { account_id, id: mustNameEvent(query) }
        const { rows, total, listing } = await listOfEvent(db, event, async () => {
          const listing = await listingFor(call, fieldsIn, lists)
          return { ...(await records.queries.list(db, event, listing)), listing }
        })
        const fields = await fieldsFor(call, fieldsIn, valuesOf(...rows))
        const more = await related(call, rows, listing.expand)
        const items = rows.map(row => project({ ...view(row, fields), ...more(row) }, listing))
        return renderPage(items, total, listing, call.selfUrl)
      },
    },
    get: {
      spellings: [`GET /${path}/:id`],
      id: `get${name}`,
      tag,
      summary: `Get a ${one}`,
      noun,
      query: projectionQuery(lists),
      reads: lists,
      success: { 200: schemas.record },
      handler: async call => {
        const { db, reply, query, account_id } = call
        const row = await records.mustFind(db, account_id, call.id)
        tagVersion(reply, row.version)
        const fields = await fieldsFor(call, fieldsIn, [...valuesOf(row), namesAsked(query)])
        const projection = readProjection(query, lists)
        const more = await related(call, [row], projection.expand)
        return project({ ...view(row, fields), ...more(row) }, projection)
      },
    },
  }
}
