import Type, { type Static, type TObject } from 'typebox'
import { type Db, transaction } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { type Body, changesIn, type Draft, readNew, readUpdate, settle } from '../../http/values/draft.ts'
import { CustomFields } from '../custom-fields/schema.ts'
import { type Definitions, withCustomValues } from '../custom-fields/values.ts'
import { mustNameOwnEvent } from '../events/events.ts'
import { lockEventSeats } from '../events/queries.ts'
import type { Declaration } from './declaration.ts'
import type { PlainQueries, Row } from './queries.ts'

/** The verbs of a declared record. */
export class PlainRecords<I extends TObject, R extends TObject> {
  readonly declaration: Declaration<I, R>
  readonly queries: PlainQueries<I, R>

  constructor(queries: PlainQueries<I, R>) {
    this.declaration = queries.declaration
    this.queries = queries
  }

  /** What a body may say of a record, custom values included. */
  get body(): TObject {
    const { input, choices, noun } = this.declaration
    return choices
      ? Type.Object({ ...input.properties, custom_fields: Type.Optional(CustomFields(noun.toLowerCase())) })
      : input
  }

  /** What a body says of a new record. */
  readNew(body: Body, by?: Definitions): Draft<Static<I>> {
    const draft = readNew(this.declaration.input, body)
    return withCustomValues(draft, body, by) as Draft<Static<I>>
  }

  /** What a body says of a record that exists. */
  readUpdate(body: Body, stored: object = {}, by?: Definitions): Draft<Partial<Static<I>>> {
    const draft = readUpdate(this.declaration.input, body, stored)
    return withCustomValues(draft, body, by, stored) as Draft<Partial<Static<I>>>
  }

  /** Creates a record. Throws 422 for an event that is not the account's. */
  async create(db: Db, actor: Actor, draft: Draft<Static<I>>): Promise<Row<R>> {
    await mustNameOwnEvent(db, actor.account_id, draft as Draft<{ event_id: number }>)
    return this.queries.insert(db, actor, settle(draft))
  }

  /** Changes the given fields of a record. Throws 404, 412, 422. */
  async change(db: Db, actor: Actor, id: number, body: Body, by?: Definitions): Promise<Row<R>> {
    return transaction(db, async tx => {
      await this.mustLock(tx, actor, id)
      const record = await this.mustFind(tx, actor.account_id, id)
      return this.write(tx, actor, record, this.readUpdate(body, record, by))
    })
  }

  /** Writes what a draft changes of a record that is locked; nothing when that is nothing. Throws 422. */
  async write(db: Db, actor: Actor, record: Row<R>, draft: Draft<Partial<Static<I>>>): Promise<Row<R>> {
    const { event_id: _fixed, ...given } = settle(draft) as Record<string, unknown>
    const changes = changesIn(given, record)
    return changes ? this.queries.update(db, actor, record.id, changes as Partial<Static<I>>) : record
  }

  /** Deletes a record. What refers to it is left without it, and the change log says so. Throws 404, 412. */
  async remove(db: Db, actor: Actor, id: number): Promise<void> {
    await transaction(db, async tx => {
      const { event_id } = await this.mustFind(tx, actor.account_id, id)
      await lockEventSeats(tx, event_id)
      await this.mustLock(tx, actor, id)
      await this.declaration.clear(tx, actor, event_id, id)
      await this.queries.delete(tx, actor, id)
    })
  }

  async mustFind(db: Db, account_id: number, id: number): Promise<Row<R>> {
    const record = await this.queries.find(db, account_id, id)
    if (!record) throw notFound(this.declaration.noun, id)
    return record
  }

  async mustLock(db: Db, actor: Actor, id: number): Promise<void> {
    const lock = await this.queries.lock(db, actor.account_id, id)
    if (!lock) throw notFound(this.declaration.noun, id)
    mustMatchVersion(actor.ifMatch, lock.version)
  }
}
