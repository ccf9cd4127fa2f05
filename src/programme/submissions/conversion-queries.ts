import type { Db } from '../../db/connection.ts'
import { folded, lowered } from '../../http/lists/attributes.ts'
import type { Person } from './proposed-queries.ts'

/** The speaker of an event who has the name and the address of somebody. They stay until the transaction ends. */
export async function findSpeakerLike(
  db: Db,
  event_id: number,
  { first_name, last_name, email }: Person,
): Promise<number | undefined> {
  if (email === null) return undefined
  const name = [first_name, last_name].map(part => part ?? '').join(' ')
  const [speaker] = await db<{ id: number }[]>`
    select id from speakers where event_id = ${event_id} and forgotten_at is null
      and ${folded(db, db`email`)} = ${lowered(db, db`${email.normalize()}::text`)}
      and ${folded(db, db`name`)} = ${lowered(db, db`btrim(${name.normalize()}::text)`)}
    order by id limit 1 for key share`
  return speaker?.id
}
