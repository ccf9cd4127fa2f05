import type { TObject } from 'typebox'
import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import type { Listable } from '../../http/lists/listing.ts'
import type { ObjectKind } from '../changes/schema.ts'
import type { ChoiceTable } from '../custom-fields/queries.ts'

/**
 * A plain record of an event. Its six operations, their SQL, change records, ETags, list grammar and documentation follow
 * from this; a verb that differs is written by its own resource.
 */
export type Declaration<Input extends TObject, Record extends TObject> = {
  /** what messages call it: `Registrant type` */
  noun: string
  /** the heading of its operations, which is its plural: `Registrant types` */
  tag: string
  /** the stem of its schemas and operations: `RegType` */
  name: string
  /** what its paths begin with: `reg-types` */
  path: string
  table: string
  object: ObjectKind
  /** what a client may say of it, apart from custom values */
  input: Input
  /** as it is returned */
  record: Record
  lists: Listable
  /** the choices of its custom values; it has none unless this is given */
  choices?: ChoiceTable['table']
  /** members that are made of what is stored, when it leaves */
  show?: (row: object) => object
  /** what a deletion does to what refers to it, in a sentence */
  deletion: string
  /** does that, under the lock of the event */
  clear: (db: Db, actor: Actor, event_id: number, id: number) => Promise<void>
}
