import type { Static, TObject } from 'typebox'
import { type Db, transaction } from '../../db/connection.ts'
import { notFound } from '../../errors.ts'
import type { Actor } from '../../http/actor.ts'
import { mustMatchVersion } from '../../http/server/etag.ts'
import { type Body, changesIn, type Draft, readNew, readUpdate, settle } from '../../http/values/draft.ts'
import { changesChoices, faultsOfChoices, readChoiceChanges } from '../custom-fields/choices.ts'
import { dropChoices, dropValues, lockChoices, writeChoices } from '../custom-fields/queries.ts'
import { attributeOf } from '../custom-fields/values.ts'
import type { Declaration, DefinitionQueries, DefinitionRow } from './queries.ts'

/** The verbs of definitions: session fields, and questions of events. */
export class Definitions<I extends TObject, R extends TObject> {
  readonly declaration: Declaration<I, R>
  readonly queries: DefinitionQueries<I, R>
  /** reads the members of a body that its schema cannot; throws 422 */
  readonly #further: (body: Body) => object

  constructor(queries: DefinitionQueries<I, R>, further: (body: Body) => object = () => ({})) {
    this.declaration = queries.declaration
    this.queries = queries
    this.#further = further
  }

  /** Creates a definition with its choices. `check` adds faults. Throws 422. */
  async create(
    db: Db,
    actor: Actor,
    body: Body,
    check: (draft: Draft<Static<I>>) => Promise<void> = async () => {},
  ): Promise<DefinitionRow<R>> {
    const draft = readNew(this.declaration.input, body) as Draft<Static<I>>
    const choices = readChoiceChanges(body.choices, [])
    draft.faults.push(...faultsOfChoices(draft.given, choices))
    await check(draft)
    const given = { ...settle(draft), ...this.#further(body) }
    return transaction(db, async tx => {
      const id = await this.queries.insert(tx, actor, given, choices.added)
      const definition = await this.mustFind(tx, actor.account_id, id)
      await this.queries.announce(tx, this.ownerOf(definition))
      return definition
    })
  }

  /** Changes the given members of a definition, and its choices. Values lose a choice that is deleted. */
  async change(db: Db, actor: Actor, id: number, body: Body): Promise<DefinitionRow<R>> {
    const { choices: table, input, holders } = this.declaration
    return transaction(db, async tx => {
      const known = await this.#mustLock(tx, actor, id, body.choices !== undefined)
      const draft = readUpdate(input, body, known)
      const choices = readChoiceChanges(body.choices, known.choices)
      draft.faults.push(...faultsOfChoices(draft.given, choices, known))
      const { event_id: _event, type: _fixed, ...given } = settle(draft) as Record<string, unknown>
      const set = changesIn({ ...given, ...this.#further(body) }, known) as Partial<Static<I>> | undefined
      if (!set && !changesChoices(choices)) return known
      const owner = this.ownerOf(known)
      if (choices.deleted.length > 0) await lockChoices(tx, table, id)
      await writeChoices(tx, table, id, choices)
      if (choices.deleted.length > 0)
        await dropChoices(tx, actor, holders(owner), attributeOf({ id }), choices.deleted)
      await this.queries.update(tx, actor, id, set ?? {}, known.choices)
      await this.queries.announce(tx, owner)
      return this.mustFind(tx, actor.account_id, id)
    })
  }

  /** Deletes a definition, and its value in everything that has one; returns what it was. */
  async remove(db: Db, actor: Actor, id: number): Promise<DefinitionRow<R>> {
    const { choices, holders } = this.declaration
    return transaction(db, async tx => {
      const known = await this.#mustLock(tx, actor, id, true)
      const owner = this.ownerOf(known)
      await lockChoices(tx, choices, id)
      await dropValues(tx, actor, holders(owner), attributeOf({ id }))
      await this.queries.delete(tx, actor, id)
      await this.queries.announce(tx, owner)
      return known
    })
  }

  async mustFind(db: Db, account_id: number, id: number): Promise<DefinitionRow<R>> {
    const definition = await this.queries.find(db, account_id, id)
    if (!definition) throw notFound(this.declaration.noun, id)
    return definition
  }

  /** The account or the event that a definition belongs to. */
  ownerOf(definition: DefinitionRow<R>): number {
    return (definition as unknown as Record<string, number>)[this.declaration.within]!
  }

  /** A change that takes values from sessions or registrants first takes the lock that they are written under. */
  async #mustLock(db: Db, actor: Actor, id: number, takesValues: boolean): Promise<DefinitionRow<R>> {
    const found = await this.mustFind(db, actor.account_id, id)
    if (takesValues) await this.declaration.lockHolders(db, this.ownerOf(found))
    const lock = await this.queries.lock(db, actor.account_id, id)
    if (!lock) throw notFound(this.declaration.noun, id)
    mustMatchVersion(actor.ifMatch, lock.version)
    return this.mustFind(db, actor.account_id, id)
  }
}
