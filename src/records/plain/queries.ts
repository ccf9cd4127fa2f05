import type { Static, TObject } from 'typebox'
import { type Db, type Fragment, inColumns } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { columnsOf, type Listing } from '../../http/lists/listing.ts'
import { readPage } from '../../http/lists/page-size.ts'
import { isAlwaysNull, type writers } from '../../http/view.ts'
import { logged } from '../changes/log.ts'
import { choicesIn, standing, stillStanding } from '../custom-fields/queries.ts'
import type { StoredValues } from '../custom-fields/values.ts'
import { type OwnEvent, pageOfEvent } from '../events/queries.ts'
import type { Declaration } from './declaration.ts'

export type Row<R extends TObject> = Static<R> & {
  id: number
  event_id: number
  account_id: number
  version: number
  custom_fields?: StoredValues
}

type Valued = { custom_fields?: StoredValues }

/** The SQL of a declared record; `r` is its alias. */
export class PlainQueries<I extends TObject, R extends TObject> {
  readonly declaration: Declaration<I, R>
  readonly #columns: string[]

  constructor(declaration: Declaration<I, R>) {
    this.declaration = declaration
    this.#columns = Object.entries(declaration.record.properties).flatMap(([name, kind]) =>
      isAlwaysNull(kind) ? [] : [name],
    )
  }

  /** What is read: the table, or a query that adds to it. */
  source(db: Db): Fragment {
    return db`${db(this.declaration.table)} r`
  }

  async insert(db: Db, actor: Actor, given: Static<I>): Promise<Row<R>> {
    const { table, object } = this.declaration
    const { account_id, now } = actor
    const row = {
      ...this.#stored(db, given),
      ...this.#writtenBy(actor, 'created_by', 'updated_by'),
      account_id,
      created_at: now,
      updated_at: now,
    }
    const [written] = await db<Row<R>[]>`
      with ${this.#standing(db, given)} after as (insert into ${db(table)} ${db(row)} returning *), logged as (${logged(db, actor, object, 'create')})
      select * from after`
    return written!
  }

  /** Changes a record that is locked; only the given fields. */
  async update(db: Db, actor: Actor, id: number, given: Partial<Static<I>>): Promise<Row<R>> {
    const { table, object } = this.declaration
    const set = {
      ...this.#stored(db, given),
      ...this.#writtenBy(actor, 'updated_by'),
      updated_at: actor.now,
    }
    const [written] = await db<Row<R>[]>`
      with ${this.#standing(db, given)} before as (select * from ${db(table)} where id = ${id}),
        after as (update ${db(table)} set ${db(set)}, version = version + 1 where id = ${id} returning *),
        logged as (${logged(db, actor, object, 'update')})
      select * from after`
    return written!
  }

  /** Who writes, for records that say so. */
  #writtenBy({ actor_id }: Actor, ...members: (keyof typeof writers)[]): Record<string, number | null> {
    const { properties } = this.declaration.record
    return Object.fromEntries(members.flatMap(member => (member in properties ? [[member, actor_id]] : [])))
  }

  /** Values as columns take them; custom values lose the choices that were deleted since they were read. */
  #stored(db: Db, given: Valued): Record<string, unknown> {
    const { custom_fields: values, ...others } = given
    const columns = inColumns(db, others)
    if (!values) return columns
    return { ...columns, custom_fields: stillStanding(db, db`${db.json(values as never)}::jsonb`) }
  }

  #standing(db: Db, { custom_fields: values }: Valued): Fragment {
    const { choices } = this.declaration
    return choices && values ? db`${standing(db, choices, choicesIn([values]))},` : db``
  }

  /** Deletes a record that is locked and that nothing refers to. */
  async delete(db: Db, actor: Actor, id: number): Promise<void> {
    const { table, object } = this.declaration
    await db`
      with before as (delete from ${db(table)} where id = ${id} returning *)
      ${logged(db, actor, object, 'delete')}`
  }

  async find(db: Db, account_id: number, id: number): Promise<Row<R> | undefined> {
    const [row] = await db<Row<R>[]>`
      select * from ${this.source(db)} where r.account_id = ${account_id} and r.id = ${id}`
    return row
  }

  /** The version of a record, which is locked until the transaction ends. */
  async lock(db: Db, account_id: number, id: number): Promise<{ version: number } | undefined> {
    const [row] = await db<{ version: number }[]>`
      select version from ${db(this.declaration.table)} where account_id = ${account_id} and id = ${id} for update`
    return row
  }

  async findByExternalId(
    db: Db,
    account_id: number,
    event_id: number,
    externalId: string,
  ): Promise<{ id: number } | undefined> {
    const [row] = await db<{ id: number }[]>`
      select id from ${db(this.declaration.table)}
      where account_id = ${account_id} and event_id = ${event_id} and external_id = ${externalId}`
    return row
  }

  /** A page of the records of an event. */
  async list(db: Db, event: OwnEvent, listing: Listing) {
    const page = pageOfEvent(db, 'r.event_id', event, listing)
    const columns = columnsOf(
      db,
      'r',
      this.#columns,
      { ...this.declaration.lists, stored: this.#columns },
      listing,
    )
    const source = this.source(db)
    return readPage<Row<R>>(db, { columns: db`${columns} from ${source}`, source, ...page })
  }

  listByIds(db: Db, ids: number[]): Promise<Row<R>[]> {
    return db<Row<R>[]>`select * from ${this.source(db)} where r.id = any(${ids}::bigint[])`
  }

  listOfEvent(db: Db, event_id: number): Promise<Row<R>[]> {
    return db<Row<R>[]>`select * from ${this.source(db)} where r.event_id = ${event_id} order by r.id`
  }
}
