import type { Db, Fragment } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../changes/log.ts'
import type { ChoiceChanges } from './choices.ts'

/** A table of choices, and its column for the definition that they belong to. */
export type ChoiceTable = {
  table:
    | 'session_field_choices'
    | 'speaker_field_choices'
    | 'sponsor_field_choices'
    | 'event_question_choices'
  owner: 'field_id' | 'question_id'
}

/** Choices in their order as one value; `from` says which rows `c` they are. */
export const choicesFrom = (db: Db, from: Fragment) => db`
  coalesce((
    select jsonb_agg(jsonb_build_object('id', c.id, 'name', c.name, 'sort', c.sort) order by c.sort, c.id) from ${from}), '[]')`

/** The rows that have values: the sessions, speakers or sponsors of an account, or the registrants of an event. */
export type Holders =
  | { table: 'sessions'; object: 'session'; within: 'account_id'; id: number }
  | { table: 'speakers'; object: 'speaker'; within: 'account_id'; id: number }
  | { table: 'sponsors'; object: 'sponsor'; within: 'account_id'; id: number }
  | { table: 'registrants'; object: 'registrant'; within: 'event_id'; id: number }

/** Ids of the choices that values name: chosen ids are stored as arrays, and nothing else is. */
export function choicesIn(values: Record<string, unknown>[]): number[] {
  return [...new Set(values.flatMap(each => Object.values(each).filter(Array.isArray).flat()))]
}

/**
 * The choices of these that exist, as a common table expression. A deletion of one waits until this is committed, as for a
 * foreign key; see lockChoices.
 */
export const standing = (db: Db, table: ChoiceTable['table'], choice_ids: number[]) => db`
  standing as (select id from ${db(table)} where id = any(${choice_ids}::bigint[]) order by id for key share)`

/**
 * Values less the choices that are not in `standing`, a table expression of the same statement; a value of which no choice
 * is left is unset. What a client chose was read before, from definitions that may have changed since.
 */
export const stillStanding = (db: Db, values: Fragment) => db`
  coalesce((
    select jsonb_object_agg(key, kept) from (
      select key, case jsonb_typeof(value) when 'array' then (
        select jsonb_agg(c.id order by c.place) from jsonb_array_elements(value) with ordinality c (id, place)
        where c.id::bigint in (select id from standing)) else value end as kept
      from jsonb_each(${values})) v
    where kept is not null), '{}')`

/**
 * Waits until values that name choices of a definition, and are being written, are committed; whoever writes one now
 * waits for this transaction. In id order, as everybody takes them.
 */
export async function lockChoices(db: Db, { table, owner }: ChoiceTable, owner_id: number): Promise<void> {
  await db`select from ${db(table)} where ${db(owner)} = ${owner_id} order by id for update`
}

/** Adds, renames and deletes choices of a definition. */
export async function writeChoices(
  db: Db,
  { table, owner }: ChoiceTable,
  owner_id: number,
  { added, renamed, deleted }: Omit<ChoiceChanges, 'faults'>,
): Promise<void> {
  if (added.length > 0)
    await db`insert into ${db(table)} ${db(added.map(choice => ({ ...choice, [owner]: owner_id })))}`
  for (const { id, ...set } of renamed)
    await db`update ${db(table)} set ${db(set)} where id = ${id!} and ${db(owner)} = ${owner_id}`
  if (deleted.length > 0)
    await db`delete from ${db(table)} where ${db(owner)} = ${owner_id} and id = any(${deleted}::bigint[])`
}

/** Takes a value from every row that has it, and the change log says so. */
export async function dropValues(
  db: Db,
  actor: Actor,
  { table, object, within, id }: Holders,
  attribute: string,
): Promise<void> {
  await db`
    with before as (
      select * from ${db(table)} where ${db(within)} = ${id} and custom_fields ? ${attribute} order by id for update),
      after as (
        update ${db(table)} h set custom_fields = h.custom_fields - ${attribute}::text, updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = h.version + 1
        from before b where b.id = h.id returning h.*)
    ${logged(db, actor, object, 'update')}`
}

/** Takes deleted choices out of the value of every row that has them; a value without a choice left is unset. */
export async function dropChoices(
  db: Db,
  actor: Actor,
  { table, object, within, id }: Holders,
  attribute: string,
  choice_ids: number[],
): Promise<void> {
  await db`
    with before as (
      select * from ${db(table)} where ${db(within)} = ${id}
        and exists (select from jsonb_array_elements(custom_fields -> ${attribute}::text) c where c::bigint = any(${choice_ids}::bigint[]))
      order by id for update),
      after as (
        update ${db(table)} h set updated_at = ${actor.now}, updated_by = ${actor.actor_id}, version = h.version + 1,
          custom_fields = (h.custom_fields - ${attribute}::text) || coalesce((
            select jsonb_build_object(${attribute}::text, jsonb_agg(c))
            from jsonb_array_elements(h.custom_fields -> ${attribute}::text) c
            where c::bigint <> all(${choice_ids}::bigint[]) having count(*) > 0), '{}')
        from before b where b.id = h.id returning h.*)
    ${logged(db, actor, object, 'update')}`
}
