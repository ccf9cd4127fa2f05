import { type Db, transaction } from '../../db/connection.ts'
import { insertContacts } from '../../records/contacts/queries.ts'
import { contactKey } from '../../records/contacts/schema.ts'
import { linkToContacts, listWithoutContact } from './queries.ts'

/** People who are linked in one transaction. */
const batch = 500

/**
 * Gives contacts to people who were there before there were contacts, after an upgrade: a batch at a time, beside everything
 * else. `goesOn` says whether to take another batch; it resolves when nobody is left.
 */
export async function linkEarlierPeople(db: Db, now: () => Date, goesOn: () => boolean): Promise<void> {
  for (const table of ['registrants', 'speakers'] as const)
    while (goesOn() && (await linkBatch(db, table, now())) === batch);
}

function linkBatch(db: Db, table: 'registrants' | 'speakers', now: Date): Promise<number> {
  return transaction(db, async tx => {
    const people = await listWithoutContact(tx, table, batch)
    for (const [account_id, own] of Map.groupBy(people, person => person.account_id))
      await insertContacts(tx, { account_id, actor_id: null, request_id: null, now }, own)
    const links = people.map(({ id, account_id, email }) => ({ id, account_id, key: contactKey(email) }))
    if (links.length > 0) await linkToContacts(tx, table, links)
    return people.length
  })
}
