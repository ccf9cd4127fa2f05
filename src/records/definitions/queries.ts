import type { Static, TObject } from 'typebox'
import { type Db, type Fragment, inColumns } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { type Listable, type Listing, pageWithin } from '../../http/lists/listing.ts'
import { readPage } from '../../http/lists/page-size.ts'
import { logged } from '../changes/log.ts'
import type { ObjectKind } from '../changes/schema.ts'
import { type ChoiceTable, choicesFrom, type Holders } from '../custom-fields/queries.ts'
import type { Choice } from '../custom-fields/schema.ts'

/** Definitions of custom values, with choices: what sessions of an account, or registrants of an event, have values for. */
export type Declaration<I extends TObject, R extends TObject> = {
  /** what messages call it: `Session field` */
  noun: string
  table: 'session_fields' | 'speaker_fields' | 'sponsor_fields' | 'event_questions'
  object: ObjectKind
  choices: ChoiceTable
  /** the column that says what it belongs to */
  within: Holders['within']
  /** announces what it belongs to when it changes */
  channel: string
  /** the rows that have values by definitions of this owner */
  holders: (owner_id: number) => Holders
  /** locks what those rows are written under, in an order that all writers keep */
  lockHolders: (db: Db, owner_id: number) => Promise<void>
  /** what a client may say of it, apart from its choices */
  input: I
  record: R
  lists: Listable
}

export type DefinitionRow<R extends TObject> = Omit<Static<R>, 'attribute'> & {
  id: number
  type: string
  required: number
  account_id: number
  version: number
  choices: Choice[]
}

/** The SQL of definitions; `d` is their alias, `c` that of their choices. */
export class DefinitionQueries<I extends TObject, R extends TObject> {
  readonly declaration: Declaration<I, R>

  constructor(declaration: Declaration<I, R>) {
    this.declaration = declaration
  }

  async insert(
    db: Db,
    actor: Actor,
    given: Partial<Static<I>>,
    choices: Omit<Choice, 'id'>[],
  ): Promise<number> {
    const { table, object, choices: of } = this.declaration
    const { account_id, now } = actor
    const row = { ...inColumns(db, given), account_id, created_at: now, updated_at: now }
    const [written] = await db<{ id: number }[]>`
      with d as (insert into ${db(table)} ${db(row)} returning *),
        c as (
          insert into ${db(of.table)} (${db(of.owner)}, name, sort)
          select d.id, given.name, given.sort
          from d, jsonb_to_recordset(${db.json(choices as never)}) as given (name text, sort int) returning *),
        after as (select d.*, ${choicesFrom(db, db`c`)} as choices from d),
        logged as (${logged(db, actor, object, 'create')})
      select id from after`
    return written!.id
  }

  /** Changes a definition that is locked; only the given members. `choices` are those that it had before. */
  async update(
    db: Db,
    actor: Actor,
    id: number,
    given: Partial<Static<I>>,
    choices: Choice[],
  ): Promise<void> {
    const { table, object } = this.declaration
    const set = { ...inColumns(db, given), updated_at: actor.now }
    await db`
      with before as (select *, ${db.json(choices as never)}::jsonb as choices from ${db(table)} where id = ${id}),
        d as (update ${db(table)} set ${db(set)}, version = version + 1 where id = ${id} returning *),
        after as (select ${this.#withChoices(db)} from d)
      ${logged(db, actor, object, 'update')}`
  }

  /** Deletes definitions that are locked; their choices go with them. */
  async deleteWhere(db: Db, actor: Actor, where: Fragment): Promise<void> {
    const { table, object } = this.declaration
    await db`
      with d as (delete from ${db(table)} where ${where} returning *), before as (select ${this.#withChoices(db)} from d)
      ${logged(db, actor, object, 'delete')}`
  }

  delete(db: Db, actor: Actor, id: number): Promise<void> {
    return this.deleteWhere(db, actor, db`id = ${id}`)
  }

  /** Every definition of an owner, in its order: what values are read and shown with. */
  allOf(db: Db, owner_id: number): Promise<DefinitionRow<R>[]> {
    const { within } = this.declaration
    return db<DefinitionRow<R>[]>`
      select ${this.#withChoices(db)} from ${this.#source(db)} where ${db(`d.${within}`)} = ${owner_id} order by d.sort, d.id`
  }

  async list(db: Db, owner_id: number, listing: Listing) {
    const { within } = this.declaration
    const page = pageWithin(db, `d.${within}`, owner_id, listing)
    const source = this.#source(db)
    const columns = db`${this.#withChoices(db)} from ${source}`
    return readPage<DefinitionRow<R>>(db, { columns, source, ...page })
  }

  async find(db: Db, account_id: number, id: number): Promise<DefinitionRow<R> | undefined> {
    const [row] = await db<DefinitionRow<R>[]>`
      select ${this.#withChoices(db)} from ${this.#source(db)} where d.account_id = ${account_id} and d.id = ${id}`
    return row
  }

  /** The version of a definition, which is locked until the transaction ends. */
  async lock(db: Db, account_id: number, id: number): Promise<{ version: number } | undefined> {
    const [row] = await db<{ version: number }[]>`
      select version from ${db(this.declaration.table)} where account_id = ${account_id} and id = ${id} for update`
    return row
  }

  async announce(db: Db, owner_id: number): Promise<void> {
    await db`select pg_notify(${this.declaration.channel}, ${String(owner_id)})`
  }

  #source(db: Db): Fragment {
    return db`${db(this.declaration.table)} d`
  }

  #withChoices(db: Db): Fragment {
    const { table, owner } = this.declaration.choices
    return db`d.*, ${choicesFrom(db, db`${db(table)} c where ${db(`c.${owner}`)} = d.id`)} as choices`
  }
}
