import type { Db } from '../../db/connection.ts'
import type { SubmitterMailKind } from './schema.ts'

/** A letter that was put into the outbox, and those of the same kind that it takes the place of. */
export type SubmitterLetter = { id: number; cfs_contact_id: number; replaced: number[] }

/**
 * Puts a letter of a kind to each of these submitters into the outbox, in the transaction of what it tells; none to somebody who
 * is forgotten or has no address. One of the same kind to the same person that still waits is dropped for it.
 */
export function insertSubmitterLetters(
  db: Db,
  event: { id: number; account_id: number },
  kind: SubmitterMailKind,
  contact_ids: number[],
  now: Date,
): Promise<SubmitterLetter[]> {
  return db<SubmitterLetter[]>`
    with people as (
        select id from cfs_contacts where event_id = ${event.id} and id = any(${contact_ids}::bigint[]) and email is not null
          and forgotten_at is null),
      replaced as (
        update outbox o set state = 'dropped', last_error = 'A later e-mail says it.' from people p
        where o.cfs_contact_id = p.id and o.kind = ${kind} and o.state = 'waiting' and o.delivered = '{}' and o.refused = '{}'
        returning o.id, o.cfs_contact_id),
      added as (
        insert into outbox (account_id, event_id, cfs_contact_id, kind, next_attempt_at, created_at)
        select ${event.account_id}, ${event.id}, id, ${kind}, ${now}, ${now} from people order by id
        returning id, cfs_contact_id)
    select id, cfs_contact_id, array(
      select r.id from replaced r where r.cfs_contact_id = a.cfs_contact_id) as replaced
    from added a order by id`
}
