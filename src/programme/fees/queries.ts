import type { Db } from '../../db/connection.ts'
import type { Actor } from '../../http/actor.ts'
import { logged } from '../../records/changes/log.ts'

/** Prices by the id of a registrant type, as decimals. */
export type Prices = Record<string, string>
export type FeeRow = { id: number; session_id: number; price: string; conditional_prices: Prices }

export function listFeesOf(db: Db, session_ids: number[]): Promise<FeeRow[]> {
  return db<FeeRow[]>`
    select id, session_id, price::text as price, conditional_prices from session_fees
    where session_id = any(${session_ids}::bigint[])`
}

/** Ids of the registrant types of the events of these sessions, by session. */
export async function listTypesOf(db: Db, session_ids: number[]): Promise<Map<number, number[]>> {
  const rows = await db<{ session_id: number; ids: number[] }[]>`
    select s.id as session_id, array_agg(t.id order by t.sort, t.id) as ids
    from sessions s join reg_types t on t.event_id = s.event_id
    where s.id = any(${session_ids}::bigint[]) group by s.id`
  return new Map(rows.map(({ session_id, ids }) => [session_id, ids.map(Number)]))
}

/** Writes the fee of a session that is locked. */
export async function writeFee(
  db: Db,
  actor: Actor,
  session: { id: number; event_id: number },
  { price, conditional_prices }: { price: string; conditional_prices: Prices },
): Promise<void> {
  const prices = db.json(conditional_prices as never)
  const [known] = await db`select from session_fees where session_id = ${session.id}`
  if (known)
    await db`
      with before as (select * from session_fees where session_id = ${session.id}),
        after as (
          update session_fees set price = ${price}::text::numeric, conditional_prices = ${prices}, updated_at = ${actor.now},
            version = version + 1
          where session_id = ${session.id} returning *)
      ${logged(db, actor, 'session_fee', 'update')}`
  else
    await db`
      with after as (
        insert into session_fees (account_id, event_id, session_id, price, conditional_prices, created_at, updated_at)
        values (${actor.account_id}, ${session.event_id}, ${session.id}, ${price}::text::numeric, ${prices}, ${actor.now}, ${actor.now})
        returning *)
      ${logged(db, actor, 'session_fee', 'create')}`
}

/** Deletes the fees of a session, or of an event. */
export async function deleteFees(
  db: Db,
  actor: Actor,
  column: 'session_id' | 'event_id',
  id: number,
): Promise<void> {
  await db`
    with before as (delete from session_fees where ${db(column)} = ${id} returning *)
    ${logged(db, actor, 'session_fee', 'delete')}`
}

/** Copies fees to the sessions of a copied event, whose registrant types were copied in the order of their ids. */
export async function copyFees(
  db: Db,
  actor: Actor,
  from: number,
  to: number,
  sessions: Map<number, number>,
): Promise<void> {
  await db`
    with types as (
        select o.id::text as old_id, n.id::text as new_id
        from (select id, row_number() over (order by id) as place from reg_types where event_id = ${from}) o
        join (select id, row_number() over (order by id) as place from reg_types where event_id = ${to}) n using (place)),
      after as (
        insert into session_fees (account_id, event_id, session_id, price, conditional_prices, created_at, updated_at)
        select f.account_id, ${to}, c.new_id, f.price, coalesce((
          select jsonb_object_agg(t.new_id, p.value) from jsonb_each(f.conditional_prices) p join types t on t.old_id = p.key), '{}'),
          ${actor.now}, ${actor.now}
        from session_fees f
          join unnest(${[...sessions.keys()]}::bigint[], ${[...sessions.values()]}::bigint[]) as c (old_id, new_id)
            on c.old_id = f.session_id
        where f.event_id = ${from} returning *)
    ${logged(db, actor, 'session_fee', 'create')}`
}
